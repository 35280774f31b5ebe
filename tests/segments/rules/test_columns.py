"""The same answers as a column and on one person."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from segments.rules.trees import ROWS
from written import parse_condition

from segspark.segments.rules.columns import to_column
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.size import MAX_CONDITIONS
from segspark.segments.rules.tree import And, Compare, In, Member, Or

DDL = "n int, m int, city string, day date, is_vip boolean, attributes map<string,string>, as_of_date date"
TEXTS = [
    "n >= 3", "not n >= 3", "n < m", "n is null", "m is not null", "city in ('Lyon', 'Lille')", "not city = 'Lyon'",
    "n between 1 and 5", "day >= '2026-05-15'", "is_vip", "not is_vip", "attributes.income > 50000",
    "n = 0 or city = 'Paris'", "(n = 3 or n is null) and m >= 0", "n <> 3", "within(day, 31)", "within(day, 30)",
    "day + 31 > today", "day between as_of - 40 and as_of - 1", "n > m - 3", "n + 2 <= m", "not n + 2 <= m",
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(spark: SparkSession) -> dict[str, list[bool | None]]:
    """Every text as a column of one frame, with a row per person."""
    frame = spark.createDataFrame([tuple(r.values()) for r in ROWS], DDL)
    columns = [to_column(parse_condition(text), F).alias(str(n)) for n, text in enumerate(TEXTS)]
    found = frame.select(*columns).collect()
    return {text: [row[n] for row in found] for n, text in enumerate(TEXTS)}


@pytest.mark.parametrize("text", TEXTS)
def test_a_column_and_one_person_agree(answers: dict[str, list[bool | None]], text: str) -> None:
    node = parse_condition(text)
    assert answers[text] == [holds(node, r) for r in ROWS]


def test_a_column_of_nothing_is_never_null(spark: SparkSession) -> None:
    row = spark.range(1).select(to_column(And(()), F).alias("all"), to_column(Or(()), F).alias("any")).first()
    assert row is not None
    assert (row["all"], row["any"]) == (True, False)


def test_a_segment_that_is_not_resolved_has_no_column() -> None:
    with pytest.raises(TypeError, match="buyers is not resolved"):
        to_column(Member("buyers"), F)


@pytest.mark.slow
def test_conditions_of_the_largest_size_are_compiled_and_run(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(5,), (5_000,)], "n int")
    ones = tuple(Compare("n", "=", at) for at in range(MAX_CONDITIONS))
    for node, expected in (
        (Or(ones), [True, False]),
        (And(tuple(Compare("n", "<>", at) for at in range(MAX_CONDITIONS))), [False, True]),
        (In("n", tuple(range(MAX_CONDITIONS))), [True, False]),
    ):
        assert [r[0] for r in frame.select(to_column(node, F)).collect()] == expected
