"""Groups of behaviour: preparation, the search for k, the final fit, what sets each group apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Clustering
from segspark.models.clustering.fitted import Fitted
from segspark.models.clustering.inputs import choose_inputs, configured
from segspark.models.clustering.kmeans import fit_kmeans
from segspark.models.clustering.naming import GroupName, name_groups
from segspark.models.clustering.ward import fit_ward
from segspark.models.prepare import Preparation, fit_preparation

N_PARTITIONS = 4
# People that the preparation is fitted on; a larger list is represented by so many.
FIT_ROWS = 100_000


@dataclass(frozen=True)
class Group:
    cluster: int
    n_people: int
    name: GroupName
    centre: tuple[float, ...]
    z_scores: Mapping[str, float]


@dataclass(frozen=True)
class Behaviour:
    """A fitted grouping; ``model`` writes the cluster into ``prediction``."""

    model: PipelineModel
    preparation: Preparation
    fitted: Fitted
    groups: tuple[Group, ...]
    as_of: date
    n_people: int

    @property
    def silhouette(self) -> float:
        return next((r.silhouette for r in self.fitted.sweep if r.k == self.fitted.k), float("nan"))


@dataclass(frozen=True)
class TooFew:
    """A refusal: there are not enough people to speak of groups."""

    reasons: tuple[str, ...]


def train_behaviour(people: DataFrame, config: Clustering, as_of: date) -> Behaviour | TooFew:
    """Fit the groups of a snapshot.

    People without any human act are left out of the fit (they would form a group of zeros and spend a k on it);
    the model assigns them like everybody.

    Args:
        people: feature frame of one day (person_id, features), with derived columns.
    """
    inputs = configured(choose_inputs(config.features, people.columns), config)
    active = people.where(F.col("last_active_date").isNotNull()) if "last_active_date" in people.columns else people
    frame = active.select("person_id", *[i.name for i in inputs])
    n_people = _read_count(frame)
    if n_people < 10 * config.k_min:
        return TooFew((f"{n_people} people with any activity; at least {10 * config.k_min} are needed",))
    columns = _read_columns(frame if n_people <= FIT_ROWS else _sample(frame, FIT_ROWS / n_people))
    preparation = fit_preparation(
        columns, inputs, config.clip_quantile, config.scaling, config.outliers, config.winsorise, config.neighbours,
        config.seed,
    )  # fmt: skip
    prepared = PipelineModel(
        [*preparation.stages(with_flags=True), VectorAssembler(inputCols=preparation.columns, outputCol="features")]
    )
    # A fixed order makes the fit independent of how many files and tasks there were.
    vectors = prepared.transform(frame).select("person_id", "features")
    in_order = vectors.repartition(N_PARTITIONS, "person_id").sortWithinPartitions("person_id")
    # Every start and the description read them; a cached frame would be slower by far (MLlib reads it column by column).
    in_order = in_order.localCheckpoint()
    points = preparation.apply(columns)[: config.sweep_sample]
    largest = max(2, min(config.k_max, n_people // 10))
    ks = [config.k] if config.k else range(min(config.k_min, largest), largest + 1)
    if config.method == "ward":
        fitted = fit_ward(in_order, points, ks, config.seed, n_people, config.micro_clusters)
    else:
        fitted = fit_kmeans(in_order, points, ks, config.seed, n_people)
    model = PipelineModel([*prepared.stages, *fitted.stages])
    return Behaviour(model, preparation, fitted, _describe(fitted, in_order, preparation), as_of, n_people)


def _read_count(frame: DataFrame) -> int:
    return frame.count()


def _sample(vectors: DataFrame, share: float) -> DataFrame:
    """By the pseudonym's own digits, which are uniform and the same in every run."""
    return vectors.where(F.conv(F.substring("person_id", 1, 6), 16, 10).cast("int") < F.lit(int(share * 16**6)))


def _read_columns(frame: DataFrame) -> dict[str, np.ndarray]:
    """The snapshot that the preparation and the search for k are fitted on, in the order of the ids, which is random."""
    rows = frame.toArrow().sort_by("person_id")
    names = [n for n in rows.column_names if n != "person_id"]
    return {n: rows[n].cast("float64").to_numpy(zero_copy_only=False).astype(float) for n in names}


def _describe(fitted: Fitted, vectors: DataFrame, preparation: Preparation) -> tuple[Group, ...]:
    sizes = _read_sizes(PipelineModel(list(fitted.stages)).transform(vectors))
    centres = fitted.centres
    names = [f.name for f in preparation.features]
    total = sum(sizes.values()) or 1
    means = [sum(c[i] * sizes.get(g, 0) for g, c in enumerate(centres)) / total for i in range(len(names))]
    weights = [f.weight for f in preparation.features]
    z = [{n: (c[i] - means[i]) / weights[i] for i, n in enumerate(names)} for c in centres]
    return tuple(Group(g, sizes.get(g, 0), name, centres[g], z[g]) for g, name in enumerate(name_groups(z)))


def _read_sizes(predicted: DataFrame) -> dict[int, int]:
    return {r["prediction"]: r["count"] for r in predicted.groupBy("prediction").count().collect()}


def with_behaviour(model: PipelineModel, people: DataFrame) -> DataFrame:
    """Everybody with their ``cluster`` (int)."""
    assigned = model.transform(people)
    return assigned.select(*people.columns, F.col("prediction").cast("int").alias("cluster"))
