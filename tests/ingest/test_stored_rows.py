"""Rows of a batch are counted from its staged files, without those that an exception refuses."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from segspark.ingest.stored_rows import APPENDED, WHOLE, rows_by_source
from segspark.sources.parsed import KINDS
from segspark.store import store_at
from segspark.store.parquet import add_part
from segspark.tables.contracts import privacy, silver
from segspark.tables.staging import Staged, StagedFile


def staged(folder: Path, **kinds: list[dict[str, Any]]) -> Staged:
    files = {}
    for kind, rows in kinds.items():
        schema = KINDS[kind].schema
        table = pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in schema}, schema=schema)
        part = add_part(store_at(folder), f"{kind}/", table, "lz4")
        files[kind] = [StagedFile(str(folder / part.name), len(rows))]
    return Staged(None, KINDS, files)  # type: ignore[arg-type]


def test_accepted_rows_are_counted_by_source(tmp_path: Path) -> None:
    rows = staged(
        tmp_path,
        events=[{"source": "mails", "no": 1}, {"source": "mails", "no": 2}, {"source": "shop", "no": 3}],
        profiles=[{"source": "crm", "no": 2}],
        joined=[{"identifier_id": "a"}, {"identifier_id": "b"}],
        exceptions=[
            {"kind": "events", "no": 1, "verdict": "duplicate"},
            {"kind": "events", "no": 1, "verdict": "expired"},
            # Another version of a row is kept, and an exception of another kind is about other rows.
            {"kind": "events", "no": 3, "verdict": "other_version"},
            {"kind": "lines", "no": 2, "verdict": "duplicate"},
        ],
    )
    assert rows_by_source(rows, "events", "events") == {"mails": 1, "shop": 1}
    assert rows_by_source(rows, "profiles", "profiles") == {"crm": 1}
    assert rows_by_source(rows, "joined", None) == {"": 2}
    assert rows_by_source(rows, "lines", "lines") == {}


def test_every_table_that_a_batch_writes_is_counted() -> None:
    counted = {table.name for table, *_ in APPENDED} | {table.name for table in WHOLE}
    assert counted == {table.name for table in (*silver.TABLES, *privacy.TABLES)}
