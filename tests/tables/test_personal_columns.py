"""No value of a personal column stands in the Delta log, whoever writes the table."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.tables.compatibility import missing_stamp
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract, optional, personal, required
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.statistics import columns_in_log

CITIZENS = Contract(
    name="silver.citizens",
    grain="one person",
    key=("person_id",),
    columns=(
        required("person_id", "string", "Person"),
        personal("city", "string", "City"),
        personal("birth_date", "date", "Date of birth"),
        required("known_as_of", "date", "First as-of day that may know the row"),
        optional("source", "string", "Beyond the first four"),
    ),
)
MAY_6 = date(2026, 5, 6)
BY_DAY = replace(CITIZENS, name="silver.citizens_by_day", partition_by=("known_as_of",))
ROWS = [
    {"person_id": "ann", "city": "Lyon", "birth_date": date(1990, 1, 2), "known_as_of": MAY_6, "source": "crm"},
    {"person_id": "bob", "city": "Nice", "birth_date": date(1980, 3, 4), "known_as_of": MAY_6, "source": "crm"},
]


def logged(lake: Lake, contract: Contract) -> str:
    """The whole Delta log of a table, as text."""
    folder = Path(lake.path(contract)) / "_delta_log"
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.json")))


def bounds(lake: Lake, contract: Contract) -> list[set[str]]:
    """Per added file: the columns of which the log names a least or greatest value."""
    actions = [json.loads(line) for line in logged(lake, contract).splitlines()]
    stats = [json.loads(action["add"]["stats"]) for action in actions if "add" in action]
    return [{*s.get("minValues", {}), *s.get("maxValues", {})} for s in stats]


def arrow_engine(lake: SparkLake) -> Contract:
    lake.append(CITIZENS, lake.spark.createDataFrame(ROWS).coalesce(1), "1")
    return CITIZENS


def small(lake: SparkLake) -> Contract:
    lake.append_small(CITIZENS, pa.Table.from_pylist(ROWS), "1")
    return CITIZENS


def merge(lake: SparkLake) -> Contract:
    arrow_engine(lake)
    lake.upsert(CITIZENS, lake.spark.createDataFrame(ROWS), "true")
    return CITIZENS


def spark_engine(lake: SparkLake) -> Contract:
    lake.replace_by_spark(BY_DAY, lake.spark.createDataFrame(ROWS).coalesce(1), MAY_6, date(2026, 5, 7))
    return BY_DAY


@pytest.mark.parametrize("write", [arrow_engine, small, merge, spark_engine])
def test_the_log_names_no_value_of_a_personal_column_and_the_stamp_stays(
    spark: SparkSession, tmp_path: Path, write: Callable[[SparkLake], Contract]
) -> None:
    lake = SparkLake(tmp_path, spark)
    contract = write(lake)
    found = bounds(lake, contract)
    assert found
    assert all(names == set(columns_in_log(contract)) for names in found)
    text = logged(lake, contract)
    assert not [value for value in ("Lyon", "Nice", "1990-01-02", "1980-03-04") if value in text]
    assert missing_stamp(lake, contract) is None


def test_of_the_first_four_columns_in_the_files_those_about_the_person_are_left_out() -> None:
    assert columns_in_log(CITIZENS) == ["person_id", "known_as_of"]
    assert columns_in_log(BY_DAY) == ["person_id", "source"]


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_every_table_has_statistics_and_none_about_a_person(contract: Contract) -> None:
    names = columns_in_log(contract)
    assert names
    assert not {c.name for c in contract.columns if c.personal} & set(names)


def test_the_statement_that_writes_a_stamp_back_is_understood(spark: SparkSession, tmp_path: Path) -> None:
    lake = SparkLake(tmp_path, spark)
    lake.create(CITIZENS).alter.set_table_description("made by hand")
    told = missing_stamp(lake, CITIZENS) or ""
    spark.sql(told[told.index("COMMENT ON") :])
    assert missing_stamp(lake, CITIZENS) is None
