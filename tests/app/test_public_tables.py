"""Public tables with a label and no time, through the product's own code: as good as what others report of them.

The references are those of SOURCE.txt beside each file: five-fold cross-validation of scikit-learn's gradient boosting.
"""

import os
from datetime import date
from pathlib import Path

import pytest
from builders import step_of
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN
from segspark.app.workspace import open_workspace
from segspark.models.model import Fitted
from segspark.models.registry import find_model
from segspark.tables.io.spark_lake import SparkLake

CLONE = Path(__file__).parents[2]
DATA = Path(os.environ.get("SEGSPARK_SHARED_DATA") or CLONE.parent / "shared" / "data").resolve()
REFERENCES = {"telco": 0.8402, "ifood": 0.8967, "online_shoppers": 0.9323}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "auc"), REFERENCES.items())
def test_it_ranks_as_well_as_is_reported_and_announces_what_happens(
    spark: SparkSession, tmp_path: Path, name: str, auc: float
) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"no data in SEGSPARK_SHARED_DATA/{name}")
    environ = {"SEGSPARK_LAKES": str(tmp_path), "SEGSPARK_SHARED_DATA": str(DATA)}
    workspace = open_workspace(CLONE / "conf" / "workspaces" / "tables", environ)
    step = step_of(TRAIN, workspace, SparkLake(workspace.lake, spark), date(2026, 6, 1))
    found = find_model(workspace.models, name).train(step, ())
    assert isinstance(found, Fitted)
    assert found.metrics["mean_fold_roc_auc"] > auc - 0.01
    assert found.metrics["calibration_error"] <= 0.02
    assert [gate.code for gate in found.gates if not gate.is_open] == []
    print(name, {k: round(v, 4) for k, v in found.metrics.items()})
