"""The report's parts about groups and profiles, from the documents beside the model and the day's profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from segspark.config.models import Settings
from segspark.models.clustering.active import decided_groups
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override
from segspark.models.tracking import document_names, find_champion, read_document
from segspark.reports.data import (
    Alarm,
    Clusters,
    Dendrogram,
    Group,
    Measured,
    Migration,
    PeopleMap,
    Rare,
    RareGroup,
    SegmentProfile,
    SweepPoint,
)


def read_groups(
    settings: Settings, overrides: Sequence[Override], day: date, language: str
) -> tuple[Clusters | None, Rare | None]:
    """The groups of the model that speaks about a day, and the rare ones where it has some."""
    found = find_champion(settings.mlflow, f"{settings.name}_behaviour", day)
    if found is None:
        return None, None
    run_id = found.tags["run_id"]
    wanted = {"groups.json", "sweep.json", "tree.json", "map.json", "migration.json", "rare.json"}
    said = {
        name: read_document(settings.mlflow, run_id, name)
        for name in sorted(wanted & document_names(settings.mlflow, run_id))
    }
    fitted_on, version = date.fromisoformat(found.tags["as_of"]), f"{found.name}/{found.version}"
    rare = said.get("rare.json")
    clusters = clusters_of(said, language, fitted_on, version)
    groups, tree, _ = decided_groups(settings, overrides, run_id, said["groups.json"])
    if tree is not None:
        groups = [renamed(g, settings.clustering.names) for g in groups]
        clusters = replace(clusters, in_use=tuple(g[f"name_{language}"] for g in groups))
    return clusters, rare_of(rare, language) if rare else None


def clusters_of(said: Mapping[str, Any], language: str, fitted_on: date, version: str) -> Clusters:
    """The documents' content (models/clustering/documents.py) in the report's words."""
    groups = sorted(said["groups.json"]["groups"], key=lambda g: g["cluster"])
    names = {g["segment_id"]: g[f"name_{language}"] for g in groups}
    tree, people_map, migration = (said.get(f"{name}.json") for name in ("tree", "map", "migration"))
    return Clusters(
        tuple(Group(g[f"name_{language}"], g["n_people"], g[f"description_{language}"], g["z_scores"]) for g in groups),
        tuple(
            SweepPoint(r["k"], r["silhouette"], r["inertia"], r.get("stability"), r.get("smallest_share"))
            for r in said["sweep.json"]["rows"]
        ),
        said["groups.json"]["k"],
        fitted_on=fitted_on,
        model_version=version,
        tree=_tree(tree) if tree else None,
        people_map=_people_map(people_map) if people_map else None,
        migration=_migration(migration, names, language) if migration else None,
    )


def _tree(said: Mapping[str, Any]) -> Dendrogram:
    joins = tuple((int(one), int(other), float(height)) for one, other, height, _ in said["joins"])
    return Dendrogram(joins, tuple(said["groups"]))


def _people_map(said: Mapping[str, Any]) -> PeopleMap:
    points, centres = (tuple((p["x"], p["y"], p["cluster"]) for p in said[name]) for name in ("points", "centres"))
    x, y = said["explained_variance"]
    return PeopleMap(points, centres, (x, y))


def _migration(said: Mapping[str, Any], names: Mapping[str, str], language: str) -> Migration:
    """Groups in the order of the people in them; those of the last model that are gone keep their name."""
    names = {**{s["segment_id"]: s[f"name_{language}"] for s in said["shares"]}, **names}
    cells = {(m["from_id"], m["to_id"]): m["n"] for m in said["matrix"]}

    def in_order(side: int) -> list[str]:
        total: dict[str, int] = {}
        for ids, n in cells.items():
            total[ids[side]] = total.get(ids[side], 0) + n
        return sorted(total, key=lambda i: (-total[i], i))

    before, after = in_order(0), in_order(1)
    alarms = tuple(
        Alarm(r["measure"], r["value"], r["threshold"], names.get(r.get("segment_id") or "", ""))
        for r in (said["alarm"] or {"reasons": []})["reasons"]
    )
    return Migration(
        said["previous_version"],
        said["rand"],
        tuple(names.get(i, i) for i in before),
        tuple(names.get(i, i) for i in after),
        tuple(tuple(cells.get((b, a), 0) for a in after) for b in before),
        alarms,
    )


def rare_of(said: Mapping[str, Any], language: str) -> Rare:
    groups = tuple(
        RareGroup(g[f"name_{language}"], g["n_people"], g["kind"], g[f"description_{language}"]) for g in said["groups"]
    )
    return Rare(
        said["method"], groups, said["n_fitted"], said["min_samples"], said["eps"], tuple(said["k_distances"]),
        said["on_far"],
    )  # fmt: skip


def segment_profiles(
    profiles: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    keys: Mapping[str, str],
    schemes: tuple[str, ...],
) -> tuple[tuple[str, tuple[SegmentProfile, ...]], ...] | None:
    """The day's profiles by scheme.

    Args:
        profiles: segment_id -> scheme, name, n_people and ``m``, the rows of gold.segment_profiles by measure.
        names, keys: of the segments, in the report's language.
    """
    found: dict[str, list[SegmentProfile]] = {}
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
        path = keys.get(i, "") if p["scheme"] == "levels" else ""
        found.setdefault(p["scheme"], []).append(SegmentProfile(names.get(i, p["name"]), p["n_people"], measures, path))
    in_order = [s for s in schemes if s in found]
    return tuple((s, tuple(found[s])) for s in in_order) or None
