"""The people on whom a model is judged, as arrays of a bounded sample on the driver."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.errors import CheckFailed
from segspark.models.evaluate.probabilities import roc_auc
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.draws import is_aside, place
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.training_set import known_of

# Of more people than this a share is judged, by their ids.
MOST_PEOPLE = 200_000


@dataclass(frozen=True)
class Scored:
    """People of one cut with what a model that has not seen them says.

    Attributes:
        p: probability before calibration.
        fold: 0 or 1, by the person.
        beside: what a simpler model says of them, where one can be blended with the trees.
    """

    sample: Sample
    p: np.ndarray
    fold: np.ndarray
    beside: np.ndarray | None = None

    @property
    def y(self) -> np.ndarray:
        return self.sample.y

    def part(self, rows: np.ndarray) -> "Scored":
        """Some of the people."""
        columns = {name: values[rows] for name, values in self.sample.columns.items()}
        beside = None if self.beside is None else self.beside[rows]
        return Scored(Sample(columns, self.y[rows]), self.p[rows], self.fold[rows], beside)


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
    found = chosen.select(known_of(rows).alias("known"), "label", place(), is_aside()).toPandas()
    sample = _sample(found["known"], found["label"], inputs)
    return Past(sample, found["place"].to_numpy(), found["is_aside"].to_numpy())


def _sample(values: "pd.Series[Any]", label: "pd.Series[int]", inputs: Sequence[Input]) -> Sample:
    matrix = np.array(list(values), dtype=float).reshape(len(values), len(inputs))
    return Sample({i.name: matrix[:, at] for at, i in enumerate(inputs)}, np.asarray(label, dtype=float))


def check_leaks(model: str, most_auc: float, past: Sample, inputs: Sequence[Input]) -> None:
    """Stop if an input knows what comes after the cut.

    Args:
        most_auc: an input that alone ranks better than this knows the label.

    Raises:
        CheckFailed: names it.
    """
    if late := dated_after(past, inputs):
        named = ", ".join(f"{name} ({n} of {len(past.y)} rows)" for name, n in late)
        raise CheckFailed(
            f"The model {model} is not trained: {named} is dated after the cut, so it knows what comes after it. Take it "
            "out of the inputs, or say may_be_ahead if it is a plan that was known before."
        )
    if found := leaks(past, most_auc):
        named = ", ".join(f"{name} (AUC {auc:.3f})" for name, auc in found)
        raise CheckFailed(
            f"The model {model} is not trained: {named} alone tells who has the outcome, so it knows what comes after the "
            "cut. Take it out of the inputs, or raise max_input_auc if it is honest."
        )


def dated_after(sample: Sample, inputs: Sequence[Input]) -> list[tuple[str, int]]:
    """The inputs that are dated after their cut: name and rows."""
    counted = [(i.name, int((sample.columns[i.name] < 0).sum())) for i in inputs if i.is_dated]
    return [(name, n) for name, n in counted if n]


def leaks(sample: Sample, most: float) -> list[tuple[str, float]]:
    """The inputs that alone rank people by their label better than anything honest could: name and AUC."""
    found = []
    for name, values in sample.columns.items():
        auc = roc_auc(values, sample.y)
        auc = max(auc, 1 - auc)
        if auc > most:
            found.append((name, auc))
    return found
