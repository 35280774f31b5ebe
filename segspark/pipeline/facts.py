"""What the log of a table tells a step or question."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property

import deltalake

from segspark.tables.contracts.contract import Contract
from segspark.tables.ranges import odd_feature
from segspark.tables.statistics import days_between, rows_by_day


class Facts:
    """Facts about one version of a table from its log, without reading a row."""

    def __init__(self, table: deltalake.DeltaTable | None, contract: Contract) -> None:
        self.__table, self.__contract = table, contract

    @property
    def exists(self) -> bool:
        return self.__table is not None

    @property
    def version(self) -> int | None:
        return self.__table.version() if self.__table is not None else None

    @cached_property
    def rows(self) -> int:
        return int(self.__table.count()) if self.__table is not None else 0

    @cached_property
    def days(self) -> list[date]:
        """The partition dates that have files, in order."""
        if self.__table is None:
            return []
        column = self.__contract.partition_by[0]
        return sorted({date.fromisoformat(p[column]) for p in self.__table.partitions()})

    @cached_property
    def rows_by_day(self) -> dict[date, int]:
        """Rows of each partition date."""
        return rows_by_day(self.__table, self.__contract) if self.__table is not None else {}

    def days_between(self, column: str, ranges: Sequence[tuple[str, str]]) -> set[date]:
        """Partition dates with a file that may hold a text of some ranges, both ends included."""
        return days_between(self.__table, self.__contract, column, ranges) if self.__table is not None else set()

    @cached_property
    def columns(self) -> list[str]:
        return [f.name for f in self.__table.schema().fields] if self.__table is not None else []

    @cached_property
    def why_not_plain(self) -> str | None:
        """What prevents tasks from reading and writing the table's files directly; None if nothing does."""
        return odd_feature(self.__table) if self.__table is not None else None
