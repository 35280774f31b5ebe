"""When a record was received: by the first way that can tell."""

import json
from pathlib import Path
from typing import Any

import pytest
from sources.in_process import ARRIVAL, RECEIVED, plan_of, staged
from sources.places import RECORDS

from segspark.sources.files import InputFile
from segspark.sources.receipt import of_content, of_file, of_record, received_at
from segspark.sources.registry import PROVIDERS
from segspark.sources.vocabulary import Produced

DATED = InputFile("mails", "/x/f", "f", "f" * 32, 1, 20)
UNDATED = InputFile("mails", "/x/f", "f", "f" * 32, 1, None)
TOLD = Produced(received_at=10, events=[{"occurred_at": 30}])
SILENT = Produced(events=[{"occurred_at": 30}, {"occurred_at": 31}])


def test_each_way_tells_its_own_time_or_nothing() -> None:
    assert (of_record(TOLD, DATED), of_record(SILENT, DATED)) == (10, None)
    assert (of_file(TOLD, DATED), of_file(TOLD, UNDATED)) == (20, None)
    assert (of_content(SILENT, DATED), of_content(Produced(), DATED)) == (31, None)


def test_content_is_asked_for_what_happened_before_what_was_only_noted() -> None:
    said = Produced(
        orders=[{"ordered_at": 5}], consents=[{"recorded_at": None, "effective_at": 7}], profiles=[{"valid_from": 9}]
    )
    assert of_content(said, UNDATED) == 5
    said.orders = []
    assert of_content(said, UNDATED) == 7
    said.consents = []
    assert of_content(said, UNDATED) == 9


def test_the_order_of_the_ways_decides_and_the_run_where_none_tells() -> None:
    assert received_at((of_record, of_file, of_content), TOLD, DATED, 99) == 10
    assert received_at((of_file, of_content), TOLD, DATED, 99) == 20
    assert received_at((of_record, of_file, of_content), SILENT, UNDATED, 99) == 31
    assert received_at((of_record, of_file), SILENT, UNDATED, 99) == 99
    # The beginning of 1970 is a time too.
    assert received_at((of_record,), Produced(received_at=0), UNDATED, 99) == 0


def received(kind: str, record: dict[str, Any], file_at: int | None, folder: Path) -> int:
    """When the gateway says that a record was received, in a file that tells so or not."""
    path = folder / "f.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, file_at)
    (row,) = staged(plan_of(PROVIDERS.find(kind), folder, [[file]], arrival=ARRIVAL), 0)["records"]
    return int(row["received_at"].timestamp() * 1_000_000)


@pytest.mark.parametrize("kind", ["sendgrid", "mailgun", "postmark", "ses", "segment", "shopify"])
def test_the_file_tells_before_the_record_s_own_time(kind: str, tmp_path: Path) -> None:
    record = RECORDS[kind][1]("accepted", "")
    assert received(kind, record, RECEIVED, tmp_path) == RECEIVED
    # Without it the record's time is of the days before.
    assert RECEIVED - 7 * 86_400_000_000 < received(kind, record, None, tmp_path) < RECEIVED


def test_a_call_with_a_time_of_receipt_tells_before_its_file(tmp_path: Path) -> None:
    record = {**RECORDS["segment"][1]("accepted", ""), "receivedAt": "2026-05-09T12:00:00Z"}
    assert received("segment", record, RECEIVED, tmp_path) == RECEIVED - 86_400_000_000
