"""Training of behaviour groups and rare groups: fit, name, compare with the previous model, log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.people import people_of_day
from segspark.ids import mint
from segspark.models.clustering.behaviour import Behaviour, Group, NoGroups, active_people, read_values, train_behaviour
from segspark.models.clustering.documents.groups import Around, GroupDocument, Groups
from segspark.models.clustering.documents.migration import Alarm, Migration
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.documents.tree import Join, Tree, TreeSegment
from segspark.models.clustering.fitted import Fitted
from segspark.models.clustering.inputs import DEFAULT
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.migration import compare_models
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe, renamed
from segspark.models.clustering.overrides import ZScores
from segspark.models.clustering.projection import project
from segspark.models.clustering.rare_groups import RARE_POINTS, VALUE, train_rare
from segspark.models.clustering.ward import cut
from segspark.models.figures import cluster_figures, k_distance_figure
from segspark.models.model import Fitted as Registrable
from segspark.models.model import Refused, nothing_left
from segspark.models.tracking import Loaded, read_inputs
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small
from segspark.tables.contracts import gold

# Centres up to this distance are near, in standard deviations over all features.
MATCH_DISTANCE = 1.5


# Training -------------------------------------------------------------------------------------------------------


def train_groups(step: Step, last: Loaded | None, with_rare: bool) -> Registrable | Refused:
    """Fit the groups of the day, with everything needed for their review.

    Args:
        last: the model in use.
        with_rare: look for rare groups too.
    """
    config = step.settings.models.of(BEHAVIOUR)
    # Only the features that may be inputs: planning all the hundreds of features would cost time.
    wanted = {"person_id", "last_active_date", VALUE, *config.features, *(i.name for i in DEFAULT)}
    people = people_of_day(step, wanted | set(read_inputs(step.settings.mlflow, last) if last else ()))
    result = train_behaviour(people, config, step.as_of, step.checkpoint, step.settings.segments.least_shown)
    if isinstance(result, NoGroups):
        return Refused(f"no groups: {result.note}", result.reasons)
    stored = read_documents(step.settings.mlflow, last.tags["run_id"]) if last else None
    before = stored.groups.groups if stored else ()
    shared = _read_shared(step, people, result, last, before) if last else {}
    groups = [renamed(g, config.names) for g in identify(step.as_of, result.groups, before, shared)]
    tree = tree_of(result.fitted, groups, config.levels)
    around = coarser_groups(tree, groups, result.z_scores)
    inputs = [f.name for f in result.preparation.features]
    migration = _migration(step, last, before, groups, shared) if last else None
    is_repeated = last is not None and is_again(date.fromisoformat(last.tags["as_of"]), before, step.as_of, groups)
    documents = ClusteringDocuments(
        groups=Groups(
            groups=tuple(replace(g, path=path_of(g.segment_id, around)) for g in groups),
            k=result.fitted.k,
            reason=result.fitted.reason,
            features=tuple(inputs),
            around=around,
            mean=result.mean,
            far_distance=result.far_distance,
        ),
        sweep=Sweep(result.fitted.sweep),
        preparation=Preparation.from_json(result.preparation.as_dict()),
        tree=tree,
        map=project(result.points, result.clusters, result.fitted.centres),
        migration=migration,
    )
    files = cluster_figures(result.fitted)
    if with_rare:
        raw = read_values(active_people(people).select("person_id", *dict.fromkeys([*inputs, VALUE])), result.n_people)
        rare, points = train_rare(step, result, raw, stored.rare if stored else None)
        documents = replace(documents, rare=rare)
        files |= {RARE_POINTS: points, "k_distance.png": k_distance_figure(rare)}
    names = ", ".join(f"{g.name['fr']} {g.n_people:,}" for g in groups)
    gone = "".join(f"; {name} {why} and is left out" for name, why in result.left_out.items())
    alarm = f"; ALARM: {step.outcome['behaviour_alarm']}" if migration and migration.alarms else ""
    return Registrable(
        model=result.model,
        sample=people.select(*inputs),
        params={
            "k": result.fitted.k,
            "reason": result.fitted.reason,
            "left_out": "; ".join(f"{name} {why}" for name, why in result.left_out.items()) or "none",
            **config.parameters(),
        },
        metrics={
            "silhouette_euclidean": result.silhouette,
            "inertia": next((r.inertia for r in result.fitted.sweep if r.k == result.fitted.k), float("nan")),
            "n_people": float(result.n_people),
            **({"rand_with_last": migration.rand} if migration else {}),
        },
        documents=documents,
        files=files,
        data_versions={"gold.features": {"version": step.facts(gold.FEATURES).version, "rows": result.n_people}},
        label_end=step.as_of,
        # The newest grouping is always used: groups follow the list, and matching keeps their identity.
        ranks_by="as_of_day",
        ranking=float(step.as_of.toordinal()),
        note=f"k = {result.fitted.k} ({result.fitted.reason}); version {{version}}: {names}{gone}{alarm}",
        when_registered=nothing_left
        if migration is None or is_repeated
        else partial(_write_migration, step, migration),
    )


def _read_shared(
    step: Step, people: DataFrame, result: Behaviour, last: Loaded, before: Sequence[GroupDocument]
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
    segment = {g.cluster: g.segment_id for g in before}
    return {(segment[r["prediction"]], r["cluster"]): r["count"] for r in both}


def identify(
    as_of: date,
    groups: Sequence[Group],
    last: Sequence[GroupDocument],
    shared: Mapping[tuple[str, int], int] | None = None,
) -> list[GroupDocument]:
    """Give each group the segment of its match in the last model, else a new one; a name is inherited while it holds."""
    old = {g.segment_id: g for g in last}
    centres = {k: g.centre for k, g in old.items()}
    matched = match_groups(centres, [g.centre for g in groups], MATCH_DISTANCE, shared)
    return [_identified(as_of, g, old.get(m) if m else None) for g, m in zip(groups, matched, strict=True)]


def _identified(as_of: date, group: Group, old: GroupDocument | None) -> GroupDocument:
    return GroupDocument(
        cluster=group.cluster,
        segment_id=old.segment_id if old else mint("behaviour", f"{as_of}-{group.name.en}-{group.cluster}"),
        name=old.name if old and group.name.allows(old.name["fr"]) else {"fr": group.name.fr, "en": group.name.en},
        description={"fr": group.name.description_fr, "en": group.name.description_en},
        n_people=group.n_people,
        centre=group.centre,
        z_scores=group.z_scores,
    )


def tree_of(fitted: Fitted, groups: Sequence[GroupDocument], levels: Sequence[int]) -> Tree:
    """The hierarchy of a grouping with its coarser levels."""
    parts, k = fitted.hierarchy, len(groups)
    wanted = (*sorted({n for n in levels if n < k}), k)
    cuts = {n: tuple(cut(parts.joins, n).tolist()) for n in wanted[:-1]}
    of_parts = tuple(parts.groups.tolist())
    return Tree(
        k=k,
        column=parts.column,
        joins=tuple(Join(int(one), int(other), height, int(n)) for one, other, height, n in parts.joins.tolist()),
        sizes=tuple(parts.sizes.astype(int).tolist()),
        centres=tuple(tuple(c) for c in parts.centres.tolist()),
        groups=of_parts,
        levels=wanted,
        cuts={**cuts, k: of_parts},
        segments={g.cluster: TreeSegment(g.segment_id, g.name) for g in groups},
    )


def coarser_groups(tree: Tree, groups: Sequence[GroupDocument], z_of: ZScores) -> tuple[Around, ...]:
    """The groups of the coarser levels, each with its segments, coarse to fine; its id is derived from theirs."""
    coarser: dict[str, Around] = {}
    for level in tree.levels[:-1]:
        of_part = dict(zip(tree.groups, tree.cuts[level], strict=True))
        for number in sorted(set(of_part.values())):
            members = [g for g in groups if of_part.get(g.cluster) == number]
            if len(members) < 2:
                # A single group is the same group on this level.
                continue
            weights = [max(g.n_people, 1e-9) for g in members]
            z = z_of(np.average([g.centre for g in members], axis=0, weights=weights).tolist())
            ids = tuple(sorted(g.segment_id for g in members))
            segment_id = mint("behaviour", f"around:{'+'.join(ids)}")
            name = {language: line.capitalize() for language, line in describe(z, 2).items()}
            n_people = sum(g.n_people for g in members)
            coarser.setdefault(segment_id, Around(level, segment_id, name, describe(z), n_people, ids))
    return tuple(coarser.values())


def path_of(segment_id: str, around: Sequence[Around]) -> tuple[str, ...]:
    """The coarser groups around a segment, and the segment itself."""
    return (*(a.segment_id for a in around if segment_id in a.members), segment_id)


def _migration(
    step: Step,
    last: Loaded,
    before: Sequence[GroupDocument],
    after: Sequence[GroupDocument],
    shared: Mapping[tuple[str, int], int],
) -> Migration | None:
    if not shared:
        return None
    config = step.settings.models.of(BEHAVIOUR)
    segment = {g.cluster: g.segment_id for g in after}
    people = {(a, segment[c]): n for (a, c), n in shared.items()}
    migration = compare_models(last.model_version, before, after, people, config.min_rand, config.max_share_move)
    if migration.alarms:
        names = {s.segment_id: s.name["en"] for s in migration.shares}
        step.outcome["behaviour_alarm"] = "; ".join(_said(a, last.model_version, names) for a in migration.alarms)
    return migration


def is_again(trained_on: date, before: Sequence[GroupDocument], as_of: date, after: Sequence[GroupDocument]) -> bool:
    """Whether a training of this day gave these groups before: nobody moves, as after one that was killed at its end."""
    return trained_on == as_of and [replace(g, path=()) for g in before] == [replace(g, path=()) for g in after]


def _said(alarm: Alarm, previous_version: str, names: Mapping[str, str]) -> str:
    if alarm.segment_id is None:
        return f"adjusted Rand index with {previous_version} {alarm.value:.2f} is below {alarm.threshold}"
    return f"share of {names[alarm.segment_id]} moved by {alarm.value:+.0%}, more than {alarm.threshold:.0%}"


def _write_migration(step: Step, migration: Migration, model_version: str) -> None:
    rows = [
        {
            "as_of_date": step.as_of,
            "model_version": model_version,
            "previous_version": migration.previous_version,
            "from_segment_id": m.from_id,
            "to_segment_id": m.to_id,
            "n_people": m.n,
        }
        for m in migration.matrix
    ]
    step.write(gold.SEGMENT_MIGRATIONS, Small(pa.Table.from_pylist(rows)), Append(f"migration-{model_version}"))
