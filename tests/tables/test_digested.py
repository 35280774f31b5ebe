"""Files without a digest are counted: of the table's log, and of its data."""

from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
from tables.test_log_digests import TOYS

from segspark.tables.digested import undigested
from segspark.tables.lake import Lake


def test_files_of_other_programs_have_no_digest(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert undigested(lake, TOYS) == 0
    rows = pa.table({"person_id": ["a"], "n": [1], "as_of_date": [date(2026, 5, 1)]})
    lake.append_small(TOYS, rows, once="1")
    assert undigested(lake, TOYS) == 0
    deltalake.write_deltalake(lake.path(TOYS), rows, mode="append")
    # A commit and a data file.
    assert undigested(lake, TOYS) == 2
