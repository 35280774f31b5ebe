"""Rules compiled to DuckDB: the same people, branch and valid_until as one person's values give in Python, without a JVM."""

import random
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segments.rules.trees import ROWS, trees
from segments.test_validity import AS_OF, CALENDAR, VALUES, first_other_day, later, people
from segments.test_validity import trees as dated_trees

from segspark.duck.functions import Functions
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.definitions import Rule
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.evaluate import NUMBER, holds
from segspark.segments.rules.tree import Compare, Node, Or, sequences
from segspark.segments.schemes.rules import rule_entry
from segspark.segments.validity import Validity

ATTRIBUTES = pa.map_(pa.string(), pa.string())
SCHEMA = pa.schema(
    [("n", pa.int64()), ("m", pa.int64()), ("city", pa.string()), ("day", pa.date32()), ("is_vip", pa.bool_()),
     ("attributes", ATTRIBUTES), ("as_of_date", pa.date32())]
)  # fmt: skip


def asked(rows: pa.Table, nodes: list[Node]) -> list[list[bool]]:
    """Per row, whether each tree holds."""
    f = Functions()
    columns = [to_column(node, f).alias(f"c{at}").sql() for at, node in enumerate(nodes)]
    with duckdb.connect() as connection:
        connection.register("people", rows)
        found = connection.execute(f"select {', '.join(columns)} from people", f.parameters).fetchall()
    return [list(row) for row in found]


def as_maps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**r, "attributes": list(r["attributes"].items()) if r["attributes"] is not None else None} for r in rows]


@given(st.lists(trees, min_size=5, max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_trees_give_the_same_people(nodes: list[Node]) -> None:
    dates = {name for sequence in sequences(nodes) for name in (sequence.name, sequence.then_name)}
    values = [{**row, **dict.fromkeys(dates, None if row["n"] == 0 else AS_OF)} for row in ROWS]
    rows = pa.Table.from_pylist(as_maps(values), pa.schema([*SCHEMA, *((name, pa.date32()) for name in sorted(dates))]))
    assert asked(rows, nodes) == [[holds(node, row) for node in nodes] for row in values]


@pytest.mark.parametrize(
    "text",
    ["52000", " 12 ", "1e3", "-.5", "5.", "1_000", "12d", "0x10", "nan", "Infinity", "", "many", "1,5", "+7", "１２"],
)
def test_a_text_is_a_number_for_every_engine_or_for_none(text: str) -> None:
    row = {"attributes": {"income": text}}
    rows = pa.table({"attributes": pa.array([[("income", text)]], ATTRIBUTES)})
    above, below = Compare("attributes.income", ">", 0), Compare("attributes.income", "<=", 0)
    found = asked(rows, [above, below])[0]
    assert found == [holds(above, row), holds(below, row)]


def test_texts_of_definitions_are_parameters() -> None:
    f = Functions()
    text = "x'; drop table people; --"
    sql = to_column(Compare("city", "=", text), f).sql()
    assert text not in sql
    assert f.parameters == {"p0": text}


def test_a_constant_that_is_no_column_is_refused() -> None:
    f = Functions()
    with pytest.raises(TypeError, match="go through lit"):
        f.col("n") == 3  # noqa: B015


def test_memberships_end_on_the_same_day() -> None:
    """Of random trees of conditions whose future is known: branch, and the first day on which the tree is not true."""
    places, f = CalendarContext(CALENDAR), Functions()
    ahead = Validity(VALUES, places, AS_OF, f)
    nodes = dated_trees(random.Random(7), 60)
    rules = [Rule(f"r{at}", {"fr": "r", "en": "r"}, {}, node) for at, node in enumerate(nodes)]
    entries = [rule_entry(rule, "en", ahead, f).alias(f"e{at}").sql() for at, rule in enumerate(rules)]
    rows = people(40)
    calendar = [column.alias(name).sql() for name, column in places.columns(AS_OF, f).items()]
    with duckdb.connect() as connection:
        connection.register("raw", pa.Table.from_pylist(as_maps(rows), schema_of(rows)))
        inner = f"select *, {', '.join(calendar)} from raw"
        found = connection.execute(f"select {', '.join(entries)} from ({inner})", f.parameters).fetchall()
    n_inside = 0
    for row, memberships in zip(rows, found, strict=True):
        values = later(row, AS_OF)
        for node, membership in zip(nodes, memberships, strict=True):
            assert (membership is not None) == holds(node, values), (node, row)
            if membership is not None:
                n_inside += 1
                assert membership["valid_until"] == first_other_day(node, row), (node, row)
                parts = node.parts if isinstance(node, Or) else ()
                first = next((f"any[{at}]" for at, part in enumerate(parts) if holds(part, values)), "when")
                assert membership["branch_id"] == first
    assert n_inside > 500


def schema_of(rows: list[dict[str, Any]]) -> pa.Schema:
    types: dict[type, pa.DataType] = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        date: pa.date32(),
        dict: ATTRIBUTES,
    }
    return pa.schema([(name, next(types[type(r[name])] for r in rows if r[name] is not None)) for name in rows[0]])


def test_the_pattern_of_numbers_is_one_of_both_engines() -> None:
    assert "\\d" not in NUMBER, "Python's \\d knows more digits than the engines'"


def test_a_map_gives_the_value_of_a_key_and_null_for_another() -> None:
    f = Functions()
    names = f.create_map(*[f.lit(x) for x in ("a", "Ann", "b", "Bob")])
    found = [f.try_element_at(names, f.lit(key)) for key in ("b", "c", None)]
    with duckdb.connect() as connection:
        row = connection.execute(f"select {', '.join(c.sql() for c in found)}", f.parameters).fetchone()
    assert row == ("Bob", None, None)
