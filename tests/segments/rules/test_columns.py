"""Conditions: one tree from text, the same answers as a column and on one person, missing values never unknown."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.ids import version_of
from segspark.segments.explain import explain
from segspark.segments.narrative import narrative
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import (
    And,
    Between,
    Compare,
    Followed,
    In,
    Leaf,
    Missing,
    Node,
    Not,
    Or,
    from_json,
    text_of,
    to_json,
)
from segspark.segments.rules.yaml import parse_condition
from segspark.segments.validation_errors import DefinitionError

ROWS: list[dict[str, Any]] = [
    {"n": 3, "m": 5, "city": "Lyon", "day": date(2026, 5, 1), "is_vip": True, "attributes": {"income": "52000"}},
    {"n": 0, "m": None, "city": None, "day": None, "is_vip": False, "attributes": {"income": "many"}},
    {"n": None, "m": 0, "city": "Paris", "day": date(2026, 6, 1), "is_vip": None, "attributes": None},
]
for row in ROWS:
    row["as_of_date"] = date(2026, 6, 1)
DDL = "n int, m int, city string, day date, is_vip boolean, attributes map<string,string>, as_of_date date"
TEXTS = [
    "n >= 3", "not n >= 3", "n < m", "n is null", "m is not null", "city in ('Lyon', 'Lille')", "not city = 'Lyon'",
    "n between 1 and 5", "day >= '2026-05-15'", "is_vip", "not is_vip", "attributes.income > 50000",
    "n = 0 or city = 'Paris'", "(n = 3 or n is null) and m >= 0", "n <> 3", "within(day, 31)", "within(day, 30)",
    "day + 31 > today", "day between as_of - 40 and as_of - 1", "n > m - 3", "n + 2 <= m", "not n + 2 <= m",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_column_and_one_person_agree(spark: SparkSession, text: str) -> None:
    node = parse_condition(text)
    frame = spark.createDataFrame([tuple(r.values()) for r in ROWS], DDL)
    assert [r["x"] for r in frame.select(to_column(node).alias("x")).collect()] == [holds(node, r) for r in ROWS]


def test_a_comparison_with_a_missing_value_is_false_and_its_negation_true() -> None:
    assert not holds(parse_condition("n >= 3"), ROWS[2])
    assert holds(parse_condition("not n >= 3"), ROWS[2])


leaf = st.one_of(
    st.builds(Compare, st.sampled_from(["n", "m"]), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.integers(-2, 6)),
    st.builds(Between, st.just("n"), st.integers(-2, 3), st.integers(0, 6)),
    st.builds(In, st.just("city"), st.lists(st.sampled_from(["Lyon", "Paris"]), min_size=1, max_size=2).map(tuple)),
    st.builds(Missing, st.sampled_from(["n", "m", "city"])),
    st.builds(Compare, st.just("n"), st.sampled_from(["<", "="]), other=st.just("m"), plus=st.integers(-3, 3)),
    st.builds(Followed, st.just("visit"), st.just("order"), st.integers(1, 9), st.booleans(), st.integers(9, 99)),
)  # fmt: skip
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@given(trees)
def test_the_canonical_form_gives_the_tree_back_and_decides_its_version(node: Node) -> None:
    again = from_json(to_json(node))
    assert again == node
    assert version_of(to_json(again)) == version_of(to_json(node))


@given(leaf)
def test_what_an_explanation_shows_can_be_written(node: Leaf) -> None:
    assert parse_condition(text_of(node)) == node


@given(trees, st.sampled_from(ROWS))
def test_an_explanation_says_what_the_tree_says(node: Node, row: dict[str, Any]) -> None:
    told = explain(node, row, "fr")
    assert told.holds == holds(node, row)
    assert told.lines[0].startswith("✓" if told.holds else "✗")
    assert narrative(node, row, "en", "X").startswith("Is in" if told.holds else "Is not in")


def test_the_one_condition_that_fails_is_what_would_have_to_change() -> None:
    node = parse_condition("n >= 5 and city = 'Lyon'")
    assert explain(node, ROWS[0], "en").would_need == "needed: n >= 5"
    assert explain(node, ROWS[1], "en").would_need is None


@pytest.mark.parametrize(
    "said", ["n >=", "drop table x", "n >= 3; n < 2", "sum(n) > 3", "n in (select 1)", "", {"some": ["n = 1"]}, 7]
)
def test_what_is_no_condition_is_refused_with_what_to_write(said: Any) -> None:
    with pytest.raises(DefinitionError):
        parse_condition(said)


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("a > 1 and not (b > 1)", "needed: not (b > 1)"),
        ("a > 1 and (c > 1 and a > 2)", "needed: c > 1"),
        ("a > 1 and (b < 1 or c > 1)", None),
        ("b < 1 and c > 1", None),
        ("c is not null and a > 1", None),
    ],
)
def test_what_would_have_to_change_is_said_where_one_thing_alone_is_missing(text: str, need: str | None) -> None:
    assert explain(parse_condition(text), {"a": 5, "b": 2, "c": 0}, "en").would_need == need
