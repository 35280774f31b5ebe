import pytest

from segspark.sources.expressions import ExpressionError, parse_expression


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("InvoiceNo", ("InvoiceNo",)),
        ("regexp_replace(CustomerID, '[.]0$', '')", ("CustomerID",)),
        ("case when a like 'C%' then 'refund' when try_cast(q as int) > 0 then 'sale' else 'other' end", ("a", "q")),
        ("try_cast(time as bigint) * 3600 + 1514764800", ("time",)),
        ("`value.offer id`", ("value.offer id",)),
        ("value.amount", ("value.amount",)),
        ("cast(1514764800 + try_cast(time as bigint) * 3600 as string)", ("time",)),
        ("concat(cast(try_cast(a as int) + 1 as STRING), b)", ("b", "a")),
        ("nullif(trim(x), '')", ("x",)),
        ("gender in ('M', 'F')", ("gender",)),
        ("date_format(try_to_timestamp(d, 'dd-MM-yyyy'), 'yyyy-MM-dd')", ("d",)),
    ],
)
def test_what_a_mapping_may_say(text: str, columns: tuple[str, ...]) -> None:
    assert parse_expression(text).columns == columns


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cast(a as int)", "try_cast"),
        ("cast(cast(a as date) as string)", "as date"),
        ("a / b", "try_divide"),
        ("Quantity > 0", "try_cast"),
        ("a + 1", "try_cast"),
        ("year(d)", "try_to_date"),
        ("split(a, ',')[0]", "split_part"),
        ("reflect('java.lang.Runtime', 'exit')", "allow-list"),
        ("java_method('java.lang.System', 'exit')", "allow-list"),
        ("current_date()", "allow-list"),
        ("(select 1)", "subquery"),
        ("exists(select 1)", "not allowed"),
        ("a; drop table x", "not one"),
        ("lenght(a)", "length"),
        ("case when", "no Spark SQL expression"),
    ],
)
def test_what_could_end_the_run_or_do_more_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint.replace("(", r"\(")):
        parse_expression(text)


def test_over_a_table_columns_have_types() -> None:
    assert parse_expression("amount_cents > 5000", columns_are_text=False).columns == ("amount_cents",)


@pytest.mark.parametrize(
    "text",
    ["(" * 300 + "a" + ")" * 300, "upper(" * 300 + "a" + ")" * 300, "case when a = 'x' then " * 300 + "a" + " end" * 300,
     " || ".join(["a"] * 6_000), "not " * 300 + "a = 'x'", "a" * 300_000],
    ids=["parentheses", "calls", "cases", "words", "nots", "characters"],
)  # fmt: skip
def test_an_expression_that_is_too_large_is_an_error_and_not_a_traceback(text: str) -> None:
    with pytest.raises(ExpressionError, match="too large"):
        parse_expression(text)
