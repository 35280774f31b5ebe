"""A choice of rows that tasks make while they read: few of many, by whom they are about."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Among:
    """The rows whose first of some columns that is not null has one of some values.

    Attributes:
        columns: of one type.
        values: held by each task.
    """

    columns: tuple[str, ...]
    values: pa.Array

    def of(self, rows: pa.Table) -> pa.ChunkedArray:
        """Whether each row is wanted."""
        return pc.is_in(pc.coalesce(*[rows[name] for name in self.columns]), value_set=self.values)

    def read(self, file: pq.ParquetFile, columns: list[str]) -> pa.Table:
        """The wanted rows of a file; of a row group without any nothing is decoded but the columns that tell."""
        parts = [file.schema_arrow.empty_table().select(columns)]
        for at in range(file.num_row_groups):
            wanted = self.of(file.read_row_group(at, columns=list(self.columns), use_threads=False))
            if pc.any(wanted).as_py():
                parts.append(file.read_row_group(at, columns=columns, use_threads=False).filter(wanted))
        return pa.concat_tables(parts)
