"""The profiles of segments, from the day's measures."""

from collections.abc import Mapping
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
    return profiles


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
