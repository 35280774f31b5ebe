"""Tables that are appended to by rows stay quick to read."""

from datetime import UTC, date, datetime
from pathlib import Path

import deltalake
import pyarrow as pa

from segspark.tables.contracts import ops
from segspark.tables.lake import SMALL_FILES, Lake


def test_many_small_appends_become_few_files_and_each_counts_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    n = SMALL_FILES + 10
    for at in [*range(n), 3]:
        row = dict.fromkeys(c.name for c in ops.RUNS.columns)
        said = {"run_id": str(at), "flow": "f", "as_of_date": date(2026, 1, 1), "state": "done"}
        lake.append_small(
            ops.RUNS, pa.Table.from_pylist([{**row, **said, "written_at": datetime.now(UTC)}]), once=str(at)
        )
    table = deltalake.DeltaTable(lake.path(ops.RUNS))
    assert len(table.file_uris()) < SMALL_FILES
    assert sorted(lake.read_small(ops.RUNS)["run_id"].to_pylist(), key=int) == [str(at) for at in range(n)]
