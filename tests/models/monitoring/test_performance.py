"""The figures of announced probabilities, held against others' computation of the same people."""

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from segspark.models.monitoring.performance import Stored, are_enough, row_of
from segspark.models.monitoring.record import Announced
from segspark.models.propensity.outcome import Window
from segspark.tables.contracts import gold

DAY, TODAY = date(2026, 3, 2), date(2026, 6, 1)
STORED = Stored(DAY, "churn_90d", "shop_churn/3", 1000)
ANNOUNCED = Announced("n_order", True, Window(90))
RNG = np.random.default_rng(4)
P = RNG.beta(2, 3, 4000)
Y = (RNG.random(4000) < P).astype(float)


def test_figures_are_those_of_scikit_learn() -> None:
    row = row_of(STORED, ANNOUNCED, P, Y, 0.4, TODAY)
    assert row["roc_auc"] == pytest.approx(roc_auc_score(Y, P))
    assert row["log_loss"] == pytest.approx(log_loss(Y, P))
    assert row["brier"] == pytest.approx(brier_score_loss(Y, P))
    assert row["roc_auc_low"] < row["roc_auc"] < row["roc_auc_high"]
    # Normal interval of a share: 1.96 standard errors.
    half = 1.96 * np.sqrt(Y.mean() * (1 - Y.mean()) / 4000)
    assert row["base_rate_low"] == pytest.approx(Y.mean() - half, abs=0.003)
    assert row["base_rate_high"] == pytest.approx(Y.mean() + half, abs=0.003)


def test_perfect_probabilities_have_no_error_beyond_chance_and_shifted_ones_have() -> None:
    row = row_of(STORED, ANNOUNCED, P, Y, None, TODAY)
    assert abs(row["calibration_excess"]) < 0.01
    off = row_of(STORED, ANNOUNCED, np.clip(P + 0.1, 0, 1), Y, None, TODAY)
    assert off["calibration_excess"] == pytest.approx(
        0.1 - (off["calibration_error"] - off["calibration_excess"]), abs=0.01
    )


def test_a_row_is_as_the_table_has_it() -> None:
    row = {"model": "churn", **row_of(STORED, ANNOUNCED, P, Y, None, TODAY)}
    assert list(row) == gold.MODEL_PERFORMANCE.column_names
    assert (row["as_of_date"], row["window_end_date"], row["measured_date"]) == (DAY, date(2026, 5, 31), TODAY)
    assert {type(value) for value in row.values()} == {str, date, int, float, type(None)}


def test_the_same_people_give_the_same_row() -> None:
    assert row_of(STORED, ANNOUNCED, P, Y, 0.4, TODAY) == row_of(STORED, ANNOUNCED, P, Y, 0.4, TODAY)


@pytest.mark.parametrize(
    ("with_it", "without", "is_enough"), [(20, 20, True), (19, 500, False), (500, 19, False), (0, 0, False)]
)
def test_neither_kind_may_be_a_small_group(with_it: int, without: int, is_enough: bool) -> None:
    assert are_enough(np.array([1.0] * with_it + [0.0] * without), 20) is is_enough


def test_without_a_floor_both_kinds_are_needed_all_the_same() -> None:
    assert not are_enough(np.ones(5), 0)
