"""What Spark refuses of a workspace's own features is told with its place, before a day is computed."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, step_of
from pyspark.sql import SparkSession

from segspark.app.workspace import open_workspace
from segspark.errors import ConfigError
from segspark.features.resources import CATALOGUE
from segspark.features.tiles_flow import TILES
from segspark.features.trial import own_sql, try_out
from segspark.pipeline.step import Step
from segspark.tables.io.spark_lake import SparkLake

OWN = """
measures:
  - {name: n_big, event_types: [order], purpose: profiling, unit: orders, description: Large orders,
     where: "amount_cents > 10000", windows: [30]}
  - {name: n_shoe, event_types: [order], purpose: profiling, unit: orders, description: Orders of shoes,
     where: "try_element_at(attributes, 'brand') rlike '^(a|b)' and local_hour < 12", windows: [30]}
  - {name: kinds, event_types: [order], purpose: profiling, unit: kinds, description: Kinds, aggregate: distinct,
     item: "split_part(category, ';', 1)", windows: [30]}
derived:
  - {name: big_share, sql: "try_divide(n_big_30d, n_order_30d)", description: Share of large orders}
  - {name: big_twice, sql: "big_share * 2", description: Twice of it}
"""


def step(spark: SparkSession, folder: Path, own: str) -> Step:
    workspace = make_workspace(folder / "w")
    (workspace.folder / "own.yaml").write_text(own)
    with (workspace.folder / "segspark.yaml").open("a") as settings:
        settings.write("features: {files: [own.yaml]}\n")
    workspace = open_workspace(workspace.folder, {})
    return step_of(TILES, workspace, SparkLake(workspace.lake, spark), date(2026, 5, 3))


def test_features_that_spark_calculates_pass(spark: SparkSession, tmp_path: Path) -> None:
    made = step(spark, tmp_path, OWN)
    assert list(own_sql(made.context[CATALOGUE], "EUR")) == ["measure n_big", "measure n_shoe", "measure kinds"]
    try_out(made, made.context[CATALOGUE])


def test_each_refused_feature_is_named(spark: SparkSession, tmp_path: Path) -> None:
    # What compares a text with a number is found before Spark starts; of derived features Spark alone knows the types.
    wrong = OWN.replace("big_share * 2", "date_add(as_of_date, big_share)")
    wrong += '  - {name: big_day, sql: "date_sub(as_of_date, big_share)", description: A day}\n'
    made = step(spark, tmp_path, wrong)
    with pytest.raises(ConfigError) as told:
        try_out(made, made.context[CATALOGUE])
    said = str(told.value).splitlines()
    assert [line.partition(": Spark")[0] for line in said] == [
        "own features, derived big_twice", "own features, derived big_day",
    ]  # fmt: skip
