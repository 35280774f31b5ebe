"""Parts of several kinds, brought together."""

import pytest

from segspark.sources.sql.combine import bounded
from segspark.sources.sql.compile import compile_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import TEXT, Part, Writing


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("coalesce(a, 'none')", "text"), ("coalesce(a, 0)", "number"), ("coalesce(1, 2)", "integer"),
        ("coalesce(a, true)", "boolean"), ("greatest(to_date(a), b)", "date"), ("if(a, null, 1.5)", "number"),
        ("coalesce(to_date(a), to_timestamp(b))", "moment"),
    ],
)  # fmt: skip
def test_texts_follow_the_other_kinds(text: str, kind: str) -> None:
    assert compile_expression(text, Writing(time_zone="UTC"), str).kind == kind


def test_there_is_no_such_decimal() -> None:
    with pytest.raises(ExpressionError, match="there is no decimal"):
        compile_expression("cast(a as decimal(50, 2))", Writing(), str)


def test_a_long_text_is_not_matched_by_a_repeated_group() -> None:
    assert bounded(Part("a", TEXT), "(a|b)*").sql == "if(length(a) <= 1000, a, null)"


@pytest.mark.parametrize("text", ["a > b", "a <= b", "a between b and '9'", "greatest(a, b)", "least(a, b)"])
def test_two_columns_of_texts_have_no_order(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"as texts 10 is smaller than 9; .* a::decimal > b::decimal"):
        compile_expression(text, Writing(), str)


@pytest.mark.parametrize("text", ["a = b", "a <> b", "nullif(a, b)", "a > '2026-01-01'", "a::decimal > b", "a > b + 0"])
def test_what_says_its_kind_or_asks_for_no_order_is_compared(text: str) -> None:
    assert compile_expression(text, Writing(), str).sql
