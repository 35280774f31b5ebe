"""The report's sections about groups and profiles, from the model's documents and the day's profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from segspark.config.models import Settings
from segspark.models.clustering.documents.registered import read_documents
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, decided_groups
from segspark.models.tracking import find_champion
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
from segspark.segments.schemes.registry import SCHEMES


def read_groups(
    settings: Settings, overrides: Sequence[Override], day: date, language: str
) -> tuple[Clusters | None, Rare | None]:
    """The groups of the model valid for a day, and its rare groups if there are any."""
    champion = find_champion(settings.mlflow, f"{settings.name}_behaviour", day)
    if champion is None:
        return None, None
    run_id = champion.tags["run_id"]
    stored = read_documents(settings.mlflow, run_id)
    documents = stored.to_files()
    fitted_on, version = date.fromisoformat(champion.tags["as_of"]), f"{champion.name}/{champion.version}"
    rare = documents.get("rare.json")
    clusters = clusters_of(documents, language, fitted_on, version)
    groups, tree, _ = decided_groups(stored, overrides)
    if tree is not None:
        names = [renamed(g, settings.models.of(BEHAVIOUR).names).name for g in groups]
        clusters = replace(clusters, in_use=tuple(name[language] for name in names))
    return clusters, rare_of(rare, language) if rare else None


def clusters_of(documents: Mapping[str, Any], language: str, fitted_on: date, version: str) -> Clusters:
    """Convert the documents (models/clustering/documents.py) to the report's values."""
    groups = sorted(documents["groups.json"]["groups"], key=lambda g: g["cluster"])
    names = {g["segment_id"]: g[f"name_{language}"] for g in groups}
    tree, people_map, migration = (documents.get(f"{name}.json") for name in ("tree", "map", "migration"))
    return Clusters(
        tuple(Group(g[f"name_{language}"], g["n_people"], g[f"description_{language}"], g["z_scores"]) for g in groups),
        tuple(
            SweepPoint(r["k"], r["silhouette"], r["inertia"], r.get("stability"), r.get("smallest_share"))
            for r in documents["sweep.json"]["rows"]
        ),
        documents["groups.json"]["k"],
        fitted_on=fitted_on,
        model_version=version,
        tree=_tree(tree) if tree else None,
        people_map=_people_map(people_map) if people_map else None,
        migration=_migration(migration, names, language) if migration else None,
    )


def _tree(document: Mapping[str, Any]) -> Dendrogram:
    joins = tuple((int(one), int(other), float(height)) for one, other, height, _ in document["joins"])
    return Dendrogram(joins, tuple(document["groups"]))


def _people_map(document: Mapping[str, Any]) -> PeopleMap:
    points, centres = (tuple((p["x"], p["y"], p["cluster"]) for p in document[name]) for name in ("points", "centres"))
    x, y = document["explained_variance"]
    return PeopleMap(points, centres, (x, y))


def _migration(document: Mapping[str, Any], names: Mapping[str, str], language: str) -> Migration:
    """The migration, groups ordered by size; groups of the last model that no longer exist keep their name."""
    names = {**{s["segment_id"]: s[f"name_{language}"] for s in document["shares"]}, **names}
    cells = {(m["from_id"], m["to_id"]): m["n"] for m in document["matrix"]}

    def in_order(side: int) -> list[str]:
        total: dict[str, int] = {}
        for ids, n in cells.items():
            total[ids[side]] = total.get(ids[side], 0) + n
        return sorted(total, key=lambda i: (-total[i], i))

    before, after = in_order(0), in_order(1)
    alarms = tuple(
        Alarm(r["measure"], r["value"], r["threshold"], names.get(r.get("segment_id") or "", ""))
        for r in (document["alarm"] or {"reasons": []})["reasons"]
    )
    return Migration(
        document["previous_version"],
        document["rand"],
        tuple(names.get(i, i) for i in before),
        tuple(names.get(i, i) for i in after),
        tuple(tuple(cells.get((b, a), 0) for a in after) for b in before),
        alarms,
    )


def rare_of(document: Mapping[str, Any], language: str) -> Rare:
    groups = tuple(
        RareGroup(g[f"name_{language}"], g["n_people"], g["kind"], g[f"description_{language}"])
        for g in document["groups"]
    )
    return Rare(
        document["method"], groups, document["n_fitted"], document["min_samples"], document["eps"], tuple(document["k_distances"]),
        document["on_far"],
    )  # fmt: skip


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
