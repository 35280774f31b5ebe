"""What expressions give, and which records they refuse: answers written by hand."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.sources.sql.compile import columns_of, compile_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import Writing

PARIS = Writing(("iso",), "Europe/Paris")
FRENCH = Writing(("%d/%m/%Y %H:%M",), "Europe/Paris", ",")
FAILS = "the record is refused"
# Expression, how the file is written, the texts of columns x and y, what it gives.
CASES: list[tuple[str, Writing, str | None, str | None, str | None]] = [
    ("x::int", PARIS, "5", "", "5"),
    ("x::int", PARIS, "abc", "", FAILS),
    ("x::int", PARIS, " ", "", None),
    ("x::int", PARIS, None, "", None),
    ("try_cast(x as int)", PARIS, "abc", "", None),
    ("coalesce(x, 0)", PARIS, None, "", "0"),
    ("coalesce(x, 0)", PARIS, "abc", "", FAILS),
    ("x * 2", PARIS, "19.95", "", "39.9"),
    ("x * 2", FRENCH, "1\u202f234,50", "", "2469"),
    ("x * 2", FRENCH, "1\u2009234,50", "", "2469"),
    ("x * 2", FRENCH, "12 34,50", "", FAILS),
    ("x * 2", FRENCH, "19.95", "", FAILS),
    ("x * 2", PARIS, "１９", "", FAILS),
    ("x + y", PARIS, "0.1", "0.2", "0.3"),
    ("x / y", PARIS, "10", "4", "2.5"),
    ("x / y", PARIS, "1", "0", FAILS),
    ("try_divide(x, y)", PARIS, "1", "0", None),
    ("x div y", PARIS, "-7", "2", "-3"),
    ("x % 2", PARIS, "7", "", "1"),
    ("x * 100000000000000000 * 100000000000000000", PARIS, "1234567", "", FAILS),
    ("round(x)", PARIS, "2.5", "", "3"),
    ("-x", PARIS, "-0.50", "", "0.5"),
    ("concat('A', x + 1)", PARIS, "17", "", "A18"),
    ("not x", PARIS, "yes", "", "false"),
    ("not x", PARIS, "peut-être", "", FAILS),
    ("x = true", PARIS, "1", "", "true"),
    ("if(x, y, 0)", PARIS, "false", "abc", "0"),
    ("if(x, y, 0)", PARIS, "true", "abc", FAILS),
    ("case when x = 'a' then 1 when y::int > 5 then 2 else 3 end", PARIS, "a", "abc", "1"),
    ("case when x = 'a' then 1 when y::int > 5 then 2 else 3 end", PARIS, "b", "abc", FAILS),
    ("x rlike '^[0-9]+$' and x::int > 5", PARIS, "abc", "", "false"),
    ("x rlike '\\d' and x::int > 5", PARIS, "7", "", "true"),
    ("x = 'a' or y::int > 5", PARIS, "a", "abc", "true"),
    ("x > 5", PARIS, "10", "", "true"),
    ("greatest(x, 0)", PARIS, "-3", "", "0"),
    ("date_trunc('day', x)", PARIS, "2026-05-02T23:30:00Z", "", "2026-05-03 00:00:00"),
    ("date_trunc('day', x)", PARIS, "2026-05-02 23:30:00", "", "2026-05-02 00:00:00"),
    ("date_trunc('hour', x)", PARIS, "2026-05-02 21:30:00+00", "", "2026-05-02 23:00:00"),
    ("date_trunc('hour', x)", FRENCH, "2/5/2026 10:12", "", "2026-05-02 10:00:00"),
    ("year(x)", PARIS, "2026-02-30", "", FAILS),
    ("year(x)", PARIS, "10:00", "", FAILS),
    ("cast(x as date)", PARIS, "2026-05-02T23:30:00Z", "", "2026-05-02"),
    ("to_date(x, 'dd/MM/yyyy')", PARIS, "02/05/1968", "", "1968-05-02"),
    ("to_date(x, 'dd/MM/yyyy')", PARIS, "05.02.1968", "", FAILS),
    ("try_to_date(x, 'dd/MM/yyyy')", PARIS, "05.02.1968", "", None),
    ("from_unixtime(x)", PARIS, "1780128000", "", "2026-05-30 10:00:00"),
    ("from_unixtime(x)", PARIS, "1e30", "", FAILS),
    ("make_date(x, y, 1)", PARIS, "2026", "2", "2026-02-01"),
    ("make_date(x, y, 1)", PARIS, "2026", "13", FAILS),
    ("x + interval 1 month", PARIS, "2026-01-31", "", "2026-02-28 00:00:00"),
    ("timestampadd(DAY, 1, x)", PARIS, "2026-01-31", "", "2026-02-01 00:00:00"),
    ("datediff(x, y)", PARIS, "2026-01-31", "2026-01-01", "30"),
    ("element_at(split(x, ';'), 2)", PARIS, "a;b", "", "b"),
    ("element_at(split(x, ';'), 2)", PARIS, "a", "", None),
    ("split(x, ';')[0]", PARIS, "a;b", "", "a"),
    ("substring(x, 1, y)", PARIS, "abc", "2", "ab"),
    ("substring(x, 1, y)", PARIS, "abc", "two", FAILS),
    ("regexp_replace(x, '^(a|b)*$', 'c')", PARIS, "ab", "", "c"),
    ("regexp_replace(x, '^(a|b)*$', 'c')", PARIS, "ab" * 3_000, "", FAILS),
    ("nullif(trim(x), '') * 2", FRENCH, " 1,5", "", "3"),
    ("format_string('%03d/%s', x, y)", PARIS, "7", "b", "007/b"),
    ("'it''s'", PARIS, None, None, "its"),
]  # fmt: skip


def test_expressions_give_what_is_written_here(spark: SparkSession) -> None:
    outputs = []
    for number, (text, writing, x, y, _) in enumerate(CASES):
        values = {"x": x, "y": y}
        made = compile_expression(text, writing, lambda c, n=number: f"{c}{n}")
        frame_columns = [F.lit(values[c]).cast("string").alias(f"{c}{number}") for c in ("x", "y")]
        outputs.append((made, frame_columns))
    frame = spark.range(2).repartition(1).select(*[c for _, columns in outputs for c in columns])
    frame = spark.createDataFrame(frame.collect()[:1], frame.schema)
    wanted = [
        F.expr(f"if({m.failed or 'false'}, '{FAILS}', {m.sql})").alias(f"v{n}") for n, (m, _) in enumerate(outputs)
    ]
    (row,) = frame.select(*wanted).collect()
    found = [(*case[:4], value) for case, value in zip(CASES, row, strict=True)]
    assert found == CASES


@pytest.mark.parametrize(
    "text",
    """current_date current_timestamp current_user localtimestamp session_user current_database current_timezone
    current_date() current_timestamp() now() rand() uuid() monotonically_increasing_id() input_file_name()
    current_user() user() unix_timestamp() spark_partition_id()""".split(),
)
def test_what_changes_from_run_to_run_is_refused(text: str) -> None:
    for whole in (text, f"concat(a, {text})"):
        with pytest.raises(ExpressionError, match="changes from run to run"):
            compile_expression(whole, PARIS, str)


def test_a_quoted_name_is_a_column_whatever_it_is_called() -> None:
    assert columns_of("concat(`current_date`, user, user.email, `a.b c`)") == (
        "current_date",
        "user",
        "user.email",
        "a.b c",
    )
    assert compile_expression("`now`", PARIS, lambda c: f"<{c}>").sql == "<now>"


def test_a_unit_is_no_column() -> None:
    assert columns_of("timestampadd(DAY, n, at)") == ("n", "at")


def test_a_calculated_time_needs_the_zone_of_the_source() -> None:
    with pytest.raises(ExpressionError, match="declare time_zone"):
        compile_expression("date_trunc('day', a)", Writing(), str)
    assert compile_expression("year(a)", Writing(), str).kind == "integer"
