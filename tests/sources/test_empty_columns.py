"""A needed column that is empty in all rows of a file stops the run; in some rows it does not."""

from typing import Any

import pytest

from segspark.errors import GateClosed
from segspark.sources.empty_columns import EmptyColumns, check_empty
from segspark.sources.files import InputFile
from segspark.sources.mapping import compile_mapping
from segspark.sources.spec import Source
from segspark.tables.staging import StagedFile

FILE = InputFile("till", "/in/a.csv", "a.csv", "0" * 32, 9, None)
RECORD = {
    "target": "orders", "where": "kind = 'sale'", "identifier": {"kind": "customer", "value": "client"},
    "columns": {"ordered_at": "at", "amount": "total", "category": "range"},
}  # fmt: skip
FULL = {"r0__where": True, "r0__id": "7", "r0_ordered_at": "2026-05-01", "r0_amount": "5", "r0_category": ""}


def told(*rows: dict[str, Any], **said: Any) -> list[StagedFile]:
    source = {"name": "till", "kind": "mapped", "path": "*", "format": "csv", "records": [RECORD], **said}
    counted = EmptyColumns(compile_mapping(Source.model_validate(source)))
    for row in rows:
        counted.see(FILE, FULL | row)
    return [StagedFile(r["path"], r["rows"]) for batch in counted.named() for r in batch.to_pylist()]


@pytest.mark.parametrize(("output", "label"), [("r0_amount", "amount"), ("r0__id", "identifier")])
def test_a_needed_column_without_any_value_stops_the_run(output: str, label: str) -> None:
    with pytest.raises(GateClosed, match=f"a.csv: {label} is empty in all of its 5 rows"):
        check_empty(told(*[{output: value} for value in (None, "", " ", None, "")]))


def test_a_value_in_one_row_is_enough_and_few_rows_prove_nothing() -> None:
    assert told(*[{"r0_amount": None}] * 9, {}) == []
    assert told(*[{"r0_amount": None}] * 4) == []
    assert told({}, {}, {}, {}, {}) == []
    check_empty([])


def test_rows_of_another_kind_and_optional_columns_do_not_count() -> None:
    assert told(*[{"r0__where": False, "r0_amount": None}] * 9) == []
    assert told(*[{"r0_amount": None}] * 9, optional=["total"]) == []
