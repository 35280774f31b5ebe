"""A task for gold.item_last_days: the last-seen index of a range of people, advanced by a day or from all days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.arrays import as_ids
from segspark.features.engine.items import INDEX, ORDER, advance_index, index_items, item_changing_days, splice_index
from segspark.features.engine.reads import ITEM_BYTES, PEOPLE, permitted, read_items, read_people
from segspark.features.feature import Catalogue
from segspark.purposes import PURPOSES
from segspark.tables.ranges import DayFile, OverFiles, read_range


@dataclass(frozen=True)
class ItemTask(OverFiles):
    """The index as of a day, for the ids [low, high).

    Attributes:
        items: files of gold.activity_items known by then.
        people: staged files of listed people.
        state: files of the index of the day before; None computes from all days.
        before: files of gold.features of the day before, for its listed people and their permissions.
    """

    catalogue: Catalogue
    as_of: date
    items: tuple[DayFile, ...]
    people: tuple[str, ...]
    state: tuple[DayFile, ...] | None = None
    before: tuple[DayFile, ...] = ()

    @property
    def files(self) -> dict[str, tuple[DayFile, ...]]:
        return {"items": self.items, "before": self.before} | ({} if self.state is None else {"state": self.state})

    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "ItemTask":
        others: dict[str, Any] = {name: tuple(files.get(name, ())) for name in self.files}
        return replace(self, **others)

    def __call__(self, low: str, high: str) -> pa.Table:
        people = read_people(self.people, low, high)
        if self.state is None:
            return index_items(read_items(self.items, low, high), people, self.catalogue, self.as_of)
        # Learnt today: the items of yesterday, and corrections.
        learnt = read_items([f for f in self.items if f.day == self.as_of], low, high)
        days = item_changing_days(learnt, self.catalogue, self.as_of)
        earlier = read_items([f for f in self.items if f.day < self.as_of and f.meets(days)], low, high)
        items = pa.concat_tables([earlier, learnt])
        near = pc.is_in(items["activity_date"].cast(pa.int32()), pa.array(sorted(days), pa.int32()))
        state = read_index(self.state, low, high)
        columns = ["person_id", *(f"{p}_from" for p in PURPOSES)]
        schema = pa.schema([(f"{n}_from" if n in PURPOSES else n, PEOPLE.field(n).type) for n in PEOPLE.names])
        before = permitted(read_range(self.before, low, high, columns, "as_of_date", schema))
        index, rest = advance_index(state, items.filter(near), people, before, self.catalogue, self.as_of)
        if not rest.num_rows:
            return index
        theirs = read_items(self.items, low, high, rest["person_id"])
        return splice_index(index, rest, index_items(theirs, rest, self.catalogue, self.as_of))

    @property
    def n_bytes(self) -> int:
        return sum(f.rows for f in (self.items if self.state is None else self.state)) * ITEM_BYTES


def read_index(files: tuple[DayFile, ...], low: str, high: str) -> pa.Table:
    """Rows of gold.item_last_days, sorted here because another writer may have changed the order."""
    rows = read_range(files, low, high, [n for n in INDEX.names if n != "as_of_date"], "as_of_date", INDEX)
    ids = as_ids(rows["person_id"])
    return rows if bool(np.all(ids[1:] >= ids[:-1])) else rows.sort_by(ORDER)
