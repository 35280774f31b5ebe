"""K-means of behaviour: preparation, search for k, the final fit, what sets each group apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.cluster import KMeans as SampleKMeans

from segspark.config.models import Clustering
from segspark.models.clustering.inputs import choose_inputs
from segspark.models.clustering.naming import GroupName, name_groups
from segspark.models.prepare import Preparation, fit_preparation

# Silhouettes nearer than this are equal; then the elbow decides.
TIE = 0.02
N_PARTITIONS = 4
STARTS = 3
# Samples of twenty thousand differ by about one per cent in their inertia.
NEAR = 1.02
# People that the preparation is fitted on; a larger list is represented by so many.
FIT_ROWS = 100_000


@dataclass(frozen=True)
class SweepRow:
    """One k of the search. ``silhouette`` is the squared Euclidean one, ``inertia`` the sum of squares per person."""

    k: int
    silhouette: float
    inertia: float
    smallest_share: float


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
    k: int
    reason: str
    sweep: tuple[SweepRow, ...]
    groups: tuple[Group, ...]
    as_of: date
    n_people: int

    @property
    def silhouette(self) -> float:
        return next((r.silhouette for r in self.sweep if r.k == self.k), float("nan"))


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
    inputs = choose_inputs(config.features, people.columns)
    active = people.where(F.col("last_active_date").isNotNull()) if "last_active_date" in people.columns else people
    frame = active.select("person_id", *[i.name for i in inputs])
    n_people = _read_count(frame)
    if n_people < 10 * config.k_min:
        return TooFew((f"{n_people} people with any activity; at least {10 * config.k_min} are needed",))
    columns = _read_columns(frame if n_people <= FIT_ROWS else _sample(frame, FIT_ROWS / n_people))
    preparation = fit_preparation(columns, inputs, config.clip_quantile, config.scaling, config.outliers)
    prepared = PipelineModel(
        [preparation.stage(), VectorAssembler(inputCols=preparation.columns, outputCol="features")]
    )
    # A fixed order makes the fit independent of how many files and tasks there were.
    vectors = prepared.transform(frame).select("person_id", "features")
    in_order = vectors.repartition(N_PARTITIONS, "person_id").sortWithinPartitions("person_id")
    # Every start and the description read them; a cached frame would be slower by far (MLlib reads it column by column).
    in_order = in_order.localCheckpoint()
    points = preparation.apply(columns)[: config.sweep_sample]
    largest = max(2, min(config.k_max, n_people // 10))
    ks = [config.k] if config.k else range(min(config.k_min, largest), largest + 1)
    sweep = tuple(_try(points, k, config.seed) for k in ks)
    k, reason = choose_k(sweep)
    kmeans = _fit_best(in_order, k, config.seed, next(r.inertia for r in sweep if r.k == k) * n_people)
    model = PipelineModel([*prepared.stages, kmeans])
    return Behaviour(model, preparation, k, reason, sweep, _describe(kmeans, in_order, preparation), as_of, n_people)


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


def _try(points: np.ndarray, k: int, seed: int) -> SweepRow:
    """One k of the search, by scikit-learn: a sample needs no cluster, and MLlib's jobs would take ten times as long."""
    model = SampleKMeans(k, n_init=10, random_state=seed).fit(points)
    sizes = np.bincount(model.labels_, minlength=k)
    silhouette = squared_silhouette(points, model.labels_, k)
    return SweepRow(k, silhouette, float(model.inertia_) / len(points), float(sizes.min()) / len(points))


def squared_silhouette(points: np.ndarray, labels: np.ndarray, k: int) -> float:
    """The mean silhouette with squared Euclidean distances, in closed form, as MLlib's ClusteringEvaluator has it.

    The mean squared distance to a group's points is ``|x|^2 - 2 x.mean + mean|y|^2``; to one's own group the point
    itself does not count, and a group of one has silhouette 0 (Rousseeuw 1987).
    """
    sizes = np.bincount(labels, minlength=k).astype(float)
    sums = np.zeros((k, points.shape[1]))
    np.add.at(sums, labels, points)
    norms = (points**2).sum(axis=1)
    norm_sums = np.bincount(labels, weights=norms, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = norms[:, None] - 2 * points @ (sums / sizes[:, None]).T + (norm_sums / sizes)[None, :]
    own = np.arange(len(points)), labels
    inside = means[own] * sizes[labels] / np.maximum(sizes[labels] - 1, 1)
    means[:, sizes == 0] = np.inf
    means[own] = np.inf
    nearest = means.min(axis=1)
    value = np.where(sizes[labels] > 1, (nearest - inside) / np.maximum(nearest, inside).clip(min=1e-300), 0.0)
    return float(value.mean())


def _fit_best(vectors: DataFrame, k: int, seed: int, expected: float) -> KMeansModel:
    """Of some seeded starts the one with the least inertia: a single start may end far from the best.

    A start that comes near to what the best of ten reached on the sample needs no other beside it.
    """
    fits: list[KMeansModel] = []
    for start in range(STARTS):
        fits.append(KMeans(k=k, seed=seed + start, maxIter=30, initSteps=3).fit(vectors))
        if fits[-1].summary.trainingCost <= NEAR * expected:
            break
    return min(fits, key=lambda m: m.summary.trainingCost)


def choose_k(sweep: tuple[SweepRow, ...]) -> tuple[int, str]:
    """The best silhouette; among its near equals the k nearest to the elbow, and its reason."""
    if len(sweep) == 1:
        return sweep[0].k, "k is set by the configuration"
    best = max(r.silhouette for r in sweep)
    near = [r for r in sweep if best - r.silhouette <= TIE]
    elbow = elbow_of(sweep)
    chosen = min(near, key=lambda r: (abs(r.k - elbow), -r.silhouette))
    if len(near) == 1:
        return chosen.k, f"best silhouette ({chosen.silhouette:.3f}); the elbow lies at {elbow}"
    equals = ", ".join(str(r.k) for r in near)
    return (
        chosen.k,
        f"silhouettes of k = {equals} are equal within {TIE}; {chosen.k} is nearest to the elbow at {elbow}",
    )


def elbow_of(sweep: tuple[SweepRow, ...]) -> int:
    """The k whose inertia lies farthest below the line from the first to the last (kneedle, Satopaa et al. 2011)."""
    first, last = sweep[0], sweep[-1]
    run, drop = last.k - first.k, first.inertia - last.inertia
    if run == 0 or drop <= 0:
        return first.k

    def below(row: SweepRow) -> float:
        return (first.inertia - row.inertia) / drop - (row.k - first.k) / run

    return max(sweep, key=below).k


def _describe(kmeans: Any, vectors: DataFrame, preparation: Preparation) -> tuple[Group, ...]:
    sizes = _read_sizes(kmeans.transform(vectors))
    centres = [tuple(float(x) for x in c) for c in kmeans.clusterCenters()]
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
