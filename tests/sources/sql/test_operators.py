"""Operators that a mapping may not use, and kinds that do not go together."""

import pytest

from segspark.sources.sql.compile import compile_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import Writing

PARIS = Writing(("iso",), "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cast(a as binary)", "a cast to binary is not allowed"),
        ("(select 1)", "subquery"),
        ("a in (select 1)", "subquery"),
        ("exists(select 1)", "not allowed"),
        ("sum(a) over ()", "not allowed"),
        ("a -> 'b'", "not allowed"),
        ("split(a, ';')", "list"),
        ("a[0]", "a column is a text"),
        ("year(true)", "cannot be read as a moment"),
        ("to_date(a) + 1", "date_add"),
        ("a = to_date(b) and coalesce(true, 1)", "do not go together"),
    ],
)
def test_it_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        compile_expression(text, PARIS, str)
