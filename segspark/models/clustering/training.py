"""Training of behaviour groups and rare groups: fit, name, compare with the previous model, log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.people import people_of_day
from segspark.ids import mint
from segspark.models.clustering.behaviour import Behaviour, Group, TooFew, active_people, train_behaviour
from segspark.models.clustering.documents import Migration, Tree, project
from segspark.models.clustering.fitted import Fitted
from segspark.models.clustering.inputs import DEFAULT
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.migration import compare_models
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe, renamed
from segspark.models.clustering.rare_groups import RARE_POINTS, train_rare
from segspark.models.clustering.ward import cut
from segspark.models.figures import cluster_figures, k_distance_figure
from segspark.models.tracking import Loaded, log_model, read_document, read_inputs
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small
from segspark.tables.contracts import gold

# Centres up to this distance are near, in standard deviations over all features.
MATCH_DISTANCE = 1.5


# Training -------------------------------------------------------------------------------------------------------


def train_groups(step: Step, last: Loaded | None) -> str:
    """Fit the groups of the day, and log them with everything needed for their review.

    Args:
        last: the model in use.
    """
    config = step.settings.models.of(BEHAVIOUR)
    # Only the features that may be inputs: planning all the hundreds of features would cost time.
    wanted = {"person_id", "last_active_date", *config.features, *(i.name for i in DEFAULT)}
    people = people_of_day(step, wanted | set(read_inputs(step.settings.mlflow, last) if last else ()))
    result = train_behaviour(people, config, step.as_of)
    if isinstance(result, TooFew):
        return "no groups: " + "; ".join(result.reasons)
    before = read_document(step.settings.mlflow, last.tags["run_id"], "groups.json")["groups"] if last else []
    shared = _read_shared(step, people, result, last, before) if last else {}
    groups = [renamed(g, config.names) for g in identify(step.as_of, result.groups, before, shared)]
    tree = tree_of(result.fitted, groups, config.levels)
    around = coarser_groups(tree, groups, result.z_scores)
    inputs = [f.name for f in result.preparation.features]
    documents: dict[str, Any] = {
        "groups.json": {
            "groups": [{**g, "path": path_of(g["segment_id"], around)} for g in groups],
            "around": around,
            "k": result.fitted.k,
            "reason": result.fitted.reason,
            "features": inputs,
            "mean": list(result.mean),
            "far_distance": result.far_distance,
        },
        "sweep.json": {"rows": [asdict(r) for r in result.fitted.sweep]},
        "preparation.json": result.preparation.as_dict(),
        "features.json": {"features": inputs},
        "tree.json": tree.as_dict(),
        "map.json": project(result.points, result.clusters, result.fitted.centres).as_dict(),
    }
    files = cluster_figures(result.fitted)
    migration = _migration(step, last, before, groups, shared) if last else None
    if migration is not None:
        documents["migration.json"] = migration.as_dict()
    if "rare" in step.settings.segments.schemes:
        rare, points = train_rare(step, result, last)
        documents["rare.json"] = rare.as_dict()
        files |= {RARE_POINTS: points, "k_distance.png": k_distance_figure(rare)}
    version = log_model(
        step.settings.mlflow,
        name=f"{step.settings.name}_behaviour",
        model=result.model,
        sample=people.select(*inputs),
        params={"k": result.fitted.k, "reason": result.fitted.reason, **config.parameters()},
        metrics={
            "silhouette": result.silhouette,
            "inertia": next((r.inertia for r in result.fitted.sweep if r.k == result.fitted.k), float("nan")),
            "n_people": float(result.n_people),
            **({"rand_with_last": migration.rand} if migration else {}),
        },
        documents=documents,
        figures=files,
        data_versions={"gold.features": {"version": step.facts(gold.FEATURES).version, "rows": result.n_people}},
        as_of=step.as_of,
        label_end=step.as_of,
        # The newest grouping is always used: groups follow the list, and matching keeps their identity.
        ranks_by="as_of_day",
        ranking=float(step.as_of.toordinal()),
    )
    if migration is not None:
        _write_migration(step, migration, f"{step.settings.name}_behaviour/{version}")
    names = ", ".join(f"{g['name_fr']} {g['n_people']:,}" for g in groups)
    alarm = f"; ALARM: {step.outcome['behaviour_alarm']}" if migration and migration.alarm else ""
    return f"k = {result.fitted.k} ({result.fitted.reason}); version {version}: {names}{alarm}"


def _read_shared(
    step: Step, people: DataFrame, result: Behaviour, last: Loaded, before: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, int], int]:
    """(old segment, new cluster) -> people, both models applied to the snapshot; empty if a feature no longer exists.
    At most one row per pair of groups."""
    inputs = [f.name for f in result.preparation.features]
    needed = read_inputs(step.settings.mlflow, last)
    if not set(needed) <= set(people.columns):
        return {}
    frame = active_people(people).select(*dict.fromkeys([*inputs, *needed]))
    new = result.model.transform(frame).select(*needed, F.col("prediction").alias("cluster"))
    both = last.model.transform(new).groupBy("prediction", "cluster").count().collect()
    segment = {g["cluster"]: g["segment_id"] for g in before}
    return {(segment[r["prediction"]], r["cluster"]): r["count"] for r in both}


def identify(
    as_of: date,
    groups: Sequence[Group],
    last: Sequence[dict[str, Any]],
    shared: Mapping[tuple[str, int], int] | None = None,
) -> list[dict[str, Any]]:
    """Give each group the segment of its match in the last model, else a new one; names are inherited."""
    old = {g["segment_id"]: g for g in last}
    centres = {k: g["centre"] for k, g in old.items()}
    matched = match_groups(centres, [g.centre for g in groups], MATCH_DISTANCE, shared)
    return [_group(as_of, g, old.get(m) if m else None) for g, m in zip(groups, matched, strict=True)]


def _group(as_of: date, group: Group, old: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "cluster": group.cluster,
        "segment_id": old["segment_id"] if old else mint("behaviour", f"{as_of}-{group.name.en}-{group.cluster}"),
        "name_fr": old["name_fr"] if old else group.name.fr,
        "name_en": old["name_en"] if old else group.name.en,
        "description_fr": group.name.description_fr,
        "description_en": group.name.description_en,
        "n_people": group.n_people,
        "centre": list(group.centre),
        "z_scores": dict(group.z_scores),
    }


def tree_of(fitted: Fitted, groups: Sequence[Mapping[str, Any]], levels: Sequence[int]) -> Tree:
    """The hierarchy of a grouping with its coarser levels."""
    parts, k = fitted.hierarchy, len(groups)
    wanted = [*sorted({n for n in levels if n < k}), k]
    cuts = {str(n): cut(parts.joins, n).tolist() for n in wanted[:-1]}
    return Tree(
        k=k,
        column=parts.column,
        joins=parts.joins.tolist(),
        heights=parts.joins[:, 2].tolist(),
        sizes=parts.sizes.astype(int).tolist(),
        centres=parts.centres.tolist(),
        groups=parts.groups.tolist(),
        levels=wanted,
        cuts={**cuts, str(k): parts.groups.tolist()},
        segments={str(g["cluster"]): {n: g[n] for n in ("segment_id", "name_fr", "name_en")} for g in groups},
    )


def coarser_groups(
    tree: Tree, groups: Sequence[Mapping[str, Any]], z_of: Callable[[Sequence[float]], dict[str, float]]
) -> list[dict[str, Any]]:
    """The groups of the coarser levels, each with its segments; its id is derived from theirs.

    Returns:
        level (number of groups), segment_id, names, description, n_people, members (segment ids), coarse to fine.
    """
    coarser: dict[str, dict[str, Any]] = {}
    for level in tree.levels[:-1]:
        of_part = dict(zip(tree.groups, tree.cuts[str(level)], strict=True))
        for number in sorted(set(of_part.values())):
            members = [g for g in groups if of_part.get(g["cluster"]) == number]
            if len(members) < 2:
                # A single group is the same group on this level.
                continue
            n = sum(g["n_people"] for g in members)
            weights = [max(g["n_people"], 1e-9) for g in members]
            z = z_of(np.average([g["centre"] for g in members], axis=0, weights=weights).tolist())
            ids = sorted(g["segment_id"] for g in members)
            segment_id = mint("behaviour", f"around:{'+'.join(ids)}")
            (fr, en), (long_fr, long_en) = describe(z, 2), describe(z)
            coarser.setdefault(
                segment_id,
                {
                    "level": level, "segment_id": segment_id, "name_fr": fr.capitalize(), "name_en": en.capitalize(),
                    "description_fr": long_fr, "description_en": long_en, "n_people": n, "members": ids,
                },
            )  # fmt: skip
    return list(coarser.values())


def path_of(segment_id: str, around: Sequence[Mapping[str, Any]]) -> list[str]:
    """The coarser groups around a segment, and the segment itself."""
    return [*(a["segment_id"] for a in around if segment_id in a["members"]), segment_id]


def _migration(
    step: Step,
    last: Loaded,
    before: Sequence[dict[str, Any]],
    after: Sequence[dict[str, Any]],
    shared: Mapping[tuple[str, int], int],
) -> Migration | None:
    if not shared:
        return None
    config = step.settings.models.of(BEHAVIOUR)
    segment = {g["cluster"]: g["segment_id"] for g in after}
    people = {(a, segment[c]): n for (a, c), n in shared.items()}
    migration = compare_models(last.model_version, before, after, people, config.min_rand, config.max_share_move)
    if migration.alarm:
        names = {s["segment_id"]: s["name_en"] for s in migration.shares}
        step.outcome["behaviour_alarm"] = "; ".join(
            f"adjusted Rand index with {last.model_version} {r['value']:.2f} is below {r['threshold']}"
            if r["measure"] == "rand"
            else f"share of {names[r['segment_id']]} moved by {r['value']:+.0%}, more than {r['threshold']:.0%}"
            for r in migration.alarm["reasons"]
        )
    return migration


def _write_migration(step: Step, migration: Migration, version: str) -> None:
    rows = [
        {
            "as_of_date": step.as_of,
            "model_version": version,
            "previous_version": migration.previous_version,
            "from_segment_id": m["from_id"],
            "to_segment_id": m["to_id"],
            "n_people": m["n"],
        }
        for m in migration.matrix
    ]
    step.write(gold.SEGMENT_MIGRATIONS, Small(pa.Table.from_pylist(rows)), Append(f"migration-{version}"))
