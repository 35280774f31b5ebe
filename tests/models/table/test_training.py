"""A table is judged by cross-validation, part by part, and its model scores rows of the file."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import make_workspace, step_of
from pyspark.sql import SparkSession
from scipy.special import expit

from segspark.app.train import TRAIN
from segspark.errors import CheckFailed
from segspark.models.evaluate.judgement import CROSS_VALIDATED
from segspark.models.model import Fitted, Refused
from segspark.models.propensity.fit import CALIBRATED
from segspark.models.table.config import FlatTable
from segspark.models.table.documents import TableDocuments
from segspark.models.table.read import TextTable
from segspark.models.table.training import train_table
from segspark.tables.io.spark_lake import SparkLake

RNG = np.random.default_rng(8)
N = 1500
SPENT, PLAN = RNG.normal(0, 1, N), RNG.integers(0, 3, N)
ODDS = 1.2 * SPENT + np.array([0.0, 1.0, -1.5])[PLAN] * (SPENT > 0)
LEFT = RNG.random(N) < expit(ODDS)
ROWS = pd.DataFrame(
    {
        "id": [f"c{i}" for i in range(N)],
        "spent": [f"{v:.4f}" for v in SPENT],
        "plan": np.array(["a", "b", "c"])[PLAN],
        "left": np.where(LEFT, "Yes", "No"),
    }
)
CONFIG: dict[str, Any] = {
    "file": "t.csv", "label": "left", "id": "id", "n_folds": 3, "max_iter": 8, "max_depth": 3, "max_calibration_error": 0.05,
}  # fmt: skip


@pytest.fixture(scope="module")
def step(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Any:
    workspace = make_workspace(tmp_path_factory.mktemp("table") / "w")
    return step_of(TRAIN, workspace, SparkLake(workspace.lake, spark), date(2026, 6, 1))


@pytest.fixture(scope="module")
def fitted(step: Any) -> Fitted:
    found = train_table(step, "leaves", TextTable(ROWS, "digest"), FlatTable(**CONFIG))
    assert isinstance(found, Fitted)
    return found


def test_everybody_is_judged_by_a_fit_to_others(fitted: Fitted) -> None:
    documents = fitted.documents
    assert isinstance(documents, TableDocuments)
    judged = documents.review.judged
    assert (judged.how, judged.n, judged.base_rate) == (CROSS_VALIDATED, N, pytest.approx(LEFT.mean()))
    assert len(documents.fold_aucs) == 3
    # As good as what made the labels, but for what chance leaves.
    best = np.mean([[ODDS[i] > ODDS[j] for j in np.flatnonzero(~LEFT)] for i in np.flatnonzero(LEFT)])
    assert best - 0.04 < judged.roc_auc.value < best + 0.01
    assert judged.calibration.excess < 0.03
    assert fitted.params["positives"] == LEFT.sum()
    assert "by 3-fold cross-validation of 1500 rows" in fitted.note


def test_the_published_model_scores_rows_of_the_file(spark: SparkSession, fitted: Fitted) -> None:
    rows = spark.createDataFrame(ROWS.head(300)).union(
        spark.createDataFrame([("new", " ", "d", "")], ROWS.columns.tolist())
    )
    p = [row[CALIBRATED] for row in fitted.model.transform(rows).collect()]
    assert 0 < min(p) < max(p) < 1
    assert np.corrcoef(p[:300], ODDS[:300])[0, 1] > 0.8


def test_labels_of_chance_close_the_gates(step: Any) -> None:
    chance = ROWS.assign(left=RNG.permutation(ROWS["left"].to_numpy()))
    found = train_table(step, "leaves", TextTable(chance, "digest"), FlatTable(**CONFIG))
    assert isinstance(found, Fitted)
    assert "skill" in {gate.code for gate in found.gates if not gate.is_open}
    assert "not used, closed gates: " in found.note


def test_a_column_that_knows_the_label_ends_it_with_its_name(step: Any) -> None:
    knows = ROWS.assign(reason=np.where(LEFT, "moved away", ""))
    with pytest.raises(CheckFailed, match=r"leaves is not trained: reason=moved away \(AUC 1\.000\)"):
        train_table(step, "leaves", TextTable(knows, "digest"), FlatTable(**CONFIG))
    late = ROWS.assign(closed=["2026-06-02"] * 700 + ["2026-05-01"] * 800)
    dated = FlatTable(**CONFIG, kinds={"closed": "date"}, cut={"day": "2026-06-01"})
    with pytest.raises(CheckFailed, match=r"closed \(700 of 1500 rows\) is dated after the cut"):
        train_table(step, "leaves", TextTable(late, "digest"), dated)


@pytest.mark.parametrize("config", [{"min_people": 5000}, {"min_class": 1400}])
def test_too_little_is_refused(step: Any, config: dict[str, int]) -> None:
    found = train_table(step, "leaves", TextTable(ROWS, "digest"), FlatTable(**CONFIG, **config))
    assert isinstance(found, Refused)
    assert "needed" in found.note
