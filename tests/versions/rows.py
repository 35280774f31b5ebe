"""What a run left in a lake, as digests that do not depend on when, where or by which configuration it ran."""

import hashlib
from pathlib import Path

import deltalake
import pyarrow as pa

# Clocks, and identities that are hashes of the configuration, so of the path.
VARIES = {"run_id", "written_at", "duration_s", "config_hash", "inputs", "outputs"}


def digests(lake: Path) -> dict[str, dict[str, str]]:
    """Table -> column -> digest of its values, in any order; ``rows`` is their number."""
    return {
        log.parent.relative_to(lake).as_posix(): of_table(log.parent) for log in sorted(lake.glob("*/*/_delta_log"))
    }


def of_table(folder: Path) -> dict[str, str]:
    return of_rows(deltalake.DeltaTable(str(folder)).to_pyarrow_table())


def of_rows(rows: pa.Table) -> dict[str, str]:
    columns = {c: sorted(repr(value) for value in rows[c].to_pylist()) for c in rows.column_names if c not in VARIES}
    return {
        "rows": str(rows.num_rows),
        **{name: hashlib.sha256("\n".join(values).encode()).hexdigest()[:16] for name, values in columns.items()},
    }


def differences(mine: dict[str, dict[str, str]], theirs: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Table -> the columns that differ."""
    found = {
        table: [c for c in {**mine.get(table, {}), **theirs.get(table, {})}
                if mine.get(table, {}).get(c) != theirs.get(table, {}).get(c)]
        for table in sorted({*mine, *theirs})
    }  # fmt: skip
    return {table: columns for table, columns in found.items() if columns}
