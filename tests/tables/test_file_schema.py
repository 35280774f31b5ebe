"""Files of other columns than the table's log are named before a commit names them."""

import json
from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from tables.io.toy_tables import BOXES, boxes

from segspark.errors import CheckFailed
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.contracts.schema import ARROW_TYPES, schema_json
from segspark.tables.file_schema import check_files, columns_of, type_of
from segspark.tables.io.commit import commit
from segspark.tables.lake import Lake
from segspark.tables.parts import write_parts


def with_types(**types: str) -> Contract:
    columns = tuple(required(n, t, "x") if n == "box" else optional(n, t, "x") for n, t in types.items())
    return Contract(name="silver.boxes", grain="one box", key=("box",), columns=columns)


KINDS = {
    "a double under a bigint": ("bigint", pa.array([0.5]), "n is double, where int64 is declared"),
    "an int under a bigint": ("bigint", pa.array([1], pa.int32()), "n is int32, where int64 is declared"),
    "a bigint under a double": ("double", pa.array([1]), "n is int64, where double is declared"),
    "a text under a date": ("date", pa.array(["2026-05-01"]), "n is string, where date32"),
    "a date under a text": ("string", pa.array([date(2026, 5, 1)]), "n is date32"),
    "other digits": ("decimal(18,6)", pa.array([1], pa.decimal128(20, 6)), "n is decimal128(20, 6), where decimal128"),
    "a time without a zone": (
        "timestamp",
        pa.array([1], pa.timestamp("us")),
        "n is timestamp_ntz[us], where timestamp",
    ),
    "nanoseconds": ("timestamp", pa.array([1], pa.timestamp("ns", "UTC")), "n is timestamp[ns], where timestamp[us]"),
    "numbers in a list": ("array<string>", pa.array([[1]]), "n is array<int64>, where array<string> is declared"),
}


@pytest.mark.parametrize("what", KINDS)
def test_a_file_that_would_make_the_table_unreadable_is_not_committed(tmp_path: Path, what: str) -> None:
    """Also where the contract of this program has changed since, and the rows follow it."""
    declared, values, told = KINDS[what]
    lake = Lake(tmp_path)
    stored = with_types(box="string", n=declared)
    lake.append_small(stored, pa.table({"box": ["old"], "n": pa.nulls(1, ARROW_TYPES[declared])}), "1")
    rows = pa.table({"box": ["new"], "n": values})
    added = list(write_parts(rows, stored, lake.folder(stored)))
    with pytest.raises(CheckFailed) as refused:
        commit(lake.table(stored), stored, added)
    assert f"silver.boxes: the files that were written do not fit version 1 of the table: {told}" in str(refused.value)
    assert "Nothing was committed" in str(refused.value)
    assert lake.version(stored) == 1
    assert deltalake.DeltaTable(lake.path(stored)).to_pyarrow_table()["box"].to_pylist() == ["old"]


def test_a_column_that_nobody_declared_or_that_every_row_needs_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create(BOXES)
    wide = with_types(box="string", n="bigint", more="string")
    added = list(write_parts(boxes("a").append_column("more", pa.array(["x"])), wide, lake.folder(BOXES)))
    with pytest.raises(CheckFailed, match="more is declared nowhere"):
        check_files(BOXES, lake.table(BOXES), added)
    with pytest.raises(CheckFailed, match="box is missing, which every row needs"):
        check_files(BOXES, lake.table(BOXES), [{"columns": json.dumps({"n": "int64"})}])
    check_files(BOXES, lake.table(BOXES), [{"columns": json.dumps({"box": "string"})}])


def test_what_arrow_alone_tells_apart_is_the_same_file() -> None:
    same = {
        "string": [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
        "binary": [pa.binary(), pa.large_binary(), pa.binary_view()],
        "array<string>": [pa.list_(pa.string()), pa.large_list(pa.field("e", pa.large_string(), nullable=False))],
        "map<string,int64>": [pa.map_(pa.string(), pa.int64())],
        "struct<a:int64>": [pa.struct([pa.field("a", pa.int64(), nullable=False)])],
    }
    for name, kinds in same.items():
        assert {type_of(kind) for kind in kinds} == {name}


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_each_contract_reads_its_own_types_as_those_of_its_log(contract: Contract) -> None:
    logged = columns_of(pa.schema(deltalake.Schema.from_json(schema_json(contract))))
    own = {c.name: type_of(ARROW_TYPES[c.type]) for c in contract.columns if c.type in ARROW_TYPES}
    assert {name: logged[name] for name in own} == own
