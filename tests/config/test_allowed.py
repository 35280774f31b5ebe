"""What a model allows at a place, for messages about what does not stand there."""

import pytest
from pydantic import Field

from segspark.config.allowed import field_at, hint_of, keys_at, suggestion
from segspark.config.models import Model, Workspace


class Column(Model):
    value: str = Field(description="Name of the column.")
    unit: str = "x"


class Table(Model):
    columns: dict[str, Column] = Field(default_factory=dict)
    kept: tuple[Column, ...] = ()
    how: str = Field("a", alias="from", description="Where it comes from")
    one: Column | None = None
    ours: int = Field(3, json_schema_extra={"set_by": "the loader"})


def test_keys_are_those_that_may_be_written() -> None:
    assert keys_at(Table, ()) == ["columns", "kept", "from", "one"]
    assert keys_at(Table, ("one",)) == ["value", "unit"]
    assert keys_at(Table, ("kept", 3)) == ["value", "unit"]
    # A key of a free mapping may be any.
    assert keys_at(Table, ("columns", "anything")) == ["value", "unit"]
    assert keys_at(Table, ("from",)) == []
    assert keys_at(Table, ("nowhere", "below")) == []
    assert "folder" not in keys_at(Workspace, ())


def test_a_place_is_filled_by_a_field() -> None:
    found = field_at(Table, ("columns", "anything", "value"))
    assert found is not None
    assert hint_of(found) == "Name of the column."
    assert field_at(Table, ("kept", 0, "unit")) is not None
    assert field_at(Table, ()) is None
    assert field_at(Table, ("nowhere",)) is None


@pytest.mark.parametrize(
    ("name", "hint"), [("from", "Where it comes from. Default: a."), ("kept", ""), ("one", ""), ("columns", "")]
)
def test_a_hint_is_the_description_and_the_default(name: str, hint: str) -> None:
    assert hint_of(field_at(Table, (name,))) == hint
    assert hint_of(None) == ""


def test_a_near_key_is_suggested_else_the_same_one_elsewhere() -> None:
    assert suggestion(Table, ("colums",)) == "Did you mean columns? Allowed: columns, from, kept, one."
    assert suggestion(Table, ("unit",)) == "Did you mean columns.unit? Allowed: columns, from, kept, one."
    assert suggestion(Table, ("kept", 0, "valu")) == "Did you mean value? Allowed: unit, value."
    assert suggestion(Table, ("zzz",)) == "Allowed: columns, from, kept, one."
    assert suggestion(Table, ("from", "x")) == ""
