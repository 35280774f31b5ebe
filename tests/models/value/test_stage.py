"""The stage of a saved pipeline that says what orders are to come: saved with the model, and the same wherever applied."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from models.value.test_histories import DAY, PEOPLE, frame
from models.value.test_prediction import PLAIN
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from segspark.config.models import Mlflow
from segspark.models.tracking import load_champion, log_model
from segspark.models.value.histories import INPUTS
from segspark.models.value.stage import ValueStage, score_value


def test_a_saved_stage_says_what_the_model_says_and_nothing_of_who_never_ordered(
    spark: SparkSession, tmp_path: Path
) -> None:
    store = Mlflow(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifact_location=str(tmp_path / "made"), experiment="tests"
    )
    people = frame(spark, *PEOPLE)
    log_model(
        store, name="shop_value", model=PipelineModel([ValueStage.of(PLAIN)]), sample=people.select("as_of_date", *INPUTS),
        params={}, metrics={}, documents={}, figures={}, data_versions={}, as_of=DAY, label_end=DAY, ranks_by="day",
        ranking=1.0,
    )  # fmt: skip
    loaded = load_champion(store, "shop_value", DAY)
    assert loaded is not None
    said = {r["person_id"]: r for r in loaded.model.transform(people).collect()}
    x, t_x, age, cents = np.array([(3, 30, 59, 8000), (0, 0, 29, 500), (1, 30, 59, 0)], dtype=float).T
    expected = PLAIN.of(x, t_x, age, cents)
    for at, who in enumerate(("ann", "eve", "ida")):
        for name, values in expected.items():
            known = None if np.isnan(values[at]) else pytest.approx(values[at])
            assert said[who][name] == known, (who, name)
    assert {said["kim"][name] for name in expected} == {None}
    # What was read is still there.
    assert (said["kim"]["n_order_day_lifetime"], said["ann"]["order_cents_lifetime"]) == (0, 10_000)


def test_scores_are_of_buyers_with_a_band_by_how_likely_they_are_still_there(spark: SparkSession) -> None:
    long_gone = ("tim", DAY, 9, date(2020, 1, 1), date(2021, 1, 1), 100, 0)
    people = frame(spark, *PEOPLE, long_gone)
    scored = {r["person_id"]: r for r in score_value(PipelineModel([ValueStage.of(PLAIN)]), people).collect()}
    assert set(scored) == {"ann", "bob", "eve", "ida", "lou", "tim"}
    assert (scored["eve"]["p_alive"], scored["eve"]["alive_band"]) == (1.0, "high")
    assert (scored["tim"]["alive_band"], scored["tim"]["days_to_order"]) == ("low", None)
    for row in scored.values():
        p = row["p_alive"]
        assert row["alive_band"] == ("high" if p >= 0.7 else "medium" if p >= 0.4 else "low")
