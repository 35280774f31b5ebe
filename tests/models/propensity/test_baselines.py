"""Simple probabilities that a model must beat, fitted to the past alone."""

from collections.abc import Sequence

import numpy as np
import pytest
from pyspark.sql import SparkSession

from segspark.models.evaluate.probabilities import losses, roc_auc
from segspark.models.propensity.baselines import RFM, Baseline, Sample, baselines_of, by_one, fit_baselines
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER


def announced(past: Sample, judged: Sample, baselines: Sequence[Baseline]) -> dict[str, np.ndarray]:
    return {name: fit.predict(judged) for name, fit in fit_baselines(past, baselines).items()}


RECENCY = Baseline("recency", ("days_since_order",), by_one)
RNG = np.random.default_rng(2)


def shop(n: int, seed: int) -> Sample:
    rng = np.random.default_rng(seed)
    days, orders = rng.integers(1, 365, n).astype(float), rng.integers(1, 9, n).astype(float)
    odds = 0.01 * days - 0.6 * orders
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    return Sample({"days_since_order": days, "n_order_365d": orders, "net_order_cents_365d": 1000 * orders}, y)


def test_recency_gives_a_rate_that_rises_with_the_days() -> None:
    past, judged = shop(5000, 1), shop(500, 2)
    found = by_one(past, RECENCY.needs).predict(judged)
    order = np.argsort(judged.columns["days_since_order"])
    assert np.all(np.diff(found[order]) >= 0)
    assert found.mean() == pytest.approx(judged.y.mean(), abs=0.06)
    assert found.min() > 0
    assert found.max() < 1


def test_what_falls_with_the_value_falls() -> None:
    past = Sample({"days_since_order": np.arange(100.0)}, (np.arange(100) < 50).astype(float))
    found = by_one(past, RECENCY.needs).predict(past)
    assert found[0] > 0.9
    assert found[-1] < 0.1


def test_three_values_say_more_than_one() -> None:
    past, judged = shop(5000, 1), shop(3000, 2)
    found = announced(past, judged, baselines_of(NO_ORDER, 90))
    assert losses(found["rfm"], judged.y).mean() < losses(found["recency"], judged.y).mean()
    assert roc_auc(found["rfm"], judged.y) > roc_auc(found["recency"], judged.y)


def test_a_baseline_without_its_inputs_is_left_out() -> None:
    past = Sample({"days_since_order": np.arange(9.0)}, np.arange(9) % 2.0)
    assert set(announced(past, past, (RECENCY, RFM))) == {"recency"}


def buyers(n: int, seed: int) -> Sample:
    """Buyers of BG/NBD itself, looked at after a year: r 1, alpha 60 days, a 0.5, b 2."""
    rng = np.random.default_rng(seed)
    rate, stops = rng.gamma(1.0, 1 / 60, n), rng.beta(0.5, 2.0, n)
    days, last, label = np.ones(n), np.zeros(n), np.ones(n)
    for i in range(n):
        at, active = 0.0, True
        while active and at < 455:
            at += rng.exponential(1 / rate[i])
            if at < 365:
                days[i], last[i] = days[i] + 1, at
                active = rng.random() > stops[i]
            elif at < 455:
                label[i] = 0
    since = np.maximum(1.0, 366 - np.ceil(last))
    columns = {"known_order_days": days, "known_order_age": np.full(n, 366.0), "days_since_order": since}
    return Sample(columns, label)


def test_the_pace_of_each_buyer_says_who_will_not_order() -> None:
    past, judged = buyers(3000, 1), buyers(3000, 2)
    found = announced(past, judged, baselines_of(NO_ORDER, 90))
    assert set(found) == {"recency", "bgnbd"}
    assert found["bgnbd"].mean() == pytest.approx(judged.y.mean(), abs=0.03)
    assert losses(found["bgnbd"], judged.y).mean() < losses(found["recency"], judged.y).mean()


def test_the_pace_is_said_in_sql_too(spark: SparkSession) -> None:
    past, judged = buyers(3000, 1), buyers(400, 2)
    fit = fit_baselines(past, baselines_of(NO_ORDER, 90))["bgnbd"]
    columns = {f"x_{name}": values.tolist() for name, values in judged.columns.items()}
    frame = spark.createDataFrame(list(zip(*columns.values(), strict=True)), list(columns))
    found = [row["p"] for row in frame.selectExpr(f"{fit.sql} AS p").collect()]
    assert found == pytest.approx(fit.predict(judged).tolist(), rel=1e-9)
    assert len({round(p, 6) for p in found}) > 100


def test_where_nobody_orders_twice_there_is_no_pace() -> None:
    ones = np.ones(50)
    people = Sample({"known_order_days": ones, "known_order_age": 9 * ones, "days_since_order": 9 * ones}, ones)
    assert "bgnbd" not in announced(people, people, baselines_of(NO_ORDER, 90)[2:])


def test_only_orders_have_a_pace() -> None:
    assert [b.name for b in baselines_of(NO_ACT, 90)] == ["recency", "rfm"]
    assert baselines_of(NO_ACT, 90)[0].needs == ("days_since_active",)
