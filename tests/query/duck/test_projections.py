"""Derived features in DuckDB: every one of the catalogue, and a refusal where the engines might differ."""

from typing import Any

import duckdb
import pytest

from segspark.duck.only_by_spark import OnlyBySpark
from segspark.features.catalogue import build_catalogue
from segspark.features.feature import Derived
from segspark.query.duck.projections import projection


def value(sql: str, type_: str = "double", **values: Any) -> Any:
    column = projection(Derived("x", sql, type_, "")).sql()
    inner = ", ".join(f"{text} as {name}" for name, text in values.items()) or "1 as one"
    return duckdb.sql(f"select {column} from (select {inner})").fetchall()[0][0]


def test_every_derived_feature_of_the_catalogue_is_translated() -> None:
    catalogue = build_catalogue((7, 30, 90, 365))
    derived = (*catalogue.derived, *catalogue.of_profile)
    assert len([projection(d) for d in derived]) == len(derived) > 100


@pytest.mark.parametrize(
    ("sql", "type_", "values", "expected"),
    [
        ("try_divide(a, b)", "double", {"a": "1", "b": "3"}, 1 / 3),
        ("try_divide(a, b)", "double", {"a": "1", "b": "0"}, None),
        ("datediff(a, b)", "int", {"a": "date '2026-05-03'", "b": "date '2026-05-01'"}, 2),
        ("a >= date_sub(b, 30)", "boolean", {"a": "date '2026-05-03'", "b": "date '2026-06-02'"}, True),
        ("greatest(a, b)", "bigint", {"a": "null::bigint", "b": "4::bigint"}, 4),
        ("case when a = 0 then cast(null as string) when a > 2 then 'x' end", "string", {"a": "3"}, "x"),
        ("element_at(array(a, b), month(c))", "bigint", {"a": "7", "b": "8", "c": "date '2026-02-01'"}, 8),
        ("date_format(a, 'yyyy-MM')", "string", {"a": "date '2026-02-01'"}, "2026-02"),
        ("(int(a is not null) + int(b is null)) / 6.0D", "double", {"a": "1", "b": "2"}, 1 / 6),
        ("0.25 * a + 0.5 * b", "double", {"a": "3::bigint", "b": "5::bigint"}, 3.25),
    ],
)
def test_a_projection_gives_what_spark_gives(sql: str, type_: str, values: dict[str, str], expected: Any) -> None:
    assert value(sql, type_, **values) == expected


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("try_divide(a * 1.5, b)", "it divides decimals"),
        ("a / b", "it divides otherwise"),
        ("regexp_extract(a, 'x')", r"it calls regexp_extract\(\)"),
        ("date_format(a, 'EEEE')", "it writes dates as 'EEEE'"),
        ("cast(a as decimal(5, 2))", "it casts to decimal"),
        ("a % 2", "it uses mod"),
    ],
)
def test_what_may_differ_is_left_to_spark(sql: str, why: str) -> None:
    with pytest.raises(OnlyBySpark, match=f"x is computed by Spark: {why}"):
        projection(Derived("x", sql, "double", ""))
