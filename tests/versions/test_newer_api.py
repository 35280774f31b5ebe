"""The code keeps to what Spark 4.0 has, which is the oldest that is claimed; no JVM."""

from pathlib import Path

import pytest
from versions.newer_api import TABLE, newer_in

TOP = Path(__file__).parents[2]


def test_the_code_uses_nothing_that_is_newer_than_spark_4_0() -> None:
    paths = [p for folder in ("segspark", "jobs", "notebooks") for p in sorted((TOP / folder).rglob("*.py"))]
    found = [f"{p.relative_to(TOP)}:{line}: {name}" for p in paths for line, name in newer_in(p.read_text())]
    assert len(paths) > 200
    assert found == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from pyspark.sql.functions import arrow_udf", "pyspark.sql.functions.arrow_udf"),
        ("from pyspark.sql.pandas.functions import arrow_udf", "pyspark.sql.pandas.functions.arrow_udf"),
        ("from pyspark.sql import functions as F\nx = F.theta_sketch_agg('id')", "pyspark.sql.functions.theta_sketch_agg"),
        ("import pyspark.sql.functions\npyspark.sql.functions.to_time('t')", "pyspark.sql.functions.to_time"),
        ("def late():\n    from delta import exceptions", "delta.exceptions"),
        ("from delta.exceptions import ConcurrentAppendException", "delta.exceptions.ConcurrentAppendException"),
        ("from pyspark.sql.types import TimeType", "pyspark.sql.types.TimeType"),
        ("from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().emptyDataFrame", ".emptyDataFrame"),
        ("from pyspark.sql import DataFrame\ndef f(x: DataFrame):\n    return x.repartitionById(3, 'a')", ".repartitionById"),
        ("import pyspark\ndef f(x, F):\n    return F.max_by('a', 'b', k=3)", "max_by(k=)"),
        ("SQL = 'SELECT time_trunc(\\'hour\\', at) FROM t'", "time_trunc in SQL"),
        ("def f(name):\n    return f'{name} + try_to_date({name})'", "try_to_date in SQL"),
    ],
)  # fmt: skip
def test_what_is_newer_is_found(source: str, name: str) -> None:
    assert name in [found for _, found in newer_in(source)]


@pytest.mark.parametrize(
    "source",
    [
        "from pyspark.sql import functions as F\nx = F.sum('id').alias('time')",
        # Of another library, in a module that knows no Spark.
        "import pandas as pd\npd.DataFrame().to_dict()\nrow.changes",
        "TEXT = 'the time (of a day), my_time(x) and clock.time(x)'",
    ],
)
def test_what_is_older_or_not_sparks_is_not(source: str) -> None:
    assert newer_in(source) == []


def test_the_table_is_of_the_oldest_and_the_newest_version_that_are_claimed() -> None:
    assert {kind: TABLE[kind]["pyspark"].rpartition(".")[0] for kind in ("old", "new")} == {"old": "4.0", "new": "4.2"}
    assert "arrow_udf" in TABLE["names"]["pyspark.sql.functions.builtin"]
    assert "count" not in TABLE["methods"]
