"""What publishing would change: which segments come, go or are defined anew. tests/app looks at who moves."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, store_rows
from pyspark.sql import SparkSession

from segspark.errors import GateClosed
from segspark.query.plan import _planned, plan_segments
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake


@pytest.mark.parametrize(
    ("new", "old", "is_defined", "change"),
    [
        ("v1", None, True, "new"),
        ("v1", "v1", True, "same"),
        ("v2", "v1", True, "redefined"),
        # Nobody is in it any more, yet it is there.
        (None, "v1", True, "redefined"),
        (None, "v1", False, "gone"),
    ],
)
def test_a_segment_breaks_whoever_names_it_only_where_it_is_gone(
    new: str | None, old: str | None, is_defined: bool, change: str
) -> None:
    row: dict[str, Any] = {
        "scheme": "rules", "new_version": new, "old_version": old, "new_name": new and "New", "old_name": old and "Old",
        "before": 3, "after": 4, "entered": 2, "left": 1,
    }  # fmt: skip
    assert _planned(row, is_defined) == {
        "scheme": "rules", "segment": "New" if new else "Old", "change": change, "before": 3, "after": 4, "entered": 2,
        "left": 1, "is_breaking": change == "gone",
    }  # fmt: skip


def test_a_day_without_segments_has_nothing_to_compare_with(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    day = date(2026, 5, 3)
    store_rows(lake, gold.FEATURES, {"person_id": "ann", "as_of_date": day})
    with pytest.raises(GateClosed, match=r"no segments of 2026-05-03 to compare with. Run: segspark run daily"):
        plan_segments(workspace, lake, day)
