"""The active clustering of a day: the groups of the model in use with their current names, and who fits none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Settings
from segspark.features.people import people_of_day
from segspark.models.clustering.behaviour import active_people, with_behaviour
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.clustering.documents.tree import Tree
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe, renamed
from segspark.models.clustering.overrides import Override, decided_groups
from segspark.models.clustering.rare import RARE_COLUMN, RareModel
from segspark.models.clustering.rare_groups import active_rare
from segspark.models.tracking import Loaded
from segspark.pipeline.view import View


@dataclass(frozen=True)
class ActiveClustering:
    """A model of groups and the documents of its training.

    Attributes:
        groups: after overrides (merges and splits) and renames; those of ``documents`` are as trained.
        rare: the model of rare groups and their list; None if none were trained.
        parts: if there are overrides: the column with a person's part, and the cluster of each part.
        waiting: overrides that do not apply to this model's hierarchy.
    """

    model: Loaded
    groups: tuple[GroupDocument, ...]
    documents: ClusteringDocuments
    rare: tuple[RareModel, Sequence[RareGroup]] | None
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
    if model is None:
        return None
    names = settings.models.of(BEHAVIOUR).names
    documents = read_documents(settings.mlflow, model.tags["run_id"])
    groups, tree, waiting = decided_groups(documents, overrides)
    rare = documents.rare
    return ActiveClustering(
        model,
        tuple(renamed(g, names) for g in groups),
        documents,
        (active_rare(settings.mlflow, model, rare), [renamed(g, names) for g in rare.groups]) if rare else None,
        (tree.column, _cluster_of_parts(tree, groups)) if tree else None,
        waiting,
    )


def _cluster_of_parts(tree: Tree, groups: Sequence[GroupDocument]) -> list[int]:
    of_part = {p: g.cluster for g in groups for p in g.parts or ()}
    return [of_part[p] for p in range(len(tree.groups))]


def with_groups(people: DataFrame, groups: ActiveClustering, wanted: Collection[str] | None = None) -> DataFrame:
    """Everybody with ``cluster``, ``is_far`` (1: far from every centre; null: no activity ever) and, if there are rare
    groups, ``rare``.

    Args:
        wanted: columns that something looks at; rare groups are assigned only if they are among them. None is all.
    """
    # Overrides merge and split groups; distances still refer to the trained centres.
    trained = groups.documents.groups
    rare = groups.rare[0] if groups.rare and (wanted is None or RARE_COLUMN in wanted) else None
    assigned = with_behaviour(groups.model.model, people, [g.centre for g in trained.groups], rare, groups.parts)
    limit = float("inf") if trained.far_distance is None else trained.far_distance
    is_far = F.col("centre_distance") > F.lit(float(limit))
    if "last_active_date" in people.columns:
        is_far = F.when(F.col("last_active_date").isNotNull(), is_far)
    return assigned.withColumn("is_far", is_far.cast("int")).drop("centre_distance")


def read_far(view: View, people: DataFrame, groups: ActiveClustering) -> dict[str, Any]:
    """The number of people far from every centre (one row), and above the configured share a proposed group of them.

    Args:
        people: is_far of everybody.

    Returns:
        As the run's outcome records it: people, share, proposed.
    """
    row = people.agg(F.sum("is_far").alias("n"), F.count("is_far").alias("of")).collect()[0]
    n, of = row["n"] or 0, row["of"] or 1
    is_large = n / of > view.settings.models.of(BEHAVIOUR).max_far_share
    return {"people": n, "share": n / of, "proposed": _read_far_mean(view, groups) if is_large else None}


def _read_far_mean(view: View, groups: ActiveClustering) -> Mapping[str, str]:
    """A description of the people far from every centre, from their mean; one row."""
    features = groups.documents.groups.features
    people = active_people(people_of_day(view, {*features, "last_active_date"}))
    far = with_groups(people, groups, ()).where("is_far = 1")
    prepared = groups.model.model.stages[0].transform(far)
    mean = prepared.agg(*[F.avg(f"x_{name}") for name in features]).collect()[0]
    line = describe(groups.documents.z_scores(list(mean)))
    return {"description_fr": line["fr"], "description_en": line["en"]}
