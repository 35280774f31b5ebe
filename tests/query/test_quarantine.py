"""The quarantine as an operator sees it: reasons, places and advice, and records only for whoever holds the key."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pseudonyms import load_key
from segspark.query.quarantine import list_quarantine, show_quarantine
from segspark.sources.fixes import FIXES
from segspark.sources.sealing import RecordSealer
from segspark.tables.contracts import bronze
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.tables.lake import Lake

UNTIL = date(2026, 6, 2)


def refused(n: int, source: str, *reasons: str, **more: Any) -> dict[str, Any]:
    day = date(2026, 5, n)
    return {
        "source": source, "file_id": f"f{n}", "file_name": f"{source}-{n}.json", "position": n, "length": 9,
        "received_at": datetime(2026, 5, n, 12, tzinfo=UTC), "received_date": day, "stage": "parse",
        "reasons": list(reasons), "record_hash": "h", "sealed": None, "kept_until": None, "run_id": "r",
        "replayed_by": None, **more,
    }  # fmt: skip


def quarantined(folder: Path, record: bytes = b'{"to":"zqann@example.com"}') -> Workspace:
    """A workspace whose lake holds five refused records, one of which was taken in since; no JVM is needed."""
    workspace = make_workspace(folder)
    sealed = RecordSealer(load_key(workspace.keys.environment, workspace.keys.file)).seal(record)
    rows = [
        refused(2, "mails", "missing:email", sealed=sealed, kept_until=UNTIL),
        refused(3, "mails", "missing:email", "type:url"),
        refused(4, "mails", "missing:email", replayed_by="r2"),
        refused(5, "mails", "file_truncated", position=-1, length=0),
        refused(6, "orders", "scale:amount", sealed=sealed, kept_until=UNTIL),
    ]
    schema = pa.schema([(c.name, ARROW_TYPES[c.type]) for c in bronze.QUARANTINE.columns])
    lake = Lake(workspace.lake)
    lake.create(bronze.QUARANTINE)
    lake.append_small(bronze.QUARANTINE, pa.Table.from_pylist(rows, schema=schema), "once")
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return quarantined(tmp_path_factory.mktemp("refused") / "w")


def test_reasons_are_listed_by_source_with_an_example_and_advice(workspace: Workspace) -> None:
    rows = list_quarantine(workspace)
    assert [(r["source"], r["reason"], r["records"], r["sealed"], r["example"]) for r in rows] == [
        ("mails", "missing:email", 2, 1, "mails-2.json, record 3"),
        ("mails", "file_truncated", 1, 0, "mails-5.json, as a whole"),
        ("mails", "type:url", 1, 0, "mails-3.json, record 4"),
        ("orders", "scale:amount", 1, 1, "orders-6.json, record 7"),
    ]
    assert (rows[0]["since"], rows[0]["until"], rows[0]["fix"]) == (
        date(2026, 5, 2),
        date(2026, 5, 3),
        FIXES["missing"],
    )


def test_records_are_shown_by_place_the_newest_first(workspace: Workspace) -> None:
    rows = show_quarantine(workspace, "mails")
    assert [r["place"] for r in rows] == [
        "mails-5.json, as a whole",
        "mails-3.json, record 4",
        "mails-2.json, record 3",
    ]
    assert [r["kept_until"] for r in rows] == [None, None, UNTIL]
    assert "record" not in rows[0]
    assert [r["place"] for r in show_quarantine(workspace, "mails", "type")] == ["mails-3.json, record 4"]
    assert len(show_quarantine(workspace, "mails", "missing:email", 1)) == 1


def test_a_record_is_opened_on_request(workspace: Workspace) -> None:
    opened = {r["place"]: r["record"] for r in show_quarantine(workspace, "mails", opened=True)}
    assert opened["mails-2.json, record 3"] == '{"to":"zqann@example.com"}'
    assert opened["mails-3.json, record 4"] is None


def test_an_unknown_source_is_an_error_that_names_those_there(workspace: Workspace) -> None:
    with pytest.raises(
        ConfigError, match=r"no record in quarantine of source 'mail'\. Did you mean mails\? There are: mails, orders\."
    ):
        show_quarantine(workspace, "mail")


def test_a_record_is_shown_in_the_encoding_of_its_source(tmp_path: Path) -> None:
    workspace = quarantined(tmp_path / "w", '{"to":"Zoé"}'.encode("cp1252"))
    yaml = Path(workspace.folder) / "sources" / "mails.yaml"
    yaml.write_text(
        "name: mails\nkind: mapped\npath: ../x/*.csv\nformat: csv\ncsv: {encoding: cp1252}\nrecords:\n"
        "  - {target: events, columns: {event_type: a, occurred_at: b}}\n"
    )
    opened = {r["place"]: r["record"] for r in show_quarantine(workspace, "mails", opened=True)}
    assert opened["mails-2.json, record 3"] == '{"to":"Zoé"}'
