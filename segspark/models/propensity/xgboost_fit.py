"""XGBoost's trees on a frozen training set, by its estimator for Spark (Chen and Guestrin 2016).

The estimator trains within one stage whose tasks all run at once (barrier mode), one core each. A million rows take one
task, so by default there is one: the model then depends on the rows alone. Rows lie in a fixed order, so equal rows and equally
many tasks give equal trees.
"""

import logging
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from segspark.models.propensity.config import Trees
from segspark.models.propensity.draws import fold
from segspark.models.propensity.fit import in_order, probability
from segspark.models.propensity.fits import Scorer
from segspark.models.propensity.training_set import known_of
from segspark.spark.classic import context_of, tasks_at_once

ROWS_PER_TASK = 1_000_000
# As the model's own trees have it: 20 rows, whose weight is at most a quarter each.
_LEAST_WEIGHT_IN_LEAF = 5.0
# Rounds without gain for the people kept aside; their loss wavers from tree to tree.
_PATIENCE = 10


def why_not(session: SparkSession) -> str:
    """The code of why the estimator cannot run in a session; empty if it can."""
    if context_of(session) is None:
        return "connect"
    is_local = (session.conf.get("spark.master", "local") or "").startswith("local")
    is_dynamic = session.conf.get("spark.dynamicAllocation.enabled", "false") == "true"
    # Spark refuses barrier stages then (SPARK-24942).
    return "dynamic_allocation" if is_dynamic and not is_local else ""


def fit_xgboost(rows: DataFrame, n_rows: int, config: Trees) -> Scorer:
    """Fit to rows, with the settings of the model's own trees; the same tenth of the people tells when to stop.

    Args:
        rows: of gold.training_sets: person_id, cut_date, label, values.
        n_rows: how many they are; of more than ``max_training_rows`` the same share of the people is drawn.
    """
    # Else it prints each round, and its settings.
    logging.getLogger("XGBoost-PySpark").setLevel(logging.WARNING)
    from xgboost.spark import SparkXGBClassifier

    n_tasks = max(1, min(-(-min(n_rows, config.max_training_rows) // ROWS_PER_TASK), tasks_at_once(rows.sparkSession)))
    table = in_order(rows, n_rows, config, n_tasks).persist()
    estimator = SparkXGBClassifier(
        features_col="values",
        label_col="label",
        validation_indicator_col="is_aside",
        num_workers=n_tasks,
        n_estimators=config.max_iter,
        max_depth=config.max_depth,
        learning_rate=config.step_size,
        min_child_weight=_LEAST_WEIGHT_IN_LEAF,
        tree_method="hist",
        random_state=config.seed,
        eval_metric="logloss",
        early_stopping_rounds=_PATIENCE,
        verbose=False,
        verbosity=0,
    )
    try:
        return partial(_scored, estimator.fit(table))
    finally:
        table.unpersist()


def _scored(model: Any, rows: DataFrame) -> DataFrame:
    """As ``fit.scored_by`` does."""
    scored: DataFrame = model.transform(rows)
    return scored.select(
        "person_id", "cut_date", "label", fold(), probability().alias("p"), known_of(rows).alias("inputs")
    )
