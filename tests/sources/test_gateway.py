"""A provider's files through the gateway: every record is taken or refused, and stands in its place."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sources.in_process import plan_of
from sources.in_process import staged as run

from segspark.sources.files import InputFile
from segspark.sources.gateway import TaskError, no_cyclic_collection, without_values
from segspark.sources.plan import Arrival, Limits
from segspark.sources.sendgrid import SENDGRID

NOON = 1_780_315_200_000_000
OPEN = {"event": "open", "timestamp": 1_780_315_100, "email": "ann@example.com", "sg_event_id": "e1"}


def staged(folder: Path, *files: bytes, groups: tuple[tuple[int, ...], ...] | None = None, **limits: int) -> Any:
    """What the first group of files becomes, by kind."""
    given = []
    for at, content in enumerate(files):
        path = folder / f"in-{at}.json"
        path.write_bytes(content)
        given.append(InputFile("mails", str(path), path.name, f"{at}" * 32, len(content), NOON, at))
    chosen = [[given[at] for at in group] for group in groups or (tuple(range(len(given))),)]
    return run(plan_of(SENDGRID, folder, chosen, limits=Limits(**limits), arrival=Arrival("UTC", NOON)), 0)


def refused(rows: Any) -> list[tuple[int, str, list[str]]]:
    return [(r["position"], r["stage"], r["reasons"]) for r in rows.get("refused", [])]


def lines(*records: Any) -> bytes:
    return b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)


def test_records_are_counted_by_their_place_whether_they_are_taken_or_not(tmp_path: Path) -> None:
    found = staged(tmp_path, lines(OPEN, b'{"a":1,"a":2}', b"7", b'"text"', {**OPEN, "sg_event_id": "e2"}))
    assert [r["position"] for r in found["records"]] == [0, 4]
    assert [(e["event_id"], e["record"]) for e in found["events"]] == [("e1", 1), ("e2", 5)]
    assert refused(found) == [(1, "parse", ["dup_key"]), (2, "parse", ["type"]), (3, "parse", ["type"])]


def test_what_the_adapter_refuses_is_kept_with_its_reasons(tmp_path: Path) -> None:
    found = staged(tmp_path, lines({**OPEN, "timestamp": "noon"}))
    assert refused(found) == [(0, "parse", ["type:timestamp"])]
    assert "events" not in found


def test_a_broken_file_is_refused_whole_and_the_others_are_read(tmp_path: Path) -> None:
    found = staged(tmp_path, b"x" * 5_000, lines(OPEN), max_inflated_bytes=4_000)
    assert refused(found) == [(-1, "read", ["file_too_large"])]
    assert [(r["file_name"], r["position"]) for r in found["records"]] == [("in-1.json", 0)]
    assert found["events"][0]["record"] >> 32 == 1


def test_a_task_reads_the_files_of_its_group_only(tmp_path: Path) -> None:
    found = staged(tmp_path, lines(OPEN), lines({**OPEN, "sg_event_id": "e2"}), groups=((1,), (0,)))
    assert [e["event_id"] for e in found["events"]] == ["e2"]


def test_the_limits_of_a_record_are_those_of_the_plan(tmp_path: Path) -> None:
    deep = {**OPEN, "more": {"a": {"b": 1}}}
    assert refused(staged(tmp_path, lines(deep), max_depth=2)) == [(0, "parse", ["depth"])]
    assert refused(staged(tmp_path, lines(deep), max_record_bytes=50)) == [(0, "parse", ["too_large"])]
    assert refused(staged(tmp_path, lines(deep), max_depth=3)) == []


def test_an_unexpected_error_of_a_task_says_where_and_nothing_of_what_was_read() -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"n": [1]})
        int("zqann@example.com")

    batches = without_values(failing())
    assert next(batches).num_rows == 1
    with pytest.raises(TaskError, match=r"^ValueError at test_gateway\.py:\d+$") as told:
        next(batches)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_the_search_for_cycles_rests_meanwhile_and_goes_on_afterwards_even_after_an_error() -> None:
    assert gc.isenabled()
    during = []

    def fail() -> None:
        with no_cyclic_collection():
            during.append(gc.isenabled())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert during == [False]
    assert gc.isenabled()


def test_who_has_switched_it_off_finds_it_off() -> None:
    gc.disable()
    try:
        with no_cyclic_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
