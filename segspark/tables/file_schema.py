"""The columns of written files against those of the table's log, before a commit names the files.

A file that holds other types than the log says makes the whole table unreadable: Spark reads no double where a bigint
is declared, and says so to every reader from then on.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import deltalake
import pyarrow as pa

from segspark.errors import CheckFailed
from segspark.tables.contracts.contract import Contract


def columns_of(schema: pa.Schema) -> dict[str, str]:
    """Name -> type, as both the schema of a file and that of a log say it."""
    return {field.name: type_of(field.type) for field in schema}


def type_of(kind: pa.DataType) -> str:
    """A type as Parquet stores it: without what only Arrow tells apart, as large strings and dictionaries."""
    if pa.types.is_dictionary(kind):
        return type_of(kind.value_type)
    if pa.types.is_map(kind):
        return f"map<{type_of(kind.key_type)},{type_of(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{','.join(f'{f.name}:{type_of(f.type)}' for f in kind)}>"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"array<{type_of(kind.value_type)}>"
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return "binary"
    if pa.types.is_timestamp(kind):
        return f"timestamp[{kind.unit}]" if kind.tz else f"timestamp_ntz[{kind.unit}]"
    return str(kind)


def check_files(contract: Contract, table: deltalake.DeltaTable, added: Sequence[Mapping[str, Any]]) -> None:
    """
    Args:
        added: entries of ``parts.write_parts``, each with the columns of its file.

    Raises:
        CheckFailed: a file has a column of another type than the log, one that the log does not name, or lacks one that
            every row needs. Nothing was committed.
    """
    if problems := problems_of_files(pa.schema(table.schema()), table.metadata().partition_columns, added):
        raise CheckFailed(
            f"{contract.name}: the files that were written do not fit version {table.version()} of the table: "
            f"{'; '.join(problems)}. Nothing was committed, since nobody could read the table afterwards. "
            "Run: segspark migrate --dry-run"
        )


def problems_of_files(schema: pa.Schema, partitions: Collection[str], added: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the columns of written files differ from those of a log; nothing if they fit."""
    fields = [f for f in schema if f.name not in partitions]
    known = {f.name: type_of(f.type) for f in fields}
    needed = {f.name for f in fields if not f.nullable}
    return sorted(
        {p for columns in {str(f["columns"]) for f in added} for p in _problems(json.loads(columns), known, needed)}
    )


def _problems(columns: Mapping[str, str], known: Mapping[str, str], needed: set[str]) -> list[str]:
    other = [
        f"{n} is {kind}, where {known[n]} is declared" for n, kind in columns.items() if known.get(n, kind) != kind
    ]
    strange = [f"{n} is declared nowhere" for n in columns if n not in known]
    missing = [f"{n} is missing, which every row needs" for n in sorted(needed - columns.keys())]
    return other + strange + missing
