"""Read a whole small table on the driver, file by file.

Not by a dataset of Arrow: its threads read through Python, and one that still does so when the process ends aborts it
("terminate called without an active exception").
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from struct import pack
from typing import Any
from urllib.parse import unquote

import deltalake
import pyarrow as pa
import pyarrow.compute as pc

from segspark.store import Store
from segspark.store.parquet import open_parquet
from segspark.tables.log_actions import actions_in_log
from segspark.time import day_number

Filters = Sequence[tuple[str, str, object]]
# Not by an expression of Arrow's datasets: they import pandas.
_TESTS: Mapping[str, Callable[[pa.ChunkedArray, Any], pa.ChunkedArray]] = {
    "=": lambda column, value: pc.equal(column, scalar_of(value, column.type)),
    "!=": lambda column, value: pc.not_equal(column, scalar_of(value, column.type)),
    "<": lambda column, value: pc.less(column, scalar_of(value, column.type)),
    "<=": lambda column, value: pc.less_equal(column, scalar_of(value, column.type)),
    ">": lambda column, value: pc.greater(column, scalar_of(value, column.type)),
    ">=": lambda column, value: pc.greater_equal(column, scalar_of(value, column.type)),
    "in": lambda column, values: pc.is_in(column, value_set=pa.array(list(values), column.type)),
}


def scalar_of(value: Any, type_: pa.DataType) -> pa.Scalar:
    """A value as Arrow's; of texts and days without `pa.scalar`, which imports pandas."""
    if isinstance(value, str) and pa.types.is_string(type_):
        content = value.encode()
        ends = pa.py_buffer(pack("<ii", 0, len(content)))
        return pa.StringArray.from_buffers(1, ends, pa.py_buffer(content))[0]
    if type(value) is date and pa.types.is_date32(type_):
        return pa.Array.from_buffers(type_, 1, [None, pa.py_buffer(pack("<i", day_number(value)))])[0]
    return pa.scalar(value, type_)


def read_table(
    table: deltalake.DeltaTable, store: Store, filters: Filters | None, columns: Sequence[str] | None
) -> pa.Table:
    """The rows of a table that has plain files.

    Args:
        store: of the table's folder.
        filters: column, one of ``_TESTS`` and value; all hold.

    Raises:
        DamagedFile: a file does not hold what was written.
    """
    schema = pa.schema(table.schema())
    wanted = [schema.field(name) for name in (columns if columns is not None else schema.names)]
    needed = pa.schema({f.name: f for f in (*wanted, *(schema.field(name) for name, _, _ in filters or ()))}.values())
    # Not `empty_table`, which imports pandas, as `pa.array` does: it takes half a second.
    parts = [pa.table([pa.nulls(0, field.type) for field in needed], schema=needed)]
    partitions = table.metadata().partition_columns
    actions = actions_in_log(table)
    for at, action in enumerate(actions.to_pylist()):
        of_file = [f for f in filters or () if f[0] in partitions and f[1] == "="]
        if all(str(action[f"partition.{name}"]) == str(value) for name, _, value in of_file):
            values = {name: actions[f"partition.{name}"].slice(at, 1) for name in partitions}
            rows = rows_of_file(store.url_of(unquote(action["path"])), needed, values)
            for name, op, value in [f for f in filters or () if f not in of_file]:
                rows = rows.filter(_TESTS[op](rows[name], value))
            parts.append(rows)
    return pa.concat_tables(parts).select([f.name for f in wanted])


def rows_of_file(url: str, schema: pa.Schema, values: Mapping[str, Any]) -> pa.Table:
    """The rows of a file with its partition; a column that the table gained later is null.

    Args:
        values: of the partition, or columns that hold one each.
    """
    file = open_parquet(url)
    have = set(file.schema_arrow.names)
    stored = file.read(columns=[n for n in schema.names if n in have])
    n = file.metadata.num_rows
    # As many indices of the first row, made without `pa.array` and scalars, which import pandas.
    firsts = pa.Array.from_buffers(pa.int64(), n, [None, pa.py_buffer(bytes(8 * n))])

    def column(field: pa.Field) -> Any:
        if field.name in values:
            value = values[field.name]
            one = value if isinstance(value, pa.ChunkedArray) else pa.array([value], field.type)
            return one.take(firsts).cast(field.type)
        return stored[field.name].cast(field.type) if field.name in have else pa.nulls(n, field.type)

    return pa.table([column(field) for field in schema], schema=schema)
