"""Rare groups: small dense groups, and people similar to nobody; the rest are the usual profiles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from segspark.models.clustering.blocks import SparkBlocks
from segspark.models.clustering.config import Rare as RareConfig
from segspark.models.clustering.density import NOISE, Density, digest_of, fit_density, k_distances, knee_of
from segspark.models.clustering.documents.rare import Rare

USUAL, UNUSUAL = "usual", "unusual"
# The column with the key of a person's group.
RARE_COLUMN = "rare"
# People whose neighbours determine eps, and points of the curve that are stored.
LOOKED_AT, CURVE = 5_000, 200


@dataclass(frozen=True)
class RareModel:
    """Assigns everybody to a rare group; plain numbers.

    Attributes:
        keys: of the groups by label, ``method:label`` or ``method:usual``; stored as the row's branch.
        far: if only people at least this far from their centre were fitted, that distance, else 0; nobody nearer is
            unusual.
    """

    density: Density
    keys: tuple[str, ...]
    method: str
    far: float

    def assign(self, points: np.ndarray, distances: np.ndarray) -> np.ndarray:
        """The key of each person."""
        labels = self.density.assign(points)
        usual, unusual = f"{self.method}:{USUAL}", f"{self.method}:{UNUSUAL}"
        of_label = np.array([*self.keys, unusual], dtype=object)[labels]
        is_usual = (labels == NOISE) & (distances < self.far)
        return np.where(is_usual, usual, of_label)


def centre_distance(columns: Sequence[str], centres: Sequence[Sequence[float]]) -> Column:
    """Euclidean distance to the nearest centre."""
    # Built as text, because a JVM call for each part takes longer than computing all distances.
    squares = [" + ".join(f"pow(`{n}` - ({float(x)!r}D), 2)" for n, x in zip(columns, c, strict=True)) for c in centres]
    nearest = f"least({', '.join(squares)})" if len(squares) > 1 else squares[0]
    return F.expr(f"sqrt({nearest})")


def fit_rare(
    values: DataFrame, n_people: int, centres: Sequence[Sequence[float]], config: RareConfig
) -> tuple[RareModel, np.ndarray, np.ndarray, Rare]:
    """Fit on everybody, or if there are too many on those farthest from the centres.

    Args:
        values: person_id and the prepared features.

    Returns:
        The model, the fitted points, the label of each, and the document without names.
    """
    on_far = n_people > config.max_points
    points, distances = _read_points(values, centres, config.max_points if on_far else None)
    k = config.min_samples or 2 * points.shape[1]
    curve = np.sort(_sampled_k_distances(points, k))
    eps = config.eps or knee_of(curve)
    density = fit_density(points, config.method, eps, k, config.min_group)
    labels = density.assign(points)
    method = f"{config.method}_far" if on_far else config.method
    sizes = np.bincount(labels[labels != NOISE], minlength=density.n_groups)
    far = float(distances.min()) if on_far else 0.0
    near = _near_people(values, centres, density, far) if on_far and density.n_groups else np.zeros_like(sizes)
    # A group that continues among the people who were not fitted is the border of the usual profiles.
    is_rare = (sizes + near <= config.max_share * n_people) & (near < k)
    keys = tuple(f"{method}:{g if is_rare[g] else USUAL}" for g in range(density.n_groups))
    document = Rare(
        method=config.method,
        on_far=on_far,
        eps=eps if config.method == "dbscan" else None,
        eps_reason="set by the configuration" if config.eps else f"knee of the distances to the {k}th neighbour",
        min_samples=k,
        k_distances=tuple(float(d) for d in curve[np.linspace(0, len(curve) - 1, min(CURVE, len(curve))).astype(int)]),
        n_fitted=len(points),
        n_groups=int(is_rare.sum()),
        n_noise=int((labels == NOISE).sum()),
        far_distance=far,
        keys=keys,
        groups=(),
        core_digest=digest_of(density.to_bytes()),
    )
    return load_rare(document, density), points, labels, document


def load_rare(document: Rare, density: Density) -> RareModel:
    """The model from its document and its reference points."""
    method = f"{document.method}_far" if document.on_far else document.method
    return RareModel(density, document.keys, method, document.far_distance)


def _near_people(values: DataFrame, centres: Sequence[Sequence[float]], density: Density, far: float) -> np.ndarray:
    """Per group the number of people it reaches who are nearer to their centre than ``far``."""
    places = np.asarray(centres, dtype=float)

    def count(block: np.ndarray) -> np.ndarray:
        apart = ((block[:, None, :] - places[None, :, :]) ** 2).sum(axis=2).min(axis=1)
        labels = density.assign(block[apart < far**2])
        return np.bincount(labels[labels != NOISE], minlength=density.n_groups).astype(float)

    return SparkBlocks(values.select([c for c in values.columns if c != "person_id"])).total(count)


def _sampled_k_distances(points: np.ndarray, k: int) -> np.ndarray:
    """The k-distances of some people, evenly spaced in order, to their neighbours among all."""
    step = max(1, len(points) // LOOKED_AT)
    return k_distances(points, k, points[::step])


def _read_points(
    values: DataFrame, centres: Sequence[Sequence[float]], most: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """The prepared values in order of ids; at most ``most`` people, those farthest from their centre."""
    columns = [c for c in values.columns if c != "person_id"]
    apart = values.withColumn("centre_distance", centre_distance(columns, centres))
    if most is not None:
        apart = apart.orderBy(F.desc("centre_distance"), "person_id").limit(most)
    rows = apart.toArrow().sort_by("person_id")
    return np.column_stack([rows[c].to_numpy() for c in columns]), rows["centre_distance"].to_numpy()


def with_rare(people: DataFrame, columns: Sequence[str], model: RareModel) -> DataFrame:
    """Everybody with the key of their group in ``rare``; null for people without any act.

    Args:
        people: the prepared features in ``columns``, centre_distance, and last_active_date if the frame has it.
    """

    def assign(distance: pd.Series, *values: pd.Series) -> pd.Series:
        points = np.column_stack([v.to_numpy() for v in values])
        return pd.Series(model.assign(points, distance.to_numpy()).tolist(), dtype=object)

    # Only the needed columns go to Python; the rest of a row stays in Spark. (Its Arrow form is newer than Spark 4.0.)
    key = pandas_udf(assign, "string")  # type: ignore[call-overload]
    found = key("centre_distance", *columns)
    if "last_active_date" in people.columns:
        found = F.when(F.col("last_active_date").isNotNull(), found)
    return people.withColumn(RARE_COLUMN, found)
