"""Conversions between kinds, as Spark SQL."""

import pytest

from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import (
    BOOLEAN,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    TEXT,
    Part,
    Writing,
    any_of,
    as_written,
    converted,
    lost,
)  # fmt: skip

COLUMN = Part("c", TEXT, is_column=True)
FRENCH = Writing(("%d/%m/%Y",), "Europe/Paris", ",")


def test_only_a_column_is_written_as_the_source_writes() -> None:
    made = Part("lower(c)", TEXT)
    assert "translate" in converted(COLUMN, NUMBER, FRENCH).sql
    assert "translate" not in converted(made, NUMBER, FRENCH).sql
    assert "d/M/yyyy" in converted(COLUMN, MOMENT, FRENCH).sql
    assert "d/M/yyyy" not in converted(made, MOMENT, FRENCH).sql


def test_a_choice_among_columns_and_literals_is_still_written_as_the_source_writes() -> None:
    literal = Part("'0'", TEXT, value="0")
    assert as_written([COLUMN, literal])
    assert not as_written([literal])
    assert not as_written([COLUMN, Part("lower(c)", TEXT)])


def test_a_failure_is_a_value_that_is_there_and_gives_none() -> None:
    assert lost("f(c)", COLUMN) == "(c is not null and trim(c) <> '' and f(c) is null)"
    assert converted(COLUMN, INTEGER, Writing()).failed == lost("try_cast(c as int)", COLUMN)
    assert any_of([None, "a", "a", "b"]) == "(a or b)"
    assert any_of([None, None]) is None


def test_a_whole_number_always_fits_a_number() -> None:
    assert converted(Part("n", INTEGER), NUMBER, Writing()).failed is None


@pytest.mark.parametrize(("of", "to"), [(LIST, TEXT), (TEXT, LIST), (BOOLEAN, MOMENT), (MOMENT, NUMBER)])
def test_what_has_no_conversion_is_refused(of: str, to: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be read as"):
        converted(Part("p", of), to, Writing())
