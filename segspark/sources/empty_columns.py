"""Columns that a mapping cannot do without, and that are empty in all rows of a file: the mapping, or the file, is wrong.

Each row by itself may lack a value. A file whose orders all have no amount is another matter: taken in, they would be
orders of nothing.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from segspark.errors import GateClosed
from segspark.sources.convert import REQUIRED
from segspark.sources.files import InputFile
from segspark.sources.mapping import Mapping
from segspark.tables.staging import NAMED_SCHEMA, StagedFile

# Among the names of staged files: what a task tells of its files beside them.
KIND = "empty_column"
# A file of fewer rows may well have none with a value.
LEAST_ROWS = 5
_AMOUNTS = {"orders": ("amount", "amount_cents"), "order_lines": ("amount", "amount_cents", "unit_price")}


class EmptyColumns:
    """Counts the rows of each file that have a value in the needed columns."""

    def __init__(self, mapping: Mapping) -> None:
        optional = set(mapping.source.optional)
        columns = {o.name: set(o.columns) for o in mapping.outputs}
        self._needed: list[tuple[str, str, str]] = []
        for at, record in enumerate(mapping.source.records):
            names = {*REQUIRED[record.target], *_AMOUNTS.get(record.target, ())} & set(record.columns)
            labels = [(f"r{at}_{name}", name) for name in sorted(names)]
            labels += [(f"r{at}__id", "identifier")] if record.identifier else []
            self._needed += [
                (f"r{at}__where" if record.where else "", output, label)
                for output, label in labels
                if columns[output] and not columns[output] <= optional
            ]
        self._seen: dict[tuple[str, str], list[int]] = {}

    def see(self, file: InputFile, row: dict[str, Any]) -> None:
        for where, output, label in self._needed:
            if where and not row[where]:
                continue
            counts = self._seen.setdefault((file.name, label), [0, 0])
            counts[0] += 1
            counts[1] += bool(row[output] and row[output].strip())

    def named(self) -> Iterator[pa.RecordBatch]:
        """The empty columns, as rows among the names of the staged files."""
        empty = [
            dict(zip(NAMED_SCHEMA.names, (KIND, json.dumps([file, label]), n, "{}"), strict=True))
            for (file, label), (n, n_filled) in self._seen.items()
            if n >= LEAST_ROWS and not n_filled
        ]
        if empty:
            yield pa.RecordBatch.from_pylist(empty, schema=NAMED_SCHEMA)


def check_empty(told: Sequence[StagedFile]) -> None:
    """
    Args:
        told: what the tasks told of their files, of the kind ``KIND``.

    Raises:
        GateClosed: a needed column is empty throughout a file.
    """
    if told:
        found = [(*json.loads(one.path), one.rows) for one in told]
        lines = [f"  {file}: {label} is empty in all of its {n:,} rows" for file, label, n in found]
        raise GateClosed(
            "A column that the mapping needs is empty throughout a file. Nothing was written.\n"
            + "\n".join(lines)
            + "\nCorrect the expression (segspark sources check NAME shows the file's columns), or name the columns that it "
            "reads under `optional` in the source's YAML."
        )
