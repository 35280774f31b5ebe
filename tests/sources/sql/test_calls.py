"""Calls that are refused before a run."""

import pytest

from segspark.sources.sql.compile import compile_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import Writing

PARIS = Writing(("iso",), "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("reflect('java.lang.Runtime', 'exit')", "allow-list"),
        ("java_method('java.lang.System', 'exit')", "allow-list"),
        ("lenght(a)", "did you mean length"),
        ("count(*)", "allow-list"),
        ("round(a, b)", "a whole number must be written"),
        ("substring(a)", "takes 2 to 3"),
        ("a rlike b", "in quotes"),
        ("date_trunc('century', a)", "cuts to"),
        ("element_at(split(a, ';'), 0)", "from 1"),
    ],
)
def test_it_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        compile_expression(text, PARIS, str)
