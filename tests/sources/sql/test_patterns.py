"""Literal patterns, of which Spark would raise at the first record."""

import pytest

from segspark.sources.sql.compile import compile_expression
from segspark.sources.sql.patterns import spark_form
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import Writing

PARIS = Writing(("iso",), "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a rlike '('", "no regular expression"),
        ("regexp_extract(a, 'x', 1)", "no group 1"),
        ("regexp_replace(a, 'x', '$1')", "does not have"),
        ("regexp_replace(a, 'x', '$')", "alone"),
        ("a like 'x\\\\'", "may only stand before"),
        ("to_date(a, 'DD/MM/YYYY')", "dd/MM/yyyy"),
        ("to_date(a, '%d/%m/%Y')", "dd/MM/yyyy"),
        ("format_string('%f', a)", "%s"),
    ],
)
def test_it_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        compile_expression(text, PARIS, str)


def test_a_strptime_pattern_is_written_as_spark_writes_it_where_both_mean_the_same() -> None:
    assert spark_form("%d/%m/%Y %H:%M") == "d/M/yyyy H:m"
    assert spark_form("%Y-%m-%dT%H:%M:%S") == "yyyy-M-d'T'H:m:s"
    assert [spark_form(form) for form in ("%d %b %Y", "%y%m%d", "%c")] == [None] * 3
