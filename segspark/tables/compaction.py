"""Write days of many small files as few, in commits that change no row.

Every reader opens every file, and each costs a request on an object store. Large files stay as they are: tasks write
large days as several files on purpose.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import deltalake
import pyarrow as pa

from segspark.errors import CheckFailed
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.own_commits import LoggedFile, is_plainly_named, logged_files, replace_files
from segspark.tables.parts import write_parts
from segspark.tables.ranges import ABOUT, KEY
from segspark.tables.small import rows_of_file

# A day with more files is written anew.
MOST_FILES = 8
# A file of this size is not worth another one; the rows of a new one are in memory at once.
LARGE_BYTES = 32_000_000
# Rewritten files of one commit: a run that is killed loses no more work.
FILES_PER_COMMIT = 500
# Tables whose files are sorted by something else than their person or key.
_ORDER = {
    "silver.events": ("identifier_id", "occurred_at", "event_id"),
    "silver.objections": ("identifier_id", "occurred_at"),
    "silver.profiles": ("identifier_id", "valid_from"),
    "silver.consents": ("identifier_id", "effective_at"),
}

# Files of one day that become one.
Join = tuple[LoggedFile, ...]


def joins_of(table: deltalake.DeltaTable, contract: Contract) -> list[Join]:
    """What is to be joined where a day has more than a few files; nothing where that makes no fewer."""
    days: dict[tuple[str, ...], list[LoggedFile]] = defaultdict(list)
    for file in logged_files(table):
        days[tuple(map(str, file.values.values()))].append(file)
    return [join for _, files in sorted(days.items()) if len(files) > MOST_FILES for join in _packed(files, contract)]


def _packed(files: Sequence[LoggedFile], contract: Contract) -> Iterator[Join]:
    """Neighbours by their least key, up to the size of a large file.

    Files about one other day stay apart from those about many: the statistics of the many would say nothing of the few.
    """
    first, alike = order_of(contract)[0], defaultdict(list)
    for file in sorted(files, key=lambda f: (str(f.least.get(first) or ""), f.path)):
        if file.size < LARGE_BYTES and is_plainly_named(file):
            about = file.least.get(ABOUT)
            alike[about if about == file.greatest.get(ABOUT) else None].append(file)
    for group in alike.values():
        join: list[LoggedFile] = []
        for file in group:
            if join and sum(f.size for f in join) + file.size > LARGE_BYTES:
                yield from [tuple(join)] if len(join) > 1 else []
                join = []
            join.append(file)
        yield from [tuple(join)] if len(join) > 1 else []


def join_files(lake: Lake, contract: Contract, joins: Sequence[Join]) -> int:
    """Write the files anew; returns the number of new files. The table must ask nothing of its writer.

    Raises:
        CheckFailed: files hold other numbers of rows than the log says; nothing was changed.
        DamagedFile: a file does not hold what was written.
        InfrastructureError: somebody else has changed the table meanwhile.
    """
    made = 0
    waiting: list[Join] = []
    for at, join in enumerate(joins, start=1):
        waiting.append(join)
        if at == len(joins) or sum(map(len, waiting)) >= FILES_PER_COMMIT:
            made += _join(lake, contract, waiting)
            waiting = []
    return made


def _join(lake: Lake, contract: Contract, joins: Sequence[Join]) -> int:
    table, folder = lake.table(contract), lake.folder(contract)
    schema = pa.schema(table.schema())
    order = [(name, "ascending") for name in order_of(contract)]
    added: list[dict[str, Any]] = []
    for join in joins:
        rows = [rows_of_file(folder.url_of(file.path), schema, file.values) for file in join]
        added += write_parts(pa.concat_tables(rows).sort_by(order), lake.laid_out(contract), folder)
    replaced = [file for join in joins for file in join]
    if sum(a["rows"] for a in added) != sum(file.rows for file in replaced):
        raise CheckFailed(
            f"{contract.name}: files hold other numbers of rows than the table's log says. Nothing was changed. "
            "Run: segspark doctor --deep"
        )
    replace_files(lake, contract, table, replaced, added)
    return len(added)


def order_of(contract: Contract) -> tuple[str, ...]:
    """The columns by which the rows of a file are sorted."""
    kept = tuple(name for name in contract.key if name not in contract.partition_by)
    by_person = (KEY, *(name for name in kept if name != KEY)) if KEY in contract.column_names else kept
    return _ORDER.get(contract.name, by_person)
