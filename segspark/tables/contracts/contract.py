"""A table's contract: grain, key, layout, one comment (and unit) per column, personal data, retention.

Contracts are plain data and import no Spark, so that the command line can list them at once.
Types are Spark SQL type names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        type: a Spark SQL type name.
        comment: meaning and unit.
        required: never null.
        personal: it tells something about the person whom the row names by a pseudonym. Pseudonyms, other ids, kinds
            and times do not count. Its values never stand among the statistics of the Delta log (statistics.py): the
            log outlives the files in which the person is erased.
        shape: of a text that records fill: what of it may be kept (``sources/shapes.py``). None: the program makes it.
    """

    name: str
    type: str
    comment: str
    required: bool = False
    personal: bool = False
    shape: str | None = None


@dataclass(frozen=True)
class Contract:
    """One table.

    Attributes:
        name: ``<layer>.<plural>``.
        grain: what one row is.
        key: columns that identify a row.
        columns: in the order they are stored.
        partition_by: date columns that separate daily snapshots.
        retention_days: how many days, counted back from the lake's newest, a table partitioned by day keeps; None is
            without limit. What features are rebuilt from has none. ``segspark maintain`` removes what lies beyond;
            gold.item_last_days, which is rebuilt at need, is also cut by the flow that writes it.
        keeps_month_ends: the first of each month, which knows the whole month before, is kept without limit.
        version: raised when tables made before can no longer be read or written as they are. A new table is stamped
            with it (stamp.py); another version in the lake stops every run, and ``segspark doctor`` says what to do. A
            new column that may be null does not raise it: it is added at the next write.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition_by: tuple[str, ...] = ()
    retention_days: int | None = None
    keeps_month_ends: bool = False
    version: int = 1
    is_wide: bool = False

    @property
    def layer(self) -> str:
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        return self.name.split(".")[1]

    @property
    def column_names(self) -> list[str]:
        return [c.name for c in self.columns]

    def with_columns(self, more: Iterable[Column]) -> "Contract":
        """The same contract with columns that are only known at run time (features of a catalogue)."""
        return replace(self, columns=(*self.columns, *more))


def required(name: str, type_: str, comment: str, shape: str | None = None) -> Column:
    return Column(name, type_, comment, required=True, shape=shape)


def optional(name: str, type_: str, comment: str, shape: str | None = None) -> Column:
    return Column(name, type_, comment, shape=shape)


def personal(name: str, type_: str, comment: str, required: bool = False, shape: str | None = None) -> Column:
    """A column that tells something about one person."""
    return Column(name, type_, comment, required=required, personal=True, shape=shape)
