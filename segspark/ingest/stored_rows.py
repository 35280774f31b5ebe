"""How many rows a batch brings into each table: counted from what it staged, apart from those who write the tables.

The counts are recorded with the batch, so that ``segspark doctor --deep`` can tell a table that has lost rows or holds
some of them twice.
"""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from segspark.ingest.exceptions import read_exceptions, refused
from segspark.pipeline.step import Step
from segspark.store.parquet import read_parquet
from segspark.tables.contracts import privacy, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import Staged

# What each batch appends: table, the kind of its staged rows, the kind that their exceptions are listed under.
APPENDED: tuple[tuple[Contract, str, str | None], ...] = (
    (silver.EVENTS, "events", "events"),
    (silver.OBJECTIONS, "objections", "events"),
    (silver.ORDER_LINES, "lines", "lines"),
    (silver.PROFILES, "profiles", "profiles"),
    (silver.CONSENTS, "consents", "consents"),
    (silver.IDENTITY_LINKS, "joined", None),
    (silver.UNINTRODUCED, "unintroduced", None),
)
# Tables whose rows later batches replace: only all their rows can be counted.
WHOLE = (silver.ORDERS, privacy.IDENTITIES, privacy.LAST_OPENS)


def stored_rows(step: Step, staged: Staged) -> dict[str, Any]:
    """What is recorded of a batch whose rows are written.

    Returns:
        rows: those that the batch added, by table and source ("" where a table knows no source); all_rows: those of
        tables whose rows are replaced, after the batch.
    """
    added = {table.name: rows_by_source(staged, kind, of) for table, kind, of in APPENDED}
    return {
        "rows": {name: counts for name, counts in added.items() if counts},
        "all_rows": {table.name: step.facts(table).rows for table in WHOLE},
    }


def rows_by_source(staged: Staged, kind: str, exceptions_of: str | None) -> dict[str, int]:
    """Accepted rows of a kind, file by file."""
    exceptions = staged.files.get("exceptions", ()) if exceptions_of else ()
    counts: Counter[str] = Counter()
    for file in staged.files.get(kind, ()):
        has_source = "source" in staged.kinds[kind].schema.names
        columns = [*(["source"] if has_source else []), *(["no"] if exceptions_of else [])]
        if not columns:
            counts[""] += file.rows
            continue
        rows = read_parquet(file.path, columns=columns)
        if exceptions and exceptions_of:
            numbers = rows["no"].to_numpy()
            away = refused(read_exceptions(exceptions, exceptions_of, numbers))
            rows = rows.filter(pa.array(~np.isin(numbers, away)))
        for pair in rows["source"].value_counts().to_pylist():
            counts[pair["values"]] += pair["counts"]
    return {source: n for source, n in sorted(counts.items()) if n}
