"""Every table's contract is whole: a key and a layout of its own columns, types that all sides know, words for all."""

import subprocess
import sys

import pytest

from segspark.tables.contracts import bronze, gold, ops, privacy, silver
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ARROW_TYPES

ROOMS = {"bronze": bronze, "silver": silver, "gold": gold, "ops": ops, "privacy": privacy}


def test_every_table_is_there_once_and_lies_in_the_layer_of_its_module() -> None:
    assert len(BY_NAME) == len(ALL)
    assert all(BY_NAME[c.name] is c for c in ALL)
    for layer, room in ROOMS.items():
        declared = {id(v) for v in vars(room).values() if isinstance(v, Contract)}
        assert declared == {id(c) for c in room.TABLES}, layer
        assert {c.layer for c in room.TABLES} == {layer}
        assert {id(c) for c in room.TABLES} <= {id(c) for c in ALL}


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_a_contract_is_whole(contract: Contract) -> None:
    names = contract.column_names
    assert len(names) == len(set(names))
    assert contract.key
    assert set(contract.key) <= set(names)
    assert set(contract.partition_by) <= set(names)
    assert contract.grain
    assert contract.version >= 1
    for column in contract.columns:
        assert column.comment, column.name
        assert column.name == column.name.lower()
    required = {c.name for c in contract.columns if c.required}
    assert set(contract.partition_by) <= required


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_tasks_know_the_types_of_what_they_write(contract: Contract) -> None:
    unknown = {c.type for c in contract.columns} - set(ARROW_TYPES)
    # Lists and mappings that nobody stages or computes come as frames.
    assert all("<" in kind for kind in unknown), unknown


def test_contracts_are_listed_without_spark() -> None:
    code = "import sys, segspark.tables.contracts.catalogue; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
