"""Behaviour groups: preparation, the search for k, the final fit, and what sets each group apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.clustering.blocks import MemoryBlocks, SparkBlocks
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.preparation import z_scores
from segspark.models.clustering.fitted import Fitted, NoneFits
from segspark.models.clustering.gates import gates_of, reasons_of, told
from segspark.models.clustering.inputs import choose_inputs, configured
from segspark.models.clustering.kmeans import fit_kmeans
from segspark.models.clustering.naming import GroupName, name_groups
from segspark.models.clustering.rare import RARE_COLUMN, RareModel, centre_distance, with_rare
from segspark.models.clustering.sweep import nearest
from segspark.models.clustering.varied import left_out
from segspark.models.clustering.ward import fit_ward
from segspark.models.prepare import Preparation, fit_preparation

# A fit is many small jobs; below this number of people the tasks cost more than the work.
PEOPLE_PER_PARTITION = 50_000
# The preparation is fitted on at most this many people; a larger list is sampled.
FIT_ROWS = 100_000
# This share of the people counts as near to its centre.
FAR = 0.995


@dataclass(frozen=True)
class Group:
    cluster: int
    n_people: int
    name: GroupName
    centre: tuple[float, ...]
    z_scores: Mapping[str, float]


@dataclass(frozen=True)
class Behaviour:
    """A fitted grouping; ``model`` writes the cluster into ``prediction``.

    Attributes:
        values: person_id and the prepared features of everybody in the fit.
        points: the prepared features of a sample in random order; ``clusters`` holds the cluster of each.
        mean: of everybody, in the prepared space.
        far_distance: nearly everybody is nearer to their centre than this.
        left_out: input -> why it tells nobody apart on this list.
    """

    model: PipelineModel
    preparation: Preparation
    fitted: Fitted
    groups: tuple[Group, ...]
    as_of: date
    n_people: int
    values: DataFrame
    points: np.ndarray
    clusters: np.ndarray
    mean: tuple[float, ...]
    far_distance: float
    left_out: Mapping[str, str]

    @property
    def silhouette(self) -> float:
        return next((r.silhouette for r in self.fitted.sweep if r.k == self.fitted.k), float("nan"))

    def z_scores(self, centre: Sequence[float]) -> dict[str, float]:
        """The distance of a point from the mean of everybody, by feature, in scaled units."""
        return z_scores(self.preparation.features, self.mean, centre)


@dataclass(frozen=True)
class NoGroups:
    """A refusal.

    Attributes:
        note: the reasons in a line.
        reasons: the same as data, a code and values each; of a search also the figures of every k.
    """

    note: str
    reasons: tuple[Mapping[str, Any], ...]


# Computes a frame now, and arranges it.
Checkpoint = Callable[[DataFrame, Callable[[DataFrame], DataFrame]], DataFrame]


def train_behaviour(
    people: DataFrame, config: Clustering, as_of: date, checkpoint: Checkpoint, least_shown: int
) -> Behaviour | NoGroups:
    """Fit the groups of a snapshot.

    People without any human act are left out: what is missing of them has no value, and they would be a group of fills.
    No group is theirs (``with_behaviour``).

    Args:
        people: feature frame of one day (person_id, features), with derived columns.
        checkpoint: computes a frame now and arranges it, as ``View.checkpoint`` does.
        least_shown: the smallest group that pages show.
    """
    inputs = configured(choose_inputs(config.features, people.columns), config)
    frame = active_people(people).select("person_id", *[i.name for i in inputs])
    n_people = _read_count(frame)
    if n_people < 10 * config.k_min:
        needed = 10 * config.k_min
        return NoGroups(
            f"{n_people} people with any activity; at least {needed} are needed",
            ({"code": "few_active", "values": {"n": n_people, "needed": needed}},),
        )
    columns = read_values(frame, n_people)
    fit = partial(
        fit_preparation, columns, clip_quantile=config.clip_quantile, scaling=config.scaling, outliers=config.outliers,
        winsorise=config.winsorise, neighbours=config.neighbours, seed=config.seed,
    )  # fmt: skip
    preparation = fit(inputs)
    gone = left_out(preparation.apply(columns), [i.name for i in inputs])
    if len(gone) == len(inputs):
        told_apart = "; ".join(f"{name} {why}" for name, why in gone.items())
        reason = {"code": "all_alike", "values": {"inputs": ", ".join(gone)}}
        return NoGroups(f"nothing tells people apart: {told_apart}", (reason,))
    if gone:
        preparation = fit([i for i in inputs if i.name not in gone])
    to_columns = preparation.stage(with_flags=True)
    to_vector = VectorAssembler(inputCols=preparation.columns, outputCol="features")
    # A fixed order makes the fit independent of the number of files and tasks.
    values = to_columns.transform(frame).select("person_id", *preparation.columns)
    n_partitions = max(2, n_people // PEOPLE_PER_PARTITION)

    def arrange(rows: DataFrame) -> DataFrame:
        return rows.repartition(n_partitions, "person_id").sortWithinPartitions("person_id")

    # Every pass and the description read them; a cached frame would be far slower (MLlib reads it column by column).
    in_order = checkpoint(values, arrange)
    vectors = to_vector.transform(in_order)
    points = preparation.apply(columns)[: config.sweep_sample]
    is_whole = n_people <= min(FIT_ROWS, config.sweep_sample)
    blocks = MemoryBlocks(points) if is_whole else SparkBlocks(in_order.select(preparation.columns))
    largest = max(2, min(config.k_max, n_people // 10))
    ks = [config.k] if config.k else range(min(config.k_min, largest), largest + 1)
    gates = gates_of(config, least_shown)
    if config.method == "ward":
        fitted = fit_ward(vectors, points, ks, config.seed, gates, n_people, config.micro_clusters)
    else:
        fitted = fit_kmeans(vectors, blocks, points, ks, config.seed, gates, n_people)
    if isinstance(fitted, NoneFits):
        return NoGroups(told(fitted.sweep, gates, n_people), reasons_of(fitted.sweep, gates, n_people))
    clusters = nearest(points, np.array(fitted.centres))
    parts = fitted.hierarchy
    sizes = dict(enumerate(np.bincount(parts.groups, weights=parts.sizes, minlength=fitted.k).astype(int).tolist()))
    apart = points - np.array(fitted.centres)[clusters]
    mean = np.average(fitted.centres, axis=0, weights=[sizes.get(g, 0) for g in range(len(fitted.centres))])
    return Behaviour(
        PipelineModel([to_columns, to_vector, *fitted.stages]),
        preparation,
        fitted,
        _describe(fitted, sizes, preparation, mean, columns, clusters),
        as_of,
        n_people,
        in_order,
        points,
        clusters,
        tuple(float(m) for m in mean),
        float(np.quantile(np.sqrt((apart**2).sum(axis=1)), FAR)),
        gone,
    )


def active_people(people: DataFrame) -> DataFrame:
    """People with any human act, who alone are compared; everybody if the frame lacks the column. Acts count from the
    permission for profiling on, so nobody without it is among them."""
    return people.where(F.col("last_active_date").isNotNull()) if "last_active_date" in people.columns else people


def _read_count(frame: DataFrame) -> int:
    return frame.count()


def _sample(vectors: DataFrame, share: float) -> DataFrame:
    """Sample by the digits of the pseudonyms, which are uniform and the same in every run."""
    return vectors.where(F.conv(F.substring("person_id", 1, 6), 16, 10).cast("int") < F.lit(int(share * 16**6)))


def read_values(frame: DataFrame, n_people: int) -> dict[str, np.ndarray]:
    """The snapshot on which the preparation and the search for k are fitted, in order of ids, that is, random order; at
    most about ``FIT_ROWS`` people.

    Args:
        frame: person_id and numbers, of so many people.
    """
    rows = (frame if n_people <= FIT_ROWS else _sample(frame, FIT_ROWS / n_people)).toArrow().sort_by("person_id")
    names = [n for n in rows.column_names if n != "person_id"]
    return {n: rows[n].cast("float64").to_numpy(zero_copy_only=False).astype(float) for n in names}


def _describe(
    fitted: Fitted,
    sizes: Mapping[int, int],
    preparation: Preparation,
    mean: np.ndarray,
    columns: Mapping[str, np.ndarray],
    clusters: np.ndarray,
) -> tuple[Group, ...]:
    """The groups, named by what holds for the members among the first people of ``columns``."""
    z = [z_scores(preparation.features, mean.tolist(), c) for c in fitted.centres]
    values = {f.name: columns[f.name][: len(clusters)] for f in preparation.features}
    names = name_groups(z, values, clusters)
    return tuple(Group(g, sizes.get(g, 0), name, fitted.centres[g], z[g]) for g, name in enumerate(names))


def with_behaviour(
    model: PipelineModel,
    people: DataFrame,
    centres: Sequence[Sequence[float]] = (),
    rare: RareModel | None = None,
    parts: tuple[str, Sequence[int]] | None = None,
) -> DataFrame:
    """Everybody with ``cluster`` (int; null for people without any act), with ``centre_distance`` if centres are given and ``rare`` if rare groups are.

    Args:
        parts: if groups were merged or split: the column with a person's part, and the cluster of each part.
    """
    cluster = F.col("prediction")
    if parts is not None:
        cluster = F.element_at(F.array(*[F.lit(c) for c in parts[1]]), F.col(parts[0]) + 1)
    if "last_active_date" in people.columns:
        cluster = F.when(F.col("last_active_date").isNotNull(), cluster)
    assigned = model.transform(people).withColumn("cluster", cluster.cast("int"))
    added = ["cluster"]
    if centres:
        inputs = next(s for s in model.stages if isinstance(s, VectorAssembler)).getInputCols()
        assigned = assigned.withColumn("centre_distance", centre_distance(inputs, centres))
        added.append("centre_distance")
        if rare is not None:
            assigned, added = with_rare(assigned.drop("features"), inputs, rare), [*added, RARE_COLUMN]
    return assigned.select(*people.columns, *added)
