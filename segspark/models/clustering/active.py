"""The active clustering of a day: the model in use with its groups as they are named today, and who fits none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Settings
from segspark.errors import GateClosed
from segspark.features.people import people_of_day
from segspark.models.clustering.behaviour import active_people, with_behaviour
from segspark.models.clustering.current import CurrentGroups
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import describe
from segspark.models.clustering.rare import RARE_COLUMN, RareModel
from segspark.models.clustering.rare_groups import active_rare
from segspark.models.resources import ACTIVE_CLUSTERING
from segspark.models.tracking import Loaded
from segspark.pipeline.view import View


@dataclass(frozen=True)
class ActiveClustering:
    """A model of groups, ready to assign people.

    Attributes:
        current: what it found, as it is named today.
        rare: the model of rare groups; None if none were trained.
    """

    model: Loaded
    current: CurrentGroups
    rare: RareModel | None


def active_clustering(
    settings: Settings, model: Loaded | None, current: CurrentGroups | None
) -> ActiveClustering | None:
    """A model with the groups of the same version; None if there is no model.

    Args:
        model: the newest model valid for the day.

    Raises:
        GateClosed: another version came into use while they were read.
    """
    if model is None or current is None:
        return None
    if model.model_version != current.model_version:
        raise GateClosed(
            f"{model.model_version} came into use in place of {current.model_version} while the groups were read; ask again."
        )
    rare = current.documents.rare
    return ActiveClustering(model, current, active_rare(settings.mlflow, model, rare) if rare else None)


def with_groups(people: DataFrame, groups: ActiveClustering, wanted: Collection[str] | None = None) -> DataFrame:
    """Everybody with ``cluster``, ``is_far`` (1: far from every centre; null: no activity ever) and, if there are rare
    groups, ``rare``.

    Args:
        wanted: columns that something looks at; rare groups are assigned only if they are among them. None is all.
    """
    # Overrides merge and split groups; distances still refer to the trained centres.
    trained = groups.current.documents.groups
    rare = groups.rare if wanted is None or RARE_COLUMN in wanted else None
    centres = [g.centre for g in trained.groups]
    assigned = with_behaviour(groups.model.model, people, centres, rare, groups.current.parts)
    limit = float("inf") if trained.far_distance is None else trained.far_distance
    is_far = F.col("centre_distance") > F.lit(float(limit))
    if "last_active_date" in people.columns:
        is_far = F.when(F.col("last_active_date").isNotNull(), is_far)
    return assigned.withColumn("is_far", is_far.cast("int")).drop("centre_distance")


def read_far(view: View, people: DataFrame) -> dict[str, Any]:
    """The number of people far from every centre (one row), and above the configured share a proposed group of them.

    Args:
        people: is_far of everybody.

    Returns:
        As the run's outcome records it: people, share, proposed.
    """
    row = people.agg(F.sum("is_far").alias("n"), F.count("is_far").alias("of")).collect()[0]
    n, of = row["n"] or 0, row["of"] or 1
    is_large = n / of > view.settings.models.of(BEHAVIOUR).max_far_share
    return {"people": n, "share": n / of, "proposed": _read_far_mean(view) if is_large else None}


def _read_far_mean(view: View) -> Mapping[str, str]:
    """A description of the people far from every centre, from their mean; one row."""
    groups = view.context[ACTIVE_CLUSTERING]
    assert groups is not None
    documents = groups.current.documents
    features = documents.groups.features
    people = active_people(people_of_day(view, {*features, "last_active_date"}))
    far = with_groups(people, groups, ()).where("is_far = 1")
    prepared = groups.model.model.stages[0].transform(far)
    mean = prepared.agg(*[F.avg(f"x_{name}") for name in features]).collect()[0]
    line = describe(documents.z_scores(list(mean)))
    return {"description_fr": line["fr"], "description_en": line["en"]}
