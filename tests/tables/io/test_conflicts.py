"""Two writers of one table: whoever comes second fails and leaves nothing behind, or appends after the first."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.errors import InfrastructureError
from segspark.tables.contracts.contract import Contract, required
from segspark.tables.io import spark_lake
from segspark.tables.io.commit import commit
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.parts import write_parts

DAY = date(2026, 5, 6)
TABLE = Contract(
    name="gold.things",
    grain="one thing",
    key=("person_id",),
    partition_by=("as_of_date",),
    columns=(required("person_id", "string", "Person"), required("as_of_date", "date", "Day")),
)


def written(lake: Lake, person: str, day: date = DAY) -> list[dict[str, Any]]:
    rows = pa.table({"person_id": [person], "as_of_date": pa.array([day], pa.date32())})
    return list(write_parts(rows, TABLE, lake.folder(TABLE)))


def people(lake: Lake) -> list[str]:
    return sorted(lake.read_small(TABLE)["person_id"].to_pylist())


@pytest.mark.parametrize("held", [[], ["old"]])
@pytest.mark.parametrize("other_day", [DAY, DAY - timedelta(days=1)])
def test_a_replacement_is_of_the_version_that_was_read_or_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: list[str], other_day: date
) -> None:
    """Also where the day was empty, and where another day changed from which the rows may follow."""
    lake = SparkLake(tmp_path, None)
    lake.create(TABLE)
    for person in held:
        commit(deltalake.DeltaTable(lake.path(TABLE)), TABLE, written(lake, person), replace=[str(DAY)])

    def compute(*_: Any) -> list[dict[str, Any]]:
        mine = written(lake, "mine")
        # Another writer comes between reading and commit.
        commit(
            deltalake.DeltaTable(lake.path(TABLE)), TABLE, written(lake, "theirs", other_day), replace=[str(other_day)]
        )
        return mine

    monkeypatch.setattr(spark_lake, "write_computed", compute)

    def replace(read_at: int | None = None) -> None:
        lake.replace_computed(TABLE, lambda low, high: pa.table({}), 1, DAY, DAY + timedelta(days=1), read_at)

    version = lake.version(TABLE) or 0
    with pytest.raises(
        InfrastructureError, match=f"gold.things was changed .* since its version {version} was read"
    ) as no:
        replace()
    assert no.value.exit_code == 4
    assert lake.version(TABLE) == version + 1
    assert people(lake) == (["theirs"] if other_day == DAY else sorted([*held, "theirs"]))
    # The same where the change came before the work, but after what it follows from was read.
    monkeypatch.setattr(spark_lake, "write_computed", lambda *_: written(lake, "mine"))
    with pytest.raises(InfrastructureError):
        replace(read_at=version)
    replace()
    assert "mine" in people(lake)


@pytest.mark.parametrize("once", [None, "mine"])
def test_an_append_goes_in_after_what_others_have_appended(tmp_path: Path, once: str | None) -> None:
    lake = SparkLake(tmp_path, None)
    lake.create(TABLE)
    table = deltalake.DeltaTable(lake.path(TABLE))
    commit(deltalake.DeltaTable(lake.path(TABLE)), TABLE, written(lake, "theirs"), once="theirs")
    commit(table, TABLE, written(lake, "mine"), once=once)
    assert people(lake) == ["mine", "theirs"]


def test_the_same_append_twice_at_once_goes_in_once(tmp_path: Path) -> None:
    lake = SparkLake(tmp_path, None)
    lake.create(TABLE)
    table = deltalake.DeltaTable(lake.path(TABLE))
    commit(deltalake.DeltaTable(lake.path(TABLE)), TABLE, written(lake, "first"), once="same")
    with pytest.raises(InfrastructureError, match="Nothing was written"):
        commit(table, TABLE, written(lake, "second"), once="same")
    assert people(lake) == ["first"]


def test_a_replacement_by_spark_that_lost_says_so(tmp_path: Path, spark: SparkSession) -> None:
    """Spark's writer commits when its tasks are done; one of them lets another writer come first."""
    lake = SparkLake(tmp_path, spark)
    lake.create(TABLE)
    commit(deltalake.DeltaTable(lake.path(TABLE)), TABLE, written(lake, "old"), replace=[str(DAY)])
    path = lake.path(TABLE)

    def overtaken(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        theirs = pa.table({"person_id": ["theirs"], "as_of_date": pa.array([DAY], pa.date32())})
        deltalake.write_deltalake(path, theirs, mode="overwrite", predicate=f"as_of_date = '{DAY}'")
        yield from batches

    mine = spark.createDataFrame([("mine", DAY)], "person_id string, as_of_date date").coalesce(1)
    with pytest.raises(InfrastructureError, match=r"gold\.things was changed by another writer since its version 1"):
        lake.replace_by_spark(TABLE, mine.mapInArrow(overtaken, mine.schema), DAY, DAY + timedelta(days=1))
    assert people(lake) == ["theirs"]
