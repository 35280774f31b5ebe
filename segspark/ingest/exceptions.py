"""The exceptions of some staged rows: of a month that is delivered again, a task reads those of the files of its rows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from segspark.sources.parsed import FILE_BITS
from segspark.store.parquet import read_parquet
from segspark.tables.staging import StagedFile

Numbers = npt.NDArray[np.int64]


def read_exceptions(files: Sequence[StagedFile], kind: str, numbers: Numbers) -> pa.Table:
    """no and verdict of the exceptions of a kind among these rows.

    Args:
        files: staged exceptions.
        numbers: ``no`` of the rows.
    """
    of_kind = [("kind", "=", kind)]
    parts = list(_parts(files, "no", ["no", "verdict"], of_kind, numbers))
    return pa.concat_tables([pa.table({"no": pa.array([], pa.int64()), "verdict": pa.array([], pa.string())}), *parts])


def read_disposed(files: Sequence[StagedFile], numbers: Numbers) -> pa.Table:
    """record and disposition of these records, where nothing was accepted from them.

    Args:
        files: staged dispositions.
        numbers: of the records.
    """
    parts = list(_parts(files, "record", ["record", "disposition"], [], numbers))
    empty = pa.table({"record": pa.array([], pa.int64()), "disposition": pa.array([], pa.string())})
    return pa.concat_tables([empty, *parts])


def _parts(
    files: Sequence[StagedFile],
    number: str,
    columns: list[str],
    filters: Sequence[tuple[str, str, object]],
    numbers: Numbers,
) -> Iterator[pa.Table]:
    """One file after the other, and of each the rows with these numbers alone."""
    if not len(numbers):
        return
    wanted = np.unique(numbers >> FILE_BITS)
    for file in files:
        # Rows that an earlier version has staged do not tell their file.
        theirs = np.intersect1d(wanted, np.fromiter(file.days, np.int64)) if file.days else wanted[:0]
        if file.days and not len(theirs):
            continue
        for low, high in _runs(theirs) if len(theirs) else [(None, None)]:
            within = [] if low is None else [("file", ">=", low), ("file", "<=", high)]
            rows = read_parquet(file.path, columns=columns, filters=[*filters, *within] or None)
            is_asked = np.isin(rows[number].to_numpy(), numbers)
            if is_asked.any():
                yield rows.filter(pa.array(is_asked))


def _runs(numbers: Numbers) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of numbers without a gap."""
    edges = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1).tolist(), len(numbers)]
    for first, end in pairwise(edges):
        yield int(numbers[first]), int(numbers[end - 1])


def refused(exceptions: pa.Table) -> Numbers:
    """The numbers of the rows that an exception refuses; other versions of a row are kept."""
    found: Numbers = exceptions.filter(pc.not_equal(exceptions["verdict"], "other_version"))["no"].to_numpy()
    return found
