"""What a source's YAML may say, and what it may not say together."""

from pathlib import Path
from typing import Any

from segspark.sources.spec import Source

MAPPED: dict[str, Any] = {"name": "orders", "kind": "mapped", "path": "*.csv"}
RECORDS: list[dict[str, Any]] = [{"target": "orders", "columns": {"ordered_at": "at"}}]


def test_a_source_file_is_found_by_its_own_folder(tmp_path: Path) -> None:
    assert Source(**MAPPED, records=RECORDS, folder=tmp_path).patterns == [str(tmp_path / "*.csv")]
