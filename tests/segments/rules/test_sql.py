"""Conditions as text: parsed as a SQL where clause, never run as one."""

import pytest

from segspark.segments.rules.functions import WordError
from segspark.segments.rules.sql import ALLOWED, parse_text
from segspark.segments.rules.tree import Always, And, Between, Compare, In, Member, Missing, Node, Not, Or, leaves


def test_what_is_said_to_be_allowed_is() -> None:
    said = [w.strip() for w in ALLOWED.partition("days, and ")[2].rstrip(".").split(",")]
    assert said == ["count", "did_not_then", "did_then", "in_segment", "never", "within"]


A, B, C = Compare("a", "=", 1), Compare("b", "=", 2), Compare("c", "=", 3)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a = 1 and (b = 2 and c = 3)", And((A, And((B, C))))),
        ("a = 1 and b = 2 and c = 3", And((A, B, C))),
        # `and` binds before `or`.
        ("a = 1 or b = 2 and c = 3", Or((A, And((B, C))))),
        ("not a = 1 and b = 2", And((Not(A), B))),
        ("true", Always()),
        ("false", Not(Always())),
        ("is_vip", Compare("is_vip", "=", True)),
        ("is_vip is false", Compare("is_vip", "=", False)),
        ("a is not null", Not(Missing("a"))),
        ("a not in (1, -2)", Not(In("a", (1, -2)))),
        ("a != 1.5", Compare("a", "<>", 1.5)),
        ("a > 1e3", Compare("a", ">", 1000.0)),
        ("attributes.card = 'gold'", Compare("attributes.card", "=", "gold")),
        ("a between -1 and 2", Between("a", -1, 2)),
        ("last_a between '2026-05-01' and date '2026-05-31'", Between("last_a", "2026-05-01", "2026-05-31")),
        ("in_segment('buyers')", Member("buyers")),
        ("NEVER('order')", Missing("last_order_date")),
    ],
)
def test_text_becomes_a_tree(text: str, tree: Node) -> None:
    assert parse_text(text) == tree


@pytest.mark.parametrize(
    ("text", "op"), [("3 < n", ">"), ("3 <= n", ">="), ("3 > n", "<"), ("3 >= n", "<="), ("3 = n", "=")]
)
def test_a_constant_on_the_left_is_turned_around(text: str, op: str) -> None:
    assert parse_text(text) == Compare("n", op, 3)


def test_days_on_both_sides_are_brought_to_one() -> None:
    assert parse_text("a + 2 < b - 3") == Compare("a", "<", other="b", plus=-5)
    assert parse_text("a between as_of - 9 and as_of") == And(
        (Compare("a", ">=", other="as_of_date", plus=-9), Compare("a", "<=", other="as_of_date"))
    )


def test_every_condition_carries_the_place_it_is_written_at() -> None:
    found = leaves(parse_text("a = 1 and not (b = 2 or c is null)", "rules.yaml:4"))
    assert [leaf.where for leaf in found] == ["rules.yaml:4"] * 3


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a = 1; b = 2", "unreadable_condition", "not one condition"),
        ("", "unreadable_condition", "not one condition"),
        ("a = ", "unreadable_condition", "cannot be read"),
        ("a + 2 > 5", "not_allowed", "Add it to the other side: a > ..."),
        ("1 = 1", "not_allowed", "compares constants"),
        ("a > b + c", "not_allowed", "plus or minus a whole number"),
        ("a > b + 1.5", "not_allowed", "plus or minus a whole number"),
        ("a > b * 2", "not_allowed", "is no constant"),
        ("a = null", "not_allowed", "write `is null`"),
        ("a + 1 is null", "not_allowed", "is no value's name"),
        ("sleep(9)", "not_allowed", "no sleep(...)"),
        ("exists (select 1)", "not_allowed", "is not allowed"),
        ("never('order', 3)", "wrong_argument", "Write never('order')."),
    ],
)
def test_anything_else_is_refused_and_says_what_to_write(text: str, code: str, said: str) -> None:
    with pytest.raises(WordError) as refused:
        parse_text(text)
    assert refused.value.code == code
    assert said in str(refused.value)
