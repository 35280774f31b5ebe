"""What is no expression."""

import pytest

from segspark.sources.sql.compile import compile_expression
from segspark.sources.sql.tree import ExpressionError, parse, quoted, text_value
from segspark.sources.sql.values import Writing

PARIS = Writing(("iso",), "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a; drop table x", "not one"),
        ("case when", "no Spark SQL expression"),
        ("(" * 300 + "a" + ")" * 300, "deep"),
        (" and ".join(["a"] * 500), "deep"),
        ("a" * 5_000, "too long"),
    ],
)
def test_it_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        compile_expression(text, PARIS, str)


def test_a_backslash_before_another_sign_stays() -> None:
    assert text_value(parse(r"'\d'")) == text_value(parse(r"'\\d'")) == text_value(parse(r"r'\d'")) == r"\d"
    assert text_value(parse("'a;b'")) == "a;b"
    assert text_value(parse("a")) is None


def test_a_text_keeps_its_signs_as_a_literal() -> None:
    assert quoted("it's \\d") == r"'it\'s \\d'"
