"""The profiles of segments, from the day's measures."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from segspark.measure.small_groups import rounded
from segspark.pipeline.view import View
from segspark.reports.data import Measured, SegmentProfile
from segspark.segments.schemes.registry import SCHEMES
from segspark.tables.contracts import gold


def read_profiles(view: View, day: date) -> dict[str, dict[str, Any]]:
    """segment_id -> scheme, n_people and its measures by name."""
    profiles: dict[str, dict[str, Any]] = {}
    for row in view.read_small(gold.SEGMENT_PROFILES, filters=[("segment_date", "=", day)]).to_pylist():
        one = profiles.setdefault(
            row["segment_id"],
            {"scheme": row["scheme"], "n_people": row["n_people"], "name": row["segment_name"], "m": {}},
        )
        one["m"][row["measure"]] = row
        if row.get("members_date") == day:
            # Not of measures of the members of an earlier day.
            one["n_people"] = row["n_people"]
    return profiles


def small_segments(
    outcomes: Mapping[str, Any], names: Mapping[str, str], profiles: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The segments of too few people for a profile, as the run recorded them; in the form of ``read_profiles``, with no
    size and no measures.

    Args:
        names: of the segments, in the report's language.
        profiles: segment_id -> profile; of earlier versions also of small segments.
    """
    return {
        i: {"scheme": scheme, "n_people": 0, "name": names.get(i, i), "m": {}}
        for scheme, ids in outcomes.get("small_segments", {}).items()
        for i in ids
        if i not in profiles
    }


def members_measured(
    profiles: Mapping[str, Mapping[str, Any]], measures: Sequence[str], names: Mapping[str, str], day: date
) -> tuple[date | None, tuple[str, ...]]:
    """The earlier day whose members some measures are of, None if there is none; and the names of the segments whose
    members are those of the page's day, although it is the days before that define them.

    Args:
        profiles: of a scheme whose segments a model found.
        measures: words of KPIs of a window.
    """
    earlier: date | None = None
    same_days = []
    for i, p in profiles.items():
        days = {p["m"][m].get("members_date") or day for m in measures if m in p["m"]}
        if before := min((d for d in days if d < day), default=None):
            earlier = before
        elif days:
            same_days.append(names.get(i, p["name"]))
    return earlier, tuple(sorted(same_days))


def are_rounded(profiles: Mapping[str, Mapping[str, Any]], least: int) -> bool:
    """Whether the profiles were made for this floor; those of an earlier version or another floor are exact, or rounded
    otherwise, and may give small groups away."""
    return all(p["n_people"] == rounded(p["n_people"], least) for p in profiles.values())


def segment_profiles(
    profiles: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    keys: Mapping[str, str],
) -> tuple[tuple[str, tuple[SegmentProfile, ...]], ...] | None:
    """The day's profiles by scheme, in the order of the schemes.

    Args:
        profiles: segment_id -> scheme, name, n_people and ``m``, the rows of gold.segment_profiles by measure.
        names, keys: of the segments, in the report's language.
    """
    by_scheme: dict[str, list[SegmentProfile]] = {}
    with_paths = {scheme.name for scheme in SCHEMES.all() if scheme.has_paths}
    for i, p in profiles.items():
        measures = {
            name: Measured(
                r["value"],
                r["z_score"],
                r.get("low"),
                r.get("high"),
                r.get("p_value"),
                r.get("rest_value"),
                r.get("denominator"),
            )
            for name, r in p["m"].items()
        }
        path = keys.get(i, "") if p["scheme"] in with_paths else ""
        by_scheme.setdefault(p["scheme"], []).append(
            SegmentProfile(names.get(i, p["name"]), p["n_people"], measures, path)
        )
    ranked = sorted(SCHEMES.all(), key=lambda scheme: scheme.order)
    in_order = [scheme.name for scheme in ranked if scheme.name in by_scheme]
    return tuple((s, tuple(by_scheme[s])) for s in in_order) or None
