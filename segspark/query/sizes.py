"""The sizes of a day's segments, counted file by file: however many people there are, a part of them is in memory."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from segspark.pipeline.view import View
from segspark.segments.lookup import is_provisional_day
from segspark.store.parquet import open_parquet
from segspark.tables.contracts import gold

_KEYS = ("scheme", "segment_id", "segment_name")
_FLAG = "is_contactable"


def sizes_of_day(view: View, day: date) -> list[dict[str, Any]]:
    """One row per segment of a day: scheme, segment_name, segment_id, people, contactable, segment_date, is_provisional."""
    people, contactable = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for rows in _batches(view, day):
        _count(rows, people, contactable)
    is_provisional = is_provisional_day(view, day)
    segments = [
        {
            "scheme": scheme,
            "segment_name": name,
            "segment_id": segment_id,
            "people": n,
            "contactable": contactable[scheme, segment_id, name],
            "segment_date": day,
            "is_provisional": is_provisional,
        }
        for (scheme, segment_id, name), n in people.items()
    ]
    return sorted(segments, key=lambda r: (r["scheme"], -r["people"], r["segment_name"]))


def _batches(view: View, day: date) -> Iterator[pa.RecordBatch]:
    """Parts of the day's memberships, with the segments as dictionaries."""
    columns = [*_KEYS, _FLAG]
    if view.facts(gold.SEGMENTS).why_not_plain:
        yield from view.read_small(gold.SEGMENTS, [("segment_date", "=", day)], columns).to_batches()
        return
    for file in view.part_files(gold.SEGMENTS):
        if str(file.partition["segment_date"]) == day.isoformat():
            yield from open_parquet(file.url, read_dictionary=list(_KEYS)).iter_batches(columns=columns)


def _count(rows: pa.RecordBatch, people: Counter[tuple[str, ...]], contactable: Counter[tuple[str, ...]]) -> None:
    """Count by codes: `group_by` and `to_numpy` would import pandas, which takes half a second."""
    columns = [_encoded(rows.column(name)) for name in _KEYS]
    code = np.zeros(rows.num_rows, dtype=np.int64)
    for column in columns:
        code = code * len(column.dictionary) + np.from_dlpack(column.indices)
    _, first, segment, n = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    may = np.bincount(segment, np.from_dlpack(rows.column(_FLAG).cast(pa.int8())), len(n))
    for at, n_people, n_may in zip(first.tolist(), n.tolist(), may.tolist(), strict=True):
        key = tuple(str(column[at]) for column in columns)
        people[key] += n_people
        contactable[key] += int(n_may)


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
