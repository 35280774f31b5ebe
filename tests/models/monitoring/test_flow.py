"""A model is looked after on a small shop for real: what ended is judged, who has changed is told, who withdrew is not
counted."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from builders import write_consents
from lakes import Lakes
from models.monitoring.watched_shop import DAY, ONE, PAST, SCORE, WatchedShop, ordered_nothing, watched_shop
from monday_shop import MONDAYS
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from segspark.ingest.flow import INGEST
from segspark.models.monitoring import today
from segspark.pipeline.runner import run_flow


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> WatchedShop:
    return watched_shop(lakes, tmp_path_factory.mktemp("monitoring") / "w")


def test_before_its_end_a_window_is_not_judged(shop: WatchedShop) -> None:
    assert shop.monitor(DAY - ONE)["windows_judged"] == 0
    assert shop.performance == []
    # Of a day without scores nothing is compared.
    assert shop.drift(DAY - ONE) == {}


def test_a_window_that_has_ended_is_judged_as_by_others(shop: WatchedShop) -> None:
    outcome = shop.monitor()
    assert outcome["windows_judged"] == 1
    (row,) = shop.performance
    assert (row["model"], row["model_version"], row["score"]) == ("churn", shop.model_version, SCORE)
    assert (row["as_of_date"], row["window_end_date"], row["measured_date"]) == (PAST, DAY, DAY)
    found = list(shop.announced(PAST))
    p = np.array([value for _, value in found])
    y = np.array([ordered_nothing(who, PAST) for who, _ in found], dtype=float)
    assert row["n_people"] == len(found)
    assert row["base_rate"] == pytest.approx(y.mean())
    assert row["base_rate_low"] < y.mean() < row["base_rate_high"]
    assert row["roc_auc"] == pytest.approx(roc_auc_score(y, p))
    assert row["roc_auc_low"] < row["roc_auc"] < row["roc_auc_high"]
    assert row["log_loss"] == pytest.approx(log_loss(y, p))
    assert row["brier"] == pytest.approx(brier_score_loss(y, p))
    tenths = np.array_split(np.argsort(p, kind="stable"), 10)
    # Within equal probabilities the order is that of the people's ids.
    assert row["calibration_error"] == pytest.approx(
        sum(abs(p[t].sum() - y[t].sum()) for t in tenths) / len(p), abs=0.03
    )
    assert row["calibration_excess"] < row["calibration_error"]
    # The version was judged on the people of four weeks before, of whom more ordered nothing or fewer.
    assert 0 < row["trained_rate"] < 1


def test_a_day_that_is_run_again_writes_the_same_rows(shop: WatchedShop) -> None:
    shop.monitor()
    performance, drift = shop.performance, shop.drift()
    shop.monitor()
    assert (shop.performance, shop.drift()) == (performance, drift)
    assert len(performance) == 1


def test_all_inputs_but_the_calendar_and_the_score_are_compared(shop: WatchedShop) -> None:
    shop.monitor()
    found = shop.drift()
    assert ("score", "churn") in found
    names = {name for kind, name in found if kind == "input"}
    assert {"days_since_order", "n_order_90d", "overdue", "tenure_days"} <= names
    assert not names & {"month", "sale_days_ahead", "sale_days_behind"}
    # Nobody clicks or visits here, neither then nor now.
    assert found["input", "n_click_90d"]["psi"] == 0
    assert {row["model_version"] for row in found.values()} == {shop.model_version}


def test_a_shifted_input_raises_its_alarm_and_no_other(shop: WatchedShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.monitor()
    before = {key: row["level"] for key, row in shop.drift().items()}
    true = today.people_of_day

    def shifted(*given: object) -> DataFrame:
        return true(*given).withColumn("n_cart_add_30d", F.lit(4))  # type: ignore[arg-type]

    monkeypatch.setattr(today, "people_of_day", shifted)
    outcome = shop.monitor()
    after = {key: row["level"] for key, row in shop.drift().items()}
    assert before["input", "n_cart_add_30d"] == "steady"
    assert after == {**before, ("input", "n_cart_add_30d"): "alarm"}
    assert any(told.startswith("alarm: churn input n_cart_add_30d (PSI ") for told in outcome["moved_since_training"])


def test_small_groups_are_not_published(shop: WatchedShop) -> None:
    large = shop.workspace.model_copy(
        update={"segments": shop.workspace.segments.model_copy(update={"min_size": 100_000})}
    )
    outcome = shop.monitor(workspace=large)
    assert outcome["windows_judged"] == 0
    assert shop.drift() == {}


def test_who_withdraws_is_not_counted_any_more(shop: WatchedShop) -> None:
    shop.monitor()
    (before,) = shop.performance
    who, _ = next(shop.announced(PAST))
    write_consents(shop.workspace, DAY, (f"{who}@example.com", "profiling", "withdrawn", f"{DAY} 08:00:00"))
    run_flow(INGEST, shop.workspace, shop.lake, DAY + ONE)
    shop.monitor()
    (after,) = shop.performance
    assert after["n_people"] == before["n_people"] - 1
    n_silent = round(before["base_rate"] * before["n_people"]) - ordered_nothing(who, PAST)
    assert round(after["base_rate"] * after["n_people"]) == n_silent


def test_it_is_judged_again_when_late_events_are_in(shop: WatchedShop) -> None:
    settled = DAY + shop.workspace.ingest.late_horizon_days * ONE
    assert shop.monitor(settled - ONE)["windows_judged"] == 0
    assert shop.monitor(settled)["windows_judged"] == 1
    assert _measured(shop) == [settled]
    # The day of before says nothing any more of what was judged later.
    assert shop.monitor(DAY)["windows_judged"] == 0
    assert _measured(shop) == [settled]


def _measured(shop: WatchedShop) -> list[date]:
    return [row["measured_date"] for row in shop.performance if row["as_of_date"] == PAST]


def test_a_lake_without_models_writes_nothing(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(MONDAYS, tmp_path / "w")
    outcome = WatchedShop(workspace, lake, "").monitor()
    assert (outcome["windows_judged"], outcome["moved_since_training"]) == (0, [])
    assert not (Path(str(workspace.lake)) / "gold" / "model_drift").exists()
