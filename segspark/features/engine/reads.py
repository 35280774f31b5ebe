"""What the tasks of the Arrow engine read besides tiles, for a range of people: listed people, and items."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.purposes import PURPOSES
from segspark.store.parquet import open_parquet
from segspark.tables.ranges import KEY, DayFile, groups_that_meet, read_groups, read_range

PEOPLE = pa.schema([("person_id", pa.string()), ("as_of_date", pa.date32()), *((p, pa.date32()) for p in PURPOSES)])
ITEMS = pa.schema(
    [
        ("person_id", pa.string()),
        ("activity_date", pa.date32()),
        ("applied_as_of", pa.date32()),
        ("n", pa.int64()),
        ("kind", pa.string()),
        ("item", pa.string()),
    ]
)
# Bytes of a row of items, with the numbers that encode its kind, item and person.
ITEM_BYTES = 300


def row_bytes(n_columns: int) -> int:
    """Bytes of a row of integers with its person and days."""
    return 60 + 8 * n_columns


def read_people(paths: Sequence[str], low: str, high: str) -> pa.Table:
    files = [open_parquet(path) for path in paths]
    return pa.concat_tables([PEOPLE.empty_table(), *(read_groups(file, low, high) for file in files)])


def read_people_of_days(paths: Sequence[str], low: str, high: str) -> pa.Table:
    """``read_people`` for people listed on many days: each id is read once and dictionary-encoded in its rows."""
    files = [open_parquet(path, read_dictionary=[KEY]) for path in paths]
    schema = PEOPLE.set(0, pa.field(KEY, pa.dictionary(pa.int32(), pa.string())))
    read = [file.read_row_groups(groups_that_meet(file, low, high), use_threads=False) for file in files]
    rows = pa.concat_tables([schema.empty_table(), *read]).unify_dictionaries().combine_chunks()
    ids = rows[KEY].combine_chunks()
    is_within = pc.and_(pc.greater_equal(ids.dictionary, low), pc.less(ids.dictionary, high)).to_numpy(False)
    numbers = np.where(is_within, np.cumsum(is_within) - 1, -1).astype(np.int32)[ids.indices]
    names = ids.dictionary.filter(pa.array(is_within))
    rows = rows.filter(pa.array(numbers >= 0))
    return rows.set_column(0, KEY, pa.DictionaryArray.from_arrays(numbers[numbers >= 0], names))


def read_items(files: Sequence[DayFile], low: str, high: str, only: pa.ChunkedArray | None = None) -> pa.Table:
    """Rows of gold.activity_items."""
    columns = [n for n in ITEMS.names if n != "applied_as_of"]
    return read_range(files, low, high, columns, "applied_as_of", ITEMS, only)


def permitted(features: pa.Table) -> pa.Table:
    """Listed people and their permissions, from rows of gold.features."""
    return features.select(["person_id", "as_of_date", *(f"{p}_from" for p in PURPOSES)]).rename_columns(PEOPLE.names)
