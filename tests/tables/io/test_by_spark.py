"""Tables that ask something of their writer: Spark writes them, with the rows that the same functions compute."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import DataFrame, SparkSession
from tables.io import toy_tables
from tables.io.toy_tables import BOXES, MAY, boxes

from segspark.errors import CheckFailed, GateClosed, InfrastructureError
from segspark.store import store_at
from segspark.store.parquet import put_parquet
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io.by_spark import key_span
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.staging import StagedFile
from segspark.time import day_number

register_pickle_by_value(toy_tables)
TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("person_id", "as_of_date"),
    partition_by=("as_of_date",),
    columns=(
        required("person_id", "string", "Person"),
        optional("n", "bigint", "Toys"),
        required("as_of_date", "date", "Day"),
    ),
)
SETS = Contract(
    name="gold.sets",
    grain="one set and person",
    key=("dataset_id", "person_id"),
    partition_by=("dataset_id",),
    columns=(required("dataset_id", "string", "Set"), required("person_id", "string", "Person")),
)
COLUMNS = "person_id STRING NOT NULL, n BIGINT, as_of_date DATE NOT NULL"
# What Spark does to a table -> how the reason begins.
RULES: dict[str, tuple[str, str]] = {
    "a CHECK constraint": ("ALTER TABLE {t} ADD CONSTRAINT few CHECK (n < 100)", "the CHECK constraint few"),
    "rows that are only added": ("ALTER TABLE {t} SET TBLPROPERTIES ('delta.appendOnly' = 'true')", "rows that may only be added"),
    "row tracking": ("ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableRowTracking' = 'true')", "table features"),
    "deletion vectors": ("ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')", "delta.enableDeletionVectors"),
    "column mapping": ("ALTER TABLE {t} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')", "delta.columnMapping.mode"),
    "manifests": (
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.compatibility.symlinkFormatManifest.enabled' = 'true')", "manifests",
    ),
    "a generated column": (
        f"CREATE TABLE {{t}} ({COLUMNS}, twice BIGINT GENERATED ALWAYS AS (n * 2)) USING delta PARTITIONED BY (as_of_date)",
        "table features",
    ),
    "an identity column": (
        f"CREATE TABLE {{t}} ({COLUMNS}, id BIGINT GENERATED ALWAYS AS IDENTITY) USING delta PARTITIONED BY (as_of_date)",
        "table features",
    ),
    "an invariant": (
        f"CREATE TABLE {{t}} ({COLUMNS}) USING delta PARTITIONED BY (as_of_date)", "an invariant (n)",
    ),
}  # fmt: skip


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> SparkLake:
    return SparkLake(tmp_path / "lake", spark)


def make(lake: SparkLake, rule: str) -> str:
    """The table as another program left it; returns the reason why Spark writes it."""
    statement, reason = RULES[rule]
    if not statement.startswith("CREATE"):
        lake.create(TOYS)
    lake.spark.sql(statement.format(t=f"delta.`{lake.path(TOYS)}`"))
    if rule == "an invariant":
        _add_invariant(lake)
    return reason


def _add_invariant(lake: SparkLake) -> None:
    """No statement of SQL makes one: it is a mark in the log that Delta keeps for older tables."""
    log = Path(lake.path(TOYS)) / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for action in lines:
        if "metaData" in action:
            schema = json.loads(action["metaData"]["schemaString"])
            schema["fields"][1]["metadata"]["delta.invariants"] = json.dumps({"expression": {"expression": "n < 100"}})
            action["metaData"]["schemaString"] = json.dumps(schema)
    log.write_text("\n".join(map(json.dumps, lines)))
    (log.parent / f".{log.name}.crc").unlink(missing_ok=True)
    (log.parent / f"{0:020}.crc").unlink(missing_ok=True)
    lake.spark.sql("CLEAR CACHE")
    lake.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()


def frame(lake: SparkLake, *rows: tuple[str, int, date]) -> DataFrame:
    return lake.spark.createDataFrame(list(rows), "person_id string, n bigint, as_of_date date").coalesce(1)


def toys(n: int) -> Callable[[str, str], pa.Table]:
    """The kernel of a table: one person of each half of the ids."""

    def made(low: str, high: str) -> pa.Table:
        people = [p for p in ("1a", "fb") if low <= p < high]
        return pa.table({"person_id": pa.array(people, pa.string()), "n": pa.array([n] * len(people), pa.int64()),
                         "as_of_date": pa.array([MAY[2]] * len(people), pa.date32())})  # fmt: skip

    return made


def staged(folder: Path, person: str, day: int) -> StagedFile:
    rows = pa.table({"person_id": [person], "n": [7], "as_of_date": pa.array([MAY[day]], pa.date32())})
    put_parquet(store_at(folder), f"{person}.parquet", rows)
    return StagedFile(str(folder / f"{person}.parquet"), 1, {day_number(MAY[day]): 1})


def rows_of(lake: Lake, contract: Contract = TOYS) -> list[tuple[Any, ...]]:
    assert isinstance(lake, SparkLake)
    return sorted(tuple(r) for r in lake.read(contract).select(*contract.column_names).collect())


def writers(lake: Lake, contract: Contract = TOYS) -> set[str]:
    """Who has written the commits that add or remove rows."""
    written = [h for h in lake.table(contract).history() if h["operation"] in ("WRITE", "MERGE", "DELETE")]
    return {h["engineInfo"].partition("/")[0] for h in written}


# Rules that no workspace of ours has; those of make test stand for them.
RARE = ("row tracking", "manifests", "a generated column", "column mapping")


@pytest.mark.parametrize("rule", [pytest.param(r, marks=[pytest.mark.slow] if r in RARE else []) for r in RULES])
def test_spark_writes_tables_with_such_a_rule(lake: SparkLake, rule: str) -> None:
    reason = make(lake, rule)
    assert (lake.why_spark_writes(TOYS) or "").startswith(reason)
    lake.append_small(TOYS, pa.table({"person_id": ["eve"], "n": [3], "as_of_date": [MAY[3]]}), "c")
    if rule != "rows that are only added":
        assert lake.replace_computed(TOYS, toys(5), 1, MAY[2], MAY[3]) == 2
        lake.upsert(TOYS, frame(lake, ("eve", 9, MAY[3]), ("new", 9, MAY[3])), "new.n > old.n")
        assert rows_of(lake) == [("1a", 5, MAY[2]), ("eve", 9, MAY[3]), ("fb", 5, MAY[2]), ("new", 9, MAY[3])]
    else:
        for write in (
            lambda: lake.replace_range(TOYS, frame(lake, ("zoe", 2, MAY[3])), MAY[3], MAY[4]),
            lambda: lake.drop_days(TOYS, MAY[3], MAY[4]),
            lambda: lake.upsert(TOYS, frame(lake, ("eve", 9, MAY[3])), "true"),
        ):
            with pytest.raises(CheckFailed, match=r"gold\.toys: the table refuses the rows: .*append"):
                write()
        assert rows_of(lake) == [("eve", 3, MAY[3])]
    assert writers(lake) == {"Apache-Spark"}


def test_every_way_of_writing_gives_the_rows_of_a_plain_table(lake: SparkLake, tmp_path: Path) -> None:
    make(lake, "a CHECK constraint")
    plain = SparkLake(tmp_path / "plain", lake.spark)
    for each in (plain, lake):
        for _ in range(2):
            each.append(TOYS, frame(each, ("ann", 1, MAY[1])), "a")
            each.append_staged(TOYS, [staged(tmp_path, "bob", 1)], lambda rows: rows, ["person_id"], "b")
        assert each.replace_range(TOYS, frame(each, ("zoe", 2, MAY[4])), MAY[3], MAY[5]) == 1
        each.replace_staged(TOYS, [staged(tmp_path, "leo", 6)], ["person_id"], MAY[6], MAY[7])
        each.replace_staged(TOYS, [], ["person_id"], MAY[6], MAY[7])
        each.upsert(TOYS, frame(each, ("ann", 9, MAY[1]), ("new", 9, MAY[1])), "new.n > old.n", days=[MAY[1]])
        each.drop_days(TOYS, MAY[4], MAY[8])
        each.drop_days(TOYS, MAY[20], MAY[21])
    assert rows_of(lake) == rows_of(plain) == [("ann", 9, MAY[1]), ("bob", 7, MAY[1]), ("new", 9, MAY[1])]
    assert (writers(lake), any(w.startswith("delta-rs") for w in writers(plain))) == ({"Apache-Spark"}, True)


@pytest.mark.parametrize("rule", ["a CHECK constraint", "an invariant"])
def test_rows_that_break_a_rule_are_refused_by_name_and_without_their_values(
    lake: SparkLake, tmp_path: Path, rule: str
) -> None:
    make(lake, rule)
    lake.append(TOYS, frame(lake, ("ann", 1, MAY[1])), "a")
    before = lake.version(TOYS)
    many = pa.table({"person_id": ["eve"], "n": [4711], "as_of_date": [MAY[1]]})
    for write in (
        lambda: lake.append(TOYS, frame(lake, ("eve", 4711, MAY[1])), "b"),
        lambda: lake.append_small(TOYS, many, "c"),
        lambda: lake.replace_small(TOYS, many, MAY[1], MAY[2]),
        lambda: lake.replace_computed(TOYS, toys(4711), 1, MAY[2], MAY[3]),
        lambda: lake.upsert(TOYS, frame(lake, ("eve", 4711, MAY[1])), "true"),
    ):
        with pytest.raises(CheckFailed, match=r"gold\.toys: the table refuses the rows: .*n < 100") as refused:
            write()
        assert "4711" not in str(refused.value)
        assert refused.value.__suppress_context__
    assert lake.version(TOYS) == before
    assert rows_of(lake) == [("ann", 1, MAY[1])]


def test_rows_of_other_days_are_told_as_such(lake: SparkLake) -> None:
    make(lake, "a CHECK constraint")
    with pytest.raises(CheckFailed, match=r"rows lie outside of what is to be replaced \(replaceWhere as_of_date >="):
        lake.replace_range(TOYS, frame(lake, ("ann", 1, MAY[9])), MAY[1], MAY[2])


def test_whole_tables_and_sets_are_replaced_by_spark_too(lake: SparkLake) -> None:
    for contract in (BOXES, SETS):
        lake.create(contract)
        lake.spark.sql(
            f"ALTER TABLE delta.`{lake.path(contract)}` ADD CONSTRAINT named CHECK ({contract.key[-1]} <> 'none')"
        )
    some = lake.spark.createDataFrame([("a", 1), ("b", 2)], "box string, n bigint")
    lake.overwrite(BOXES, some)
    lake.overwrite(BOXES, some.limit(1))
    assert len(rows_of(lake, BOXES)) == 1
    lake.overwrite_small(BOXES, boxes("c"))
    assert [r[0] for r in rows_of(lake, BOXES)] == ["c"]
    for dataset, person in (("s1", "ann"), ("s2", "ann"), ("s1", "bob")):
        rows = lake.spark.createDataFrame([(dataset, person)], "dataset_id string, person_id string")
        lake.replace_dataset(SETS, rows, dataset)
    assert rows_of(lake, SETS) == [("s1", "bob"), ("s2", "ann")]
    assert writers(lake, BOXES) | writers(lake, SETS) == {"Apache-Spark"}
    with pytest.raises(ValueError, match="other signs"):
        key_span(SETS, "x' OR true --")


def test_without_a_session_such_a_table_is_not_written_and_the_way_out_is_told(lake: SparkLake) -> None:
    lake.create(BOXES)
    lake.spark.sql(f"ALTER TABLE delta.`{lake.path(BOXES)}` ADD CONSTRAINT few CHECK (n < 100)")
    without = Lake(lake.store)
    for write in (
        lambda: without.append_small(BOXES, boxes("a"), "1"),
        lambda: without.overwrite_small(BOXES, boxes("a")),
    ):
        with pytest.raises(
            GateClosed, match=r"silver\.boxes at .* has the CHECK constraint few, which only Spark's writer"
        ):
            write()
    assert without.n_rows(BOXES) == 0


def test_rows_that_follow_from_an_older_version_are_not_written(lake: SparkLake) -> None:
    make(lake, "a CHECK constraint")
    read_at = lake.version(TOYS)
    lake.append(TOYS, frame(lake, ("ann", 1, MAY[2])), "a")
    with pytest.raises(InfrastructureError, match=rf"changed by another writer since its version {read_at} was read"):
        lake.replace_computed(TOYS, toys(5), 1, MAY[2], MAY[3], read_at)
    assert rows_of(lake) == [("ann", 1, MAY[2])]
