"""No expression that passes the check ends a run, whatever the texts of the file; one Spark job evaluates them all."""

import json
import platform
from itertools import product
from pathlib import Path

import pyspark
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.sources.sql.compile import Compiled, columns_of, compile_expression
from segspark.sources.sql.functions import FUNCTIONS, SPECIAL
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import BOOLEAN, TEXT, Writing

RESULT = Path(__file__).parents[3] / "benchmarks" / "results" / "expressions.json"
NATURAL = """id::int|cast(id as bigint)|cast(x as date)|cast(x as timestamp)|amount::decimal(10,2)|double(amount)|int(n)
date_trunc('day', at)|trunc(at, 'month')|year(at)|month(at)|hour(at)|extract(year from at)|weekday(at)|last_day(at)
date_add(at, n)|date_sub(at, 7)|datediff(at, x)|date_format(at, 'yyyy-MM-dd')|to_date(at, 'dd/MM/yyyy')
to_timestamp(at, 'dd/MM/yyyy HH:mm')|to_date(at)|timestampadd(YEAR, n, timestampadd(YEAR, n, at))|at + interval 3 days
timestampdiff(DAY, at, x)|from_unixtime(n)|timestamp_millis(n)|make_date(year(at), n, 1)|unix(at)|at - x
round(amount)|round(amount, 2)|ceil(amount)|floor(amount)|abs(n::int)|-amount|-(n::int)|amount * 2|amount * amount * amount
a / b|a % 2|a + b|a - 1|a div b|mod(a, b)|a * 100000000000000000|coalesce(amount, 0)|nvl(amount, 0)|greatest(a, 0)
least(a, b, 5)|nullif(a, 0)|not active|active = true|active and paid|if(paid, amount, 0)|amount > 5|a = b|a <=> 1
amount between 1 and 100|a in (1, 2, 3)|at > '2026-01-01'|to_date(at) >= '2026-01-01'|case when a > 1 then b else 'none' end
case kind when 'a' then amount when 'b' then -amount else 0 end|case when x rlike '^[0-9]+$' then x::int end
substring(x, 1, n)|substr(x, n)|left(x, n)|right(x, n)|lpad(x, n, '0')|rpad(x, n)|repeat(x, 3)|concat(a, 1)|a || b || 1
concat_ws('-', a, b)|element_at(split(x, ';'), 2)|split(x, ';')[0]|split(x, ';')[n]|split_part(x, ';', n)|get(split(x, ','), n)
size(split(x, ';'))|regexp_extract(x, '^(a|b)*(c)', 2)|regexp_replace(x, '(\\s+)', ' $1')|x rlike '(a|b)+$'
regexp_replace(x, '^(.|\\n)*z', '')|x like '%a_b%'|x ilike 'A%'|trim(leading '0' from x)|trim(x)|replace(x, ' ', '')
translate(x, ',', '.')|initcap(x)|upper(x)|length(x)|instr(x, ';')|locate('a', x, n)|format_number(amount, 2)
format_string('%05d-%s', n, x)|to_number(x, '999D99')|url_decode(x)|get_json_object(x, '$.a.b')|json_array_length(x)
md5(x)|sha2(x, 256)|xxhash64(x)|reverse(x)|overlay(x, 'zz', n)|substring_index(x, ';', n)|isnull(x)|nvl2(x, 1, 0)
x is not null and x <> ''|string(amount)|cast(amount * 100 as int)|boolean(paid)|date(at)|quarter(at)|dayofweek(at)
array_contains(split(x, ';'), 'a')|bround(amount, 1)|btrim(x)|cardinality(split(x, ';'))|ceiling(amount)|char_length(x)
character_length(x)|contains(x, a)|date_diff(at, x)|dateadd(at, n)|dateadd(HOUR, n, at)|dayofmonth(at)|dayofyear(at)
endswith(x, a)|ifnull(a, 1)|isnotnull(x)|lcase(x)|len(x)|lower(x)|ltrim(x)|minute(at)|printf('%s', x)|regexp(x, 'a+')
regexp_count(x, ';')|regexp_like(x, '(ab)+')|regexp_substr(x, '[a-z]+')|rlike(x, '^.$')|rtrim(x)|second(at)|sign(amount)
startswith(x, a)|timestamp_micros(n)|timestamp_seconds(amount)|try_add(a, b)|try_divide(a, b)|try_mod(a, b)
try_element_at(split(x, ';'), n)|try_multiply(a, b)|try_subtract(a, b)|try_to_date(at, 'd/M/yyyy')|try_to_number(x, '99')
try_to_timestamp(at, 'yyyy-MM-dd HH:mmXXX')|try_url_decode(x)|ucase(x)|url_encode(x)|weekofyear(at)"""
COLUMNS = ("a", "b", "n", "x", "at", "id", "amount", "active", "paid", "kind")
DIRTY = (
    None, "", " ", "0", "1", "-1", "5", "19.90", "19,90", "1 234,50", "abc", "true", "NO", "2147483648", "-2147483648",
    "9" * 19, "9" * 39, "9" * 400, "1e5", "1e99", "-1e-99", "NaN", "Infinity", "0x1F", "１９", "32767", "99999", "3.7",
    "2026-05-02", "2026-05-02T10:00:00+02:00", "2026-02-30", "02/05/2026 10:12", "99999-01-01", "-0001-01-01", "10:00",
    "253402300799", "9223372036854775807", "😀", "a\x00b", "\u200b5", "\u00a0", "a;b;c", ";" * 50, "%zz", "%41", "[", "[1]",
    '{"a": {"b": 1}}', "ab" * 6_000, "a" * 120_000, "'", "\\", "\\\\", "$1", "%s", "now", "today", "epoch",
)  # fmt: skip
WRITINGS = (
    Writing(("iso",), "Europe/Paris", "."),
    Writing(("%d/%m/%Y %H:%M", "%Y-%m-%d", "epoch_s"), "America/New_York", ","),
    Writing(("epoch_ms",), "UTC"),
)


def split_bars() -> list[str]:
    """``a || b`` and regular expressions hold the sign that separates the expressions above."""
    whole = NATURAL.replace("||", "\x01").replace("a|b", "a\x02b").replace(".|\\", ".\x02\\")
    parts = [text for line in whole.splitlines() for text in line.split("|") if text]
    return [text.replace("\x01", "||").replace("\x02", "|") for text in parts]


def test_no_dirty_value_ends_the_run(spark: SparkSession) -> None:
    compiled: dict[tuple[int, str], Compiled] = {}
    refused: dict[str, str] = {}
    for (at, writing), text in product(enumerate(WRITINGS), split_bars()):
        try:
            assert set(columns_of(text)) <= set(COLUMNS)
            one = compile_expression(text, writing, lambda c: f"`{c}`")
            compiled[at, text] = one
            if one.kind in (TEXT, BOOLEAN):
                compiled[at, f"where {text}"] = compile_expression(text, writing, lambda c: f"`{c}`", BOOLEAN)
        except ExpressionError as error:
            refused[text] = str(error)
    # Each value in each column, beside the next ones in the others.
    rows = [
        tuple(DIRTY[(n + shift * at) % len(DIRTY)] for at in range(len(COLUMNS)))
        for n in range(len(DIRTY))
        for shift in (0, 1, 7)
    ]
    frame = spark.createDataFrame(rows, ", ".join(f"`{c}` string" for c in COLUMNS)).repartition(2)
    outputs = [
        column
        for number, one in enumerate(compiled.values())
        for column in (F.expr(one.sql).alias(f"v{number}"), F.expr(one.failed or "false").alias(f"f{number}"))
    ]
    spark.conf.set("spark.sql.codegen.wholeStage", "false")
    try:
        result = [frame.select(*outputs[n : n + 200]).toArrow() for n in range(0, len(outputs), 200)]
    finally:
        spark.conf.unset("spark.sql.codegen.wholeStage")
    columns = {name: table[name] for table in result for name in table.column_names}
    assert all(columns[f"f{n}"].null_count == 0 for n in range(len(compiled))), "a failure is true or false"
    n_failed = sum(columns[f"f{n}"].to_pylist().count(True) for n in range(len(compiled)))
    RESULT.write_text(
        json.dumps(
            {
                "expressions": len(split_bars()),
                "refused_at_check": refused,
                "forms_of_writing": len(WRITINGS),
                "dirty_values": len(DIRTY),
                "evaluations": len(compiled) * len(rows),
                "evaluations_refused_as_failed": n_failed,
                "runs_ended": 0,
                "versions": {
                    "python": platform.python_version(),
                    "spark": pyspark.__version__,
                    "sqlglot": sqlglot.__version__,
                },
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
    assert set(refused) == {"unix(at)"}


def test_every_function_is_tried() -> None:
    tried = " ".join(split_bars())
    assert {name for name in {*FUNCTIONS, *SPECIAL} if f"{name}(" not in tried} == set()
