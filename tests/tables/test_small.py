"""A small table is read on the driver as Delta's own reader gives it."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segspark.errors import DamagedFile
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.lake import Lake
from segspark.tables.small import Filters, read_table, scalar_of

DAYS = {n: date(2026, 5, n) for n in (1, 2, 3)}
TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("toy",),
    partition_by=("day",),
    columns=(
        required("toy", "string", "Name"),
        optional("n", "bigint", "Number"),
        optional("parts", "map<string,string>", "Parts"),
        optional("tags", "array<string>", "Tags"),
        required("day", "date", "Day"),
    ),
)
LATER = TOYS.with_columns((optional("colour", "string", "Colour"),))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    for n, day in DAYS.items():
        rows = {"toy": [f"a{n}", f"b{n}"], "n": [n, None], "tags": [["x"], None], "day": [day, day]}
        lake.append_small(
            TOYS,
            pa.table(rows | {"parts": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string()))}),
            once=str(n),
        )
    lake.create(LATER)
    return lake


@pytest.mark.parametrize(
    ("filters", "columns"),
    [
        (None, None),
        (None, ["colour", "day", "toy"]),
        ([("day", "=", DAYS[2])], None),
        ([("day", ">=", DAYS[2])], ["n"]),
        ([("toy", "in", ["a1", "b3"])], ["toy", "n"]),
        ([("day", "=", date(2030, 1, 1))], None),
    ],
)  # fmt: skip
def test_it_is_what_delta_reads(lake: Lake, filters: Filters | None, columns: list[str] | None) -> None:
    table = lake.table(LATER)
    found = read_table(table, lake.folder(LATER), filters, columns)
    expected = table.to_pyarrow_table(filters=list(filters) if filters else None, columns=columns)
    assert found.schema.names == expected.schema.names
    assert found.schema.types == expected.schema.types
    assert sorted(map(str, found.to_pylist())) == sorted(map(str, expected.to_pylist()))


def test_numbers_are_compared_although_the_log_knows_no_least_and_greatest_of_them(lake: Lake) -> None:
    assert lake.read_small(TOYS, [("day", "=", DAYS[2]), ("n", "=", 2)], ["toy"]).to_pydict() == {"toy": ["a2"]}


def test_a_damaged_file_is_read_only_where_its_day_is_not_asked_for(lake: Lake) -> None:
    (file,) = Path(lake.path(TOYS)).glob("day=2026-05-02/*.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedFile, match=file.name):
        lake.read_small(TOYS)
    assert lake.read_small(TOYS, [("day", "=", DAYS[1])]).num_rows == 2


@pytest.mark.parametrize(
    ("value", "type_"),
    [("", pa.string()), ("Été d'Ève", pa.string()), (date(1969, 12, 31), pa.date32()), (DAYS[1], pa.date32()), (3, pa.int64())],
)  # fmt: skip
def test_a_value_is_arrows_own(value: Any, type_: pa.DataType) -> None:
    assert scalar_of(value, type_).equals(pa.scalar(value, type_))
