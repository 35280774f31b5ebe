"""What a source's YAML may say, and what it may not say together."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from segspark.sources.spec import Received, Source

MAPPED: dict[str, Any] = {"name": "orders", "kind": "mapped", "path": "*.csv"}
RECORDS: list[dict[str, Any]] = [{"target": "orders", "columns": {"ordered_at": "at"}}]


def test_a_source_file_is_found_by_its_own_folder(tmp_path: Path) -> None:
    assert Source(**MAPPED, records=RECORDS, folder=tmp_path).patterns == [str(tmp_path / "*.csv")]


def test_a_folder_of_any_name_is_a_name_and_no_pattern(tmp_path: Path) -> None:
    source = Source(**MAPPED, folder=tmp_path / "[2026]")
    assert source.patterns == [str(tmp_path / "[[]2026]" / "*.csv")]
    assert source.shown_patterns == str(tmp_path / "[2026]" / "*.csv")


def refusal(**said: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Source(**{**MAPPED, **said})
    return str(refused.value)


def test_many_patterns_are_of_one_folder(tmp_path: Path) -> None:
    many = Source(name="orders", kind="shopify", path=("a.json", "b/*.json"), folder=tmp_path)
    assert many.patterns == [str(tmp_path / "a.json"), str(tmp_path / "b/*.json")]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"records": RECORDS, "received": {"from": "column"}}, "needs received.column"),
        ({"records": RECORDS, "format": "csv", "csv": {"header": False}}, "needs csv.columns"),
        ({"records": [{"target": "order", "columns": {}}]}, "records.0.target"),
        ({"records": RECORDS, "decimal_mark": ";"}, "decimal_mark"),
        ({"records": RECORDS, "time_zone": "Mars"}, "time_zone"),
        ({"records": RECORDS, "tine_zone": "UTC"}, "tine_zone"),
    ],
)
def test_what_does_not_go_together_is_refused(said: dict[str, Any], reason: str) -> None:
    assert reason in refusal(**said)


def test_a_csv_without_header_goes_with_names_of_its_own() -> None:
    csv = {"header": False, "columns": ("id", "at")}
    assert Source(**MAPPED, records=RECORDS, format="csv", csv=csv).csv.columns == ("id", "at")


def test_nothing_is_assumed_where_a_source_is_silent() -> None:
    source = Source(**MAPPED, records=RECORDS)
    assert (source.time_zone, source.rounding, source.duplicates, source.received.how) == (None, None, None, "record")
    assert Received().how == "record"


@pytest.mark.parametrize("pattern", ["(", r"(\d+)+$"])
def test_the_pattern_of_a_date_is_a_regular_expression_that_ends(pattern: str) -> None:
    with pytest.raises(ValidationError, match=r"received\.pattern"):
        Source.model_validate(
            {"name": "a", "kind": "mapped", "path": "*", "received": {"from": "file_name", "pattern": pattern}}
        )
