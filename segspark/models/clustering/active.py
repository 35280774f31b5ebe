"""The active clustering of a day: the groups of the model in use with their current names, and who fits none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Settings
from segspark.features.people import people_of_day
from segspark.models.clustering.behaviour import active_people, with_behaviour, z_scores
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe, renamed
from segspark.models.clustering.overrides import Override, arrange
from segspark.models.clustering.rare import RareModel
from segspark.models.clustering.rare_groups import active_rare
from segspark.models.tracking import Loaded, read_document
from segspark.pipeline.view import View

SCHEMES = ("behaviour", "rare")


@dataclass(frozen=True)
class ActiveClustering:
    """A model of groups and the documents of its training.

    Attributes:
        groups: of groups.json, after overrides (merges and splits) and renames.
        document: the rest of groups.json.
        parts: if there are overrides: the column with a person's part, and the cluster of each part.
        waiting: overrides that do not apply to this model's hierarchy.
        rare: the model of rare groups and their list; None if none were trained or the scheme is switched off.
    """

    model: Loaded
    groups: tuple[dict[str, Any], ...]
    document: Mapping[str, Any]
    rare: tuple[RareModel, Sequence[dict[str, Any]]] | None
    parts: tuple[str, Sequence[int]] | None = None
    waiting: tuple[str, ...] = ()


def active_clustering(
    settings: Settings, model: Loaded | None, overrides: Sequence[Override]
) -> ActiveClustering | None:
    """The groups of a model as currently used; None if there is no model.

    Args:
        model: the newest model valid for the day.
        overrides: groups merged and split by hand.
    """
    schemes, names = settings.segments.schemes, settings.models.of(BEHAVIOUR).names
    if model is None:
        return None
    run_id = model.tags["run_id"]
    document = read_document(settings.mlflow, run_id, "groups.json")
    groups, tree, waiting = decided_groups(settings, overrides, run_id, document)
    rare = active_rare(settings.mlflow, model) if "rare" in schemes else None
    return ActiveClustering(
        model,
        tuple(renamed(g, names) for g in groups),
        document,
        (rare[0], [renamed(g, names) for g in rare[1]["groups"]]) if rare else None,
        (tree["column"], _cluster_of_parts(tree, groups)) if tree else None,
        tuple(waiting),
    )


def decided_groups(
    settings: Settings, overrides: Sequence[Override], run_id: str, document: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], Mapping[str, Any] | None, list[str]]:
    """The groups after the workspace's overrides, the tree if there are any, and the overrides that wait."""
    if not overrides:
        return document["groups"], None, []
    tree = read_document(settings.mlflow, run_id, "tree.json")
    groups, waiting = arrange(tree, document["groups"], overrides, z_of(settings, run_id, document))
    return groups, tree, waiting


def z_of(settings: Settings, run_id: str, document: Mapping[str, Any]) -> Callable[[Sequence[float]], dict[str, float]]:
    """The function centre -> z-scores, as in the training."""
    features = read_document(settings.mlflow, run_id, "preparation.json")["features"]
    return lambda centre: z_scores(features, document["mean"], centre)


def _cluster_of_parts(tree: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> list[int]:
    of_part = {p: g["cluster"] for g in groups for p in g["parts"]}
    return [of_part[p] for p in range(len(tree["groups"]))]


def with_groups(people: DataFrame, groups: ActiveClustering) -> DataFrame:
    """Everybody with ``cluster``, ``is_far`` (1: far from every centre; null: no activity ever) and, if there are rare
    groups, ``rare``."""
    # Overrides merge and split groups; distances still refer to the trained centres.
    centres = [g["centre"] for g in groups.document["groups"]]
    rare = groups.rare[0] if groups.rare else None
    assigned = with_behaviour(groups.model.model, people, centres, rare, groups.parts)
    limit = groups.document.get("far_distance", float("inf"))
    is_far = F.col("centre_distance") > F.lit(float(limit))
    if "last_active_date" in people.columns:
        is_far = F.when(F.col("last_active_date").isNotNull(), is_far)
    return assigned.withColumn("is_far", is_far.cast("int")).drop("centre_distance")


def read_far(view: View, people: DataFrame, groups: ActiveClustering) -> dict[str, Any]:
    """The number of people far from every centre (one row), and above the configured share a proposed group of them.

    Args:
        people: is_far of everybody.
    """
    row = people.agg(F.sum("is_far").alias("n"), F.count("is_far").alias("of")).collect()[0]
    n, of = row["n"] or 0, row["of"] or 1
    summary: dict[str, Any] = {"people": n, "share": n / of, "proposed": None}
    if n / of > view.settings.models.of(BEHAVIOUR).max_far_share:
        summary["proposed"] = _read_far_mean(view, groups)
    return summary


def _read_far_mean(view: View, groups: ActiveClustering) -> dict[str, Any]:
    """A description of the people far from every centre, from their mean; one row."""
    run_id = groups.model.tags["run_id"]
    people = active_people(people_of_day(view, {*groups.document["features"], "last_active_date"}))
    far = with_groups(people, groups).where("is_far = 1")
    prepared = groups.model.model.stages[0].transform(far)
    mean = prepared.agg(*[F.avg(f"x_{name}") for name in groups.document["features"]]).collect()[0]
    fr, en = describe(z_of(view.settings, run_id, groups.document)(list(mean)))
    return {"description_fr": fr, "description_en": en}
