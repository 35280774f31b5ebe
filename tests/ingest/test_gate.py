"""A run in which most of a source is refused stops, and says why, where and what to do, without a value."""

from typing import Any

import pytest
from pyspark.sql import SparkSession
from sources.in_process import ARRIVAL, plan_of, staged_files

from segspark.errors import GateClosed
from segspark.ingest.gate import check_quarantine, read_refusals
from segspark.sources.files import InputFile
from segspark.sources.fixes import FIXES, OF_A_FILE, OTHERWISE, fix_of
from segspark.sources.parsed import KINDS
from segspark.sources.registry import PROVIDERS
from segspark.tables.staging import Staged


def counted(accepted: int, quarantined: int, source: str = "mails") -> list[dict[str, Any]]:
    return [
        {"source": source, "disposition": "accepted", "n_records": accepted},
        {"source": source, "disposition": "quarantined", "n_records": quarantined},
    ]


@pytest.fixture(scope="module")
def refused(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Staged, dict[str, list[InputFile]]]:
    folder = tmp_path_factory.mktemp("refused")
    lines = [b'{"event":"open"}'] * 3 + [b'{"event":"open","email":"zqann","timestamp":1777882530}', b"{"]
    path = folder / "mails-1.json"
    path.write_bytes(b"\n".join(lines))
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at, 4)
    files = staged_files(plan_of(PROVIDERS.find("sendgrid"), folder, [[file]], arrival=ARRIVAL), 0)
    return Staged(spark, KINDS, files), {"mails": [file]}


def test_up_to_the_limit_nothing_happens(refused: tuple[Staged, dict[str, list[InputFile]]]) -> None:
    staged, files = refused
    check_quarantine(staged, counted(80, 20), files, 0.2)
    # Of fewer than twenty records nothing is concluded.
    check_quarantine(staged, counted(0, 19), files, 0.2)


def test_beyond_it_each_reason_has_its_count_an_example_and_what_to_do(
    refused: tuple[Staged, dict[str, list[InputFile]]],
) -> None:
    staged, files = refused
    with pytest.raises(GateClosed) as closed:
        check_quarantine(staged, [*counted(79, 21), *counted(100, 0, "orders")], files, 0.2)
    text = str(closed.value)
    assert "source mails: 21 of 100 records would be quarantined" in text
    assert "orders" not in text
    assert f"  missing:email: 3, for example mails-1.json, record 1\n    {FIXES['missing']}" in text
    assert f"  address: 1, for example mails-1.json, record 4\n    {FIXES['address']}" in text
    assert "zqann" not in text


def test_reasons_are_counted_by_source_the_most_frequent_first(
    refused: tuple[Staged, dict[str, list[InputFile]]],
) -> None:
    assert [(r.reason, r.n_records, r.position) for r in read_refusals(*refused)] == [
        ("missing:email", 3, 0), ("address", 1, 3), ("json", 1, 4),
    ]  # fmt: skip


def test_every_reason_has_advice() -> None:
    assert fix_of("type:total") == FIXES["type"]
    assert fix_of("file_truncated") == OF_A_FILE
    assert fix_of("something new") == OTHERWISE
