"""A DuckDB of one question: tables of the lake as views over the files that delta-rs lists.

Files of a local store are read by DuckDB itself, with only the columns and row groups that a query needs; those of a
bucket are read through the store. Either way a file is compared with its checksum before it is read; of a local lake
only while a question reads less than ``MOST_VERIFIED`` bytes, so that a question about fifty million people does not
read every column of theirs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
from sqlglot import exp

from segspark.config.url import scheme_of
from segspark.duck.functions import Column, Dialect, Functions, column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.pipeline.view import View
from segspark.store.parquet import open_parquet, verify_parts
from segspark.tables.contracts.contract import Contract
from segspark.tables.part_files import PartFile

MOST_VERIFIED = 512 << 20
# Rows that are in memory while they are handed on.
_FETCHED = 10_000
# DuckDB's names of the contracts' types.
TYPES = {
    "string": "VARCHAR", "bigint": "BIGINT", "int": "INTEGER", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMPTZ", "map<string,string>": "MAP(VARCHAR, VARCHAR)", "binary": "BLOB",
}  # fmt: skip
_OFF = ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements")
Partition = Mapping[str, Any]
R = TypeVar("R")


class Database:
    """The views and results of one question; use it as a context manager.

    Attributes:
        f: the functions that conditions are compiled with; their constants are the parameters of queries.
        verified: whether every file read so far was compared with its checksum.
    """

    def __init__(self, view: View, verifies_all: bool = False) -> None:
        """
        Args:
            verifies_all: also beyond ``MOST_VERIFIED``, for what leaves the lake.
        """
        self.f, self.verified = Functions(), True
        self._view, self._n, self._n_bytes, self._verifies_all = view, 0, 0, verifies_all
        # No extension is fetched, no variable of this program is taken for a table, and nobody's rows are put on a disk.
        self._connection = duckdb.connect(config={**dict.fromkeys(_OFF, "false"), "temp_directory": ""})

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def table(
        self, contract: Contract, columns: Sequence[str], among: Callable[[Partition], bool] = lambda partition: True
    ) -> exp.Query:
        """Some columns of a table, of the partitions that are wanted; a column that files lack is null.

        Raises:
            OnlyBySpark: the table's files alone are not its rows.
            DamagedFile: a file does not hold what was written.
        """
        if why := self._view.facts(contract).why_not_plain:
            raise OnlyBySpark(f"{contract.name} has {why}, which only Spark reads")
        types = {c.name: TYPES[c.type] for c in contract.columns if c.name in columns}
        empty = exp.select(
            *[exp.alias_(exp.cast(exp.Null(), types[name], dialect=Dialect), name, quoted=True) for name in columns]
        ).where(exp.false())
        parts: list[exp.Query] = [empty]
        files = [file for file in self._view.part_files(contract) if among(file.partition)]
        for partition, those in groupby(sorted(files, key=_of_partition), key=lambda file: dict(file.partition)):
            parts.append(self._part(list(those), partition, types))
        return union(parts)

    def _part(self, files: list[PartFile], partition: Partition, types: Mapping[str, str]) -> exp.Query:
        """The rows of a partition's files, with its values."""
        stored = [name for name in types if name not in partition]
        fixed = [
            exp.alias_(exp.cast(self.f.lit(partition[name]).node, type_, dialect=Dialect), name, quoted=True)
            for name, type_ in types.items()
            if name in partition
        ]
        name = self._new_name()
        if scheme_of(files[0].url):
            self._connection.register(name, _read(files, stored))
        else:
            self._verify(files)
            paths = [file.url for file in files]
            self._connection.read_parquet(paths, union_by_name=len(paths) > 1).create_view(name)
        there = set(self._connection.table(name).columns)
        there_too = [column(n).node for n in stored if n in there]
        return exp.select(*fixed, *there_too).from_(exp.to_table(name))

    def _verify(self, files: Sequence[PartFile]) -> None:
        self._n_bytes += sum(file.size for file in files)
        if self._verifies_all or self._n_bytes <= MOST_VERIFIED:
            verify_parts(file.url for file in files)
        else:
            self.verified = False

    def keep(self, query: exp.Query) -> exp.Table:
        """The rows of a query, computed once."""
        name = self._new_name()
        self._run(exp.Create(this=exp.to_table(name), kind="TABLE", expression=query, properties=_TEMPORARY.copy()))
        return exp.to_table(name)

    def rows(self, query: exp.Query) -> list[dict[str, Any]]:
        """The rows of a query, few of them."""
        return list(self.stream(query))

    def columns(self, query: exp.Query) -> list[str]:
        """The names of a query's columns; no row is computed."""
        nothing = exp.select(exp.Star()).from_(query.subquery("rows")).where(exp.false())
        return [description[0] for description in self._run(nothing).description or ()]

    def stream(self, query: exp.Query) -> Iterator[dict[str, Any]]:
        """The rows of a query one by one, however many."""
        result = self._run(query)
        names = [description[0] for description in result.description or ()]
        while some := result.fetchmany(_FETCHED):
            yield from (dict(zip(names, row, strict=True)) for row in some)

    def arrow(self, query: exp.Query) -> pa.Table:
        """The rows of a query as one table in memory, for whoever has asked for all of them."""
        return self._answered(lambda text, values: self._connection.sql(text, params=values).to_arrow_table(), query)

    def _run(self, query: exp.Expression) -> duckdb.DuckDBPyConnection:
        return self._answered(self._connection.execute, query)

    def _answered(self, ask: Callable[[str, dict[str, Any]], R], query: exp.Expression) -> R:
        named = {parameter.this.name for parameter in query.find_all(exp.Parameter)}
        values = {name: value for name, value in self.f.parameters.items() if name in named}
        try:
            return ask(query.sql(dialect=Dialect), values)
        except duckdb.OutOfMemoryException:
            raise OnlyBySpark("the question needs more memory than this machine has") from None

    def _new_name(self) -> str:
        self._n += 1
        return f"t{self._n}"


_TEMPORARY = exp.Properties(expressions=[exp.TemporaryProperty()])


def _of_partition(file: PartFile) -> list[str]:
    return [str(value) for value in file.partition.values()]


def union(parts: Sequence[exp.Query]) -> exp.Query:
    """All rows, by the names of their columns."""
    first, *rest = parts
    for part in rest:
        first = exp.Union(this=first, expression=part, distinct=False, by_name=True)
    return first


def _read(files: Sequence[PartFile], columns: Sequence[str]) -> pa.Table:
    """The rows of files in a bucket; a column that one of them lacks is null in its rows."""
    tables = []
    for file in files:
        opened = open_parquet(file.url)
        there = [name for name in columns if name in opened.schema_arrow.names]
        tables.append(opened.read(columns=there))
    return pa.concat_tables(tables, promote_options="default")


def select(*columns: Column) -> exp.Select:
    """A query of compiled columns."""
    return exp.select(*[c.node for c in columns])
