"""A table as a source: read as text, mapped by Spark SQL, staged with its types and pseudonyms."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from sources.in_process import Tasks, plan_of

from segspark.errors import ConfigError
from segspark.sources.files import InputFile
from segspark.sources.mapped import MAPPED, check_header
from segspark.sources.mapping import compile_mapping
from segspark.sources.parsed import KINDS
from segspark.sources.plan import GatewayPlan
from segspark.sources.spec import Source
from segspark.tables.staging import Staged, read_named

LINES = {
    "target": "order_lines", "where": "kind = 'sale'", "identifier": {"kind": "email", "value": "lower(mail)"},
    "columns": {"order_id": "no", "ordered_at": "at", "quantity": "n", "amount": "total"},
}  # fmt: skip


def source(*records: dict[str, Any], **said: Any) -> Source:
    content = {"name": "till", "kind": "mapped", "path": "*", "format": "csv", "records": records or (LINES,), **said}
    return Source.model_validate({"time_zone": "UTC", **content})


def plan(folder: Path, made: Source, *contents: str) -> GatewayPlan:
    files = []
    for number, content in enumerate(contents):
        path = folder / f"in-{number}.csv"
        path.write_text(content)
        files.append(
            InputFile("till", str(path), path.name, f"{number}" * 32, len(content), 1_780_000_000_000_000, number)
        )
    return replace(plan_of(MAPPED, folder, [files], name="till"), source=made)


def test_rows_are_mapped_typed_and_refused_with_all_their_reasons(spark: SparkSession, tmp_path: Path) -> None:
    content = "mail,kind,no,at,n,total\n"
    content += (
        "ANN@example.com,sale,1,2026-05-02T10:00:00,2,3.50\nbob@example.com,sale,2,yesterday,two,1\n,other,3,,,\n"
    )
    made = plan(
        tmp_path,
        source(received={"from": "column", "column": "coalesce(nullif(at, ''), '2026-05-03T00:00:00')"}),
        content,
    )
    staged = Staged(spark, KINDS, read_named(MAPPED.stage(spark.range(1), made)))
    (line,) = staged.frame("lines").collect()
    assert (line["order_id"], line["quantity"], line["amount_cents"]) == ("1", 2, 350)
    assert line["ordered_at"].replace(tzinfo=UTC) == datetime(2026, 5, 2, 10, tzinfo=UTC)
    assert line["received_at"] == line["ordered_at"]
    (refused,) = staged.frame("refused").collect()
    assert (refused["position"], refused["stage"]) == (1, "convert")
    assert refused["reasons"] == ["time_format:ordered_at", "time_format:received", "type:quantity"]
    assert [(r["position"], r["is_ignored"]) for r in staged.frame("records").orderBy("position").collect()] == [
        (0, False), (2, True),
    ]  # fmt: skip


def test_a_header_without_a_named_column_is_refused_before_a_task_runs(tmp_path: Path) -> None:
    made = plan(tmp_path, source(), "mail,kind,nr,at,n,total\n1,2,3,4,5,6\n")
    with pytest.raises(ConfigError, match=r"in-0.csv: the mapping names no, .* mail, kind, nr, .*Did you mean no"):
        MAPPED.stage(Tasks(0), made)  # type: ignore[arg-type]


def test_columns_named_in_the_yaml_are_compared_with_the_mapping_before_a_file_is_looked_for() -> None:
    with pytest.raises(ConfigError, match=r"csv.columns: the mapping names no, .*Did you mean no → n"):
        compile_mapping(source(csv={"columns": ["mail", "kind", "nr", "at", "n", "total"]}))
    compile_mapping(source(csv={"columns": ["mail", "kind", "no", "at", "n", "total"]}))


def test_files_of_which_one_has_the_named_columns_are_no_matter_of_the_mapping(tmp_path: Path) -> None:
    whole, renamed, values = "mail,kind,no,at,n,total\n", "mail,kind,nr,at,n,total\n", "1,2,3,4,5,6\n"
    made = compile_mapping(source())
    check_header(made, plan(tmp_path, source(), renamed, values, whole).groups[0])
    # What is no header is not told.
    check_header(made, plan(tmp_path, source(), values).groups[0])
    with pytest.raises(ConfigError, match=r"in-1\.csv: the mapping names no"):
        check_header(made, plan(tmp_path, source(), values, renamed).groups[0])


def test_orders_are_made_from_lines_where_a_source_delivers_them() -> None:
    orders = {"target": "orders", "columns": {"ordered_at": "at"}}
    assert MAPPED.by_line(source()) is True
    assert MAPPED.by_line(source(orders)) is False
