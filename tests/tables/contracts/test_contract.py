"""What a table promises, as data."""

from dataclasses import FrozenInstanceError

import pytest

from segspark.tables.contracts.contract import Column, Contract, optional, personal, required

TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("person_id",),
    columns=(required("person_id", "string", "Person"), personal("name", "string", "Name"), optional("n", "int", "N")),
)


def test_columns_say_whether_they_are_needed_and_personal() -> None:
    assert required("a", "int", "A") == Column("a", "int", "A", required=True, personal=False)
    assert optional("a", "int", "A") == Column("a", "int", "A", required=False, personal=False)
    assert personal("a", "int", "A") == Column("a", "int", "A", required=False, personal=True)


def test_a_contract_names_its_layer_table_and_columns() -> None:
    assert (TOYS.layer, TOYS.table) == ("gold", "toys")
    assert TOYS.column_names == ["person_id", "name", "n"]
    assert TOYS.version == 1


def test_more_columns_make_another_contract_of_the_same_table() -> None:
    wider = TOYS.with_columns(optional(n, "int", n) for n in ("x", "y"))
    assert wider.column_names == ["person_id", "name", "n", "x", "y"]
    assert (wider.name, wider.key) == (TOYS.name, TOYS.key)
    assert TOYS.column_names == ["person_id", "name", "n"]
    with pytest.raises(FrozenInstanceError):
        TOYS.name = "x"  # type: ignore[misc]
