"""The people on whom a model is judged, as arrays of a bounded sample on the driver."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.models.evaluate.probabilities import roc_auc
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.fit import is_aside, place
from segspark.models.propensity.inputs import Input

# Of more people than this a share is judged, by their ids.
MOST_PEOPLE = 200_000


@dataclass(frozen=True)
class Scored:
    """People of one cut with what a model that has not seen them says.

    Attributes:
        p: probability before calibration.
        fold: 0 or 1, by the person.
    """

    sample: Sample
    p: np.ndarray
    fold: np.ndarray

    @property
    def y(self) -> np.ndarray:
        return self.sample.y


@dataclass(frozen=True)
class Past:
    """People of the training cuts, a row for each cut.

    Attributes:
        place: 0 to 1, by the person.
        is_aside: of the tenth of the people that tells when a fit stops.
    """

    sample: Sample
    place: np.ndarray
    is_aside: np.ndarray


def share_of_people(n: int, most: int = MOST_PEOPLE) -> Column:
    """Whether a person is in a sample of about ``most`` of ``n`` people; the same people at every cut."""
    return F.conv(F.substring("person_id", 13, 6), 16, 10).cast("double") / 16**6 < most / max(n, 1)


def read_scored(scored: DataFrame, inputs: Sequence[Input], n: int) -> Scored:
    """A bounded sample of scored rows (fit.scored_by): at most about MOST_PEOPLE."""
    rows = scored.where(share_of_people(n)).orderBy("person_id").toPandas()
    return Scored(_sample(rows["inputs"], rows["label"], inputs), rows["p"].to_numpy(), rows["fold"].to_numpy())


def read_past(rows: DataFrame, inputs: Sequence[Input], n: int) -> Past:
    """A bounded sample of the training cuts: at most about MOST_PEOPLE rows."""
    chosen = rows.where(share_of_people(n)).orderBy("person_id", "cut_date")
    found = chosen.select("values", "label", place(), is_aside()).toPandas()
    sample = _sample(found["values"], found["label"], inputs)
    return Past(sample, found["place"].to_numpy(), found["is_aside"].to_numpy())


def _sample(values: "pd.Series[Any]", label: "pd.Series[int]", inputs: Sequence[Input]) -> Sample:
    matrix = np.array(list(values), dtype=float).reshape(len(values), len(inputs))
    return Sample({i.name: matrix[:, at] for at, i in enumerate(inputs)}, np.asarray(label, dtype=float))


def leaks(sample: Sample, most: float) -> list[tuple[str, float]]:
    """The inputs that alone rank people by their label better than anything honest could: name and AUC."""
    found = []
    for name, values in sample.columns.items():
        auc = roc_auc(values, sample.y)
        auc = max(auc, 1 - auc)
        if auc > most:
            found.append((name, auc))
    return found
