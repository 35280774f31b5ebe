"""One small list of people and its groups, which several files of this room look at."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from builders import step_of, with_model
from models.clustering.few_people import CONFIG, INPUTS, N, Trained, computed, raw_values
from pyspark.sql import DataFrame, SparkSession

from segspark.config.models import Mlflow, Workspace
from segspark.features.flow import FEATURES
from segspark.models.clustering.behaviour import Behaviour, train_behaviour
from segspark.models.clustering.config import Rare
from segspark.models.clustering.documents.groups import Groups
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.rare_groups import RARE_POINTS, train_rare
from segspark.models.clustering.training import identify, tree_of
from segspark.models.tracking import load_champion, log_model
from segspark.tables.lake import Lake


@pytest.fixture(scope="session")
def people(spark: SparkSession) -> DataFrame:
    """Two large groups, a dozen people who are alike and like nobody else, two oddities, and ten who never did anything."""
    rng = np.random.default_rng(3)
    rows: list[tuple[str, float, float, float, date | None]] = []
    for at in range(N):
        base = (10, 2, 900) if at % 2 else (1, 30, 100)
        rows.append(
            (f"{at * 104729 % 16**6:06x}", *(float(max(0, b + rng.normal() * b / 12)) for b in base), date(2026, 1, 1))
        )
    rows += [(f"fe{at:04x}", 60.0 + at / 10, 90.0 + at / 10, 2000.0, date(2026, 1, 1)) for at in range(12)]
    rows += [("fd0001", 90.0, 0.0, 5.0, date(2026, 1, 1)), ("fd0002", 0.0, 95.0, 2900.0, date(2026, 1, 1))]
    rows += [(f"fc{at:04x}", 0.0, 0.0, 400.0, None) for at in range(10)]
    frame = spark.createDataFrame(
        rows, "person_id string, n_order_365d double, n_click_90d double, tenure_days double, last_active_date date"
    )
    return frame.localCheckpoint()


@pytest.fixture(scope="session")
def fitted(people: DataFrame) -> Behaviour:
    found = train_behaviour(people, CONFIG, date(2026, 6, 1), computed, 20)
    assert isinstance(found, Behaviour)
    return found


@pytest.fixture(scope="session")
def trained(people: DataFrame, fitted: Behaviour, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    store = Mlflow(
        tracking_uri=f"sqlite:///{folder / 'mlflow.db'}", artifact_location=str(folder / "made"), experiment="tests"
    )
    rare_config = Rare(eps=0.5, min_samples=5)  # type: ignore[call-arg]
    workspace = with_model(Workspace(lake=folder / "lake", mlflow=store), BEHAVIOUR, rare=rare_config)
    day = date(2026, 6, 1)
    rare, points = train_rare(step_of(FEATURES, workspace, Lake(workspace.lake), day), fitted, raw_values(people), None)  # type: ignore[arg-type]
    groups = [replace(g, path=(g.segment_id,)) for g in identify(day, fitted.groups, [])]
    documents = ClusteringDocuments(
        Groups(tuple(groups), fitted.fitted.k, "", INPUTS, (), fitted.mean, fitted.far_distance),
        Sweep(fitted.fitted.sweep),
        Preparation.from_json(fitted.preparation.as_dict()),
        tree_of(fitted.fitted, groups, ()),
        rare=rare,
    )
    log_model(
        store, name="small_behaviour", model=fitted.model, sample=people.select(*INPUTS), params={}, metrics={},
        documents=documents.to_files(), figures={RARE_POINTS: points}, data_versions={}, as_of=day, label_end=day, ranks_by="day",
        ranking=1.0,
    )  # fmt: skip
    loaded = load_champion(store, "small_behaviour", day)
    assert loaded is not None
    return Trained(workspace, loaded, documents)
