"""Expressions over tables: whose text runs as it stands."""

import pytest

from segspark.sources.expressions import parse_expression
from segspark.sources.sql.tree import ExpressionError


def test_over_a_table_columns_have_types() -> None:
    assert parse_expression("amount_cents > 5000").columns == ("amount_cents",)
    assert set(parse_expression("year(d) + n").columns) == {"d", "n"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cast(a as int)", "try_cast"),
        ("a / b", "try_divide"),
        ("split(a, ',')[0]", "split_part"),
        ("reflect('java.lang.Runtime', 'exit')", "allow-list"),
        ("current_date()", "allow-list"),
        ("(select 1)", "subquery"),
        ("exists(select 1)", "not allowed"),
        ("a; drop table x", "not one"),
        ("lenght(a)", "length"),
        ("case when", "no Spark SQL expression"),
    ],
)
def test_what_could_end_the_run_or_do_more_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 300 + "a" + ")" * 300, "upper(" * 300 + "a" + ")" * 300, "case when a = 'x' then " * 300 + "a" + " end" * 300,
     " || ".join(["a"] * 6_000), "not " * 300 + "a = 'x'", "a" * 300_000],
    ids=["parentheses", "calls", "cases", "words", "nots", "characters"],
)  # fmt: skip
def test_an_expression_that_is_too_large_is_an_error_and_not_a_traceback(text: str) -> None:
    with pytest.raises(ExpressionError, match="too large"):
        parse_expression(text)


@pytest.mark.parametrize("text", ["url rlike '('", "regexp_extract(url, '(a+)+$', 1) = 'a'", "regexp_like(url, topic)"])
def test_a_regular_expression_is_one_that_java_reads_and_that_ends(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)


def test_a_semicolon_in_quotes_ends_no_expression() -> None:
    assert parse_expression("split_part(category, ';', 1)").columns == ("category",)
    with pytest.raises(ExpressionError, match="not one"):
        parse_expression("category; topic")
