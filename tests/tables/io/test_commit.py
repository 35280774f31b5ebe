"""One transaction of written files: an append, a replacement, or nothing at all."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tables.io.toy_tables import BOXES, VISITS, boxes, visits

from segspark.errors import InfrastructureError
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.commit import commit
from segspark.tables.lake import Lake
from segspark.tables.parts import write_parts


def test_an_append_a_replacement_of_one_value_and_of_the_whole(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for contract in (VISITS, BOXES):
        lake.create(contract)

    def write(contract: Contract, rows: pa.Table, **how: Any) -> None:
        commit(lake.table(contract), contract, list(write_parts(rows, contract, lake.folder(contract))), **how)

    write(VISITS, visits(("a", 1, 1, "x"), ("b", 1, 2, "x")))
    write(VISITS, visits(("c", 1, 2, "y")), replace=["2026-05-02"])
    assert sorted(lake.read_small(VISITS)["person_id"].to_pylist()) == ["a", "c"]
    write(BOXES, boxes("a", "b"))
    write(BOXES, boxes("c"), replace=[])
    assert lake.read_small(BOXES)["box"].to_pylist() == ["c"]
    write(BOXES, boxes("d"), once="mine")
    assert lake.table(BOXES).transaction_version("mine") == 1


@pytest.mark.parametrize("how", [{"replace": []}, {"is_derived": True}])
def test_what_follows_from_the_table_goes_in_at_the_version_that_was_read_or_not(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    lake = Lake(tmp_path)
    lake.create(BOXES)
    read = lake.table(BOXES)
    lake.append_small(BOXES, boxes("theirs"), "theirs")
    with pytest.raises(InfrastructureError, match=r"silver\.boxes was changed by another writer since its version 0"):
        commit(read, BOXES, list(write_parts(boxes("mine"), BOXES, lake.folder(BOXES))), **how)
    assert lake.read_small(BOXES)["box"].to_pylist() == ["theirs"]
