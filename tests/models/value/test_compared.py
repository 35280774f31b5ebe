"""With whom later buyers are compared, and that only what changes moves: not what grows with the data alone."""

import numpy as np
import pytest
from models.value.test_histories import DAY, PEOPLE, frame
from models.value.test_prediction import PLAIN
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.models.monitoring.binning import bins_of_people, count_people
from segspark.models.monitoring.drift import moved
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.models.value.compared import ACTIVE_DAYS, INPUTS, compared_inputs, read_reference
from segspark.models.value.prediction import Prediction
from segspark.models.value.since_words import INPUT_WORDS, SCORE_WORDS
from segspark.models.value.stage import SAID, ValueStage
from segspark.time import DAY as ONE

MODEL = PipelineModel([ValueStage.of(PLAIN)])
GONE = ("tim", DAY, 9, DAY - 999 * ONE, DAY - (ACTIVE_DAYS + 1) * ONE, 100, 0)
STILL = ("zoe", DAY, 4, DAY - 999 * ONE, DAY - ACTIVE_DAYS * ONE, 1000, 200)


def test_people_are_compared_who_ordered_within_a_year(spark: SparkSession) -> None:
    found = {r["person_id"]: r for r in compared_inputs(frame(spark, *PEOPLE, GONE, STILL)).collect()}
    # Kim never ordered, and the last order of Tim is too old.
    assert {"ann", "zoe"} <= set(found)
    assert not {"kim", "tim"} & set(found)
    # Less what was given back, by day.
    assert (found["zoe"]["days_since_order"], found["zoe"]["cents_per_order_day"]) == (365, 200)


def test_the_bins_are_of_the_same_people_with_what_is_said_of_them(spark: SparkSession) -> None:
    # Many are drawn from by the digits of their ids.
    people = frame(spark, *PEOPLE, GONE, STILL).withColumn("person_id", F.md5("person_id"))
    found, n = read_reference(MODEL, people), compared_inputs(people).count()
    assert found is not None
    assert (found.n, found.base_rate) == (n, None)
    assert (set(found.inputs), set(found.scores)) == (set(INPUTS), set(SAID))
    for each in (*found.inputs.values(), *found.scores.values()):
        assert sum(each.shares) == pytest.approx(1)
    # Of whom no date is told, the bin is the last.
    said = MODEL.transform(people.join(compared_inputs(people).select("person_id"), on="person_id")).collect()
    without = [row["days_to_order_high"] for row in said].count(None)
    assert 0 < without < n
    assert found.scores["days_to_order_high"].shares[-1] == pytest.approx(without / n)
    assert read_reference(MODEL, people.where("person_id = md5('tim')")) is None


def test_all_that_is_compared_has_words() -> None:
    assert set(INPUT_WORDS) == set(INPUTS)
    assert set(SCORE_WORDS) == set(SAID)


N, STAY = 4000, 720


def histories(known_days: int, gap: float, seed: int, *, recent: bool) -> list[np.ndarray]:
    """Days since each order that the data knows, of a steady shop that is older than its data: customers come and go at
    the same pace for ever, each stays two years or so and orders about every ``gap`` days."""
    rng = np.random.default_rng(seed)
    found: list[np.ndarray] = []
    while len(found) < N:
        began, stays, rate = rng.uniform(0, 4 * STAY), rng.exponential(STAY), rng.gamma(1.5, 1 / 1.5) / gap
        after = np.cumsum(rng.exponential(1 / rate, int(20 + 2 * stays * rate)))
        days = np.unique(np.floor(began - np.r_[0.0, after[after < stays]]))
        days = days[(days > 0) & (days <= known_days)]
        if len(days) and (days.min() <= ACTIVE_DAYS or not recent):
            found.append(days)
    return found


def numbers(people: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, t_x, age."""
    first, last, n = (np.array([of(days) for days in people], dtype=float) for of in (np.max, np.min, len))
    return n - 1, first - last, first - 1


def said_of(people: list[np.ndarray], prediction: Prediction) -> dict[str, np.ndarray]:
    x, t_x, age = numbers(people)
    rng = np.random.default_rng(5)
    cents = np.array([rng.gamma(6, 200, len(days)).sum() for days in people])
    since = np.array([days.min() for days in people])
    per_order = cents / (x + 1)
    return {
        **prediction.of(x, t_x, age, cents),
        "days_since_order": since,
        "cents_per_order_day": per_order,
        "age": age,
    }


@pytest.mark.parametrize(("known_days", "gap"), [(365, 30.0), (365, 90.0), (365, 200.0), (730, 90.0)])
def test_what_is_compared_does_not_move_by_the_growth_of_history_alone(known_days: int, gap: float) -> None:
    fit = fit_bgnbd(Cells.of_people(*numbers(histories(known_days, gap, 1, recent=False))))
    assert isinstance(fit, BgNbdFit)
    prediction = Prediction(fit.model, PLAIN.spending, PLAIN.horizon)
    then, later = (said_of(histories(known_days + more, gap, 2 + more, recent=True), prediction) for more in (0, 90))
    index = {}
    for name, values in then.items():
        bins = bins_of_people(values)
        index[name] = moved(bins, N, list(count_people(bins, later[name])))[0]
    # The time since the first order does, which is why it is not compared.
    assert index.pop("age") > 0.1
    assert set(index) == {*INPUTS, *SAID}
    assert {name: psi for name, psi in index.items() if psi >= 0.1} == {}
