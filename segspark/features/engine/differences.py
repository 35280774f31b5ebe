"""Stored feature values that differ from a recompute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.arrow import RangeTask, feature_schema
from segspark.tables.ranges import DayFile, OverFiles, read_range

DIFFERENCE = pa.schema(
    [("person_id", pa.string()), ("feature", pa.string()), ("stored", pa.string()), ("computed", pa.string())]
)
DIFFERENCE_DDL = "person_id string, feature string, stored string, computed string"
MOST_NAMED = 20


def differences(task: RangeTask, files: tuple[DayFile, ...], low: str, high: str) -> pa.Table:
    """Stored feature values that differ from a recompute, at most ``MOST_NAMED``.

    Args:
        task: computes from all days; listed people and their permissions are taken from the stored rows.
        files: of gold.features of the task's day.
    """
    schema = feature_schema(task.catalogue)
    names = [n for n in schema.names if n != "as_of_date"]
    stored = read_range(files, low, high, names, "as_of_date", schema).sort_by("person_id")
    if not stored.num_rows:
        return DIFFERENCE.empty_table()
    return unequal(stored, task.over(stored, low, high))


@dataclass(frozen=True)
class Differences(OverFiles):
    """``differences`` of a task and the files of gold.features of its day."""

    task: RangeTask
    stored: tuple[DayFile, ...]

    @property
    def files(self) -> dict[str, tuple[DayFile, ...]]:
        return {**self.task.files, "stored": self.stored}

    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "Differences":
        return Differences(self.task.with_files(files), tuple(files.get("stored", ())))

    def __call__(self, low: str, high: str) -> pa.Table:
        return differences(self.task, self.stored, low, high)


def unequal(stored: pa.Table, computed: pa.Table) -> pa.Table:
    """Values that differ, at most ``MOST_NAMED``; both frames hold the same people in the same order."""
    computed = computed.select(stored.column_names).cast(stored.schema)
    rows: list[dict[str, str]] = []
    for name in stored.column_names:
        ours, theirs = stored[name], computed[name]
        same = pc.fill_null(pc.equal(ours, theirs), False)
        same = pc.or_(same, pc.and_(pc.is_null(ours), pc.is_null(theirs)))
        for at in pc.indices_nonzero(pc.invert(same)).to_pylist()[: MOST_NAMED - len(rows)]:
            person = stored["person_id"][at].as_py()
            rows.append({"person_id": person, "feature": name, "stored": str(ours[at]), "computed": str(theirs[at])})
    return pa.Table.from_pylist(rows, schema=DIFFERENCE)
