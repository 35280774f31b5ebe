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
