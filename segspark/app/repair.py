"""``segspark doctor --deep`` and ``--repair``: every byte of the lake is verified, and what silver tells is made again.

A rebuilt day is compared with the damaged one: the name of a file holds the digest of its content, so equal digests are
equal rows. Where they differ, because rules or models have changed since or the rows were cut into other files, it is
said, with the numbers of rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from segspark.app.counts import WrongCount, read_batches, wrong_counts
from segspark.app.doctor import FINE, WRONG, row
from segspark.app.make_again import forget_tiles, make_again, put_aside
from segspark.app.remedies import AS_A_WHOLE, BY_DAY, REMEDIES, TILES, what_to_do
from segspark.app.vacuum import remove_scratch
from segspark.app.workspace import open_workspace
from segspark.errors import GateClosed, SegsparkError
from segspark.pipeline.progress import Progress
from segspark.store.parquet import digest_of
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.damage import Damage, damage_of, remove_checkpoints
from segspark.tables.digested import undigested
from segspark.tables.lake import Lake
from segspark.tables.lake_key import check_key
from segspark.tables.lease import only_writer
from segspark.tables.open import open_lake


def examine_deep(config: Path) -> list[dict[str, str]]:
    """One row per damaged file or wrong count, with what to do; one row if there is none."""
    workspace = open_workspace(config)
    lake = open_lake(workspace)
    damages = _damages(lake) if lake.keeps_files else []
    rows = [_row_of(lake, damage) for damage in damages]
    try:
        check_key(workspace)
    except SegsparkError as error:
        rows.append(row("key", WRONG, str(error)))
    if not damages:
        rows += [_row_of(lake, count) for count in wrong_counts(lake)]
    if not rows:
        of_bytes = "every byte" if lake.keeps_files else "counts alone; the files are their catalog's"
        rows.append(row("files, logs and counts", FINE, f"{sum(lake.exists(c) for c in ALL)} tables, {of_bytes}"))
    return rows if damages else [*rows, *_unknown(lake)]


def _unknown(lake: Lake) -> list[dict[str, str]]:
    """What cannot be verified, because it was written by an earlier version or by another program."""
    rows = [
        row(
            f"{contract.name}: digests",
            FINE,
            f"{n:,} of its files have no digest, so that only their pages are verified",
        )
        for contract in ALL
        if lake.keeps_files and (n := undigested(lake, contract))
    ]
    if n := len(read_batches(lake).uncounted):
        rows.append(row("ops.runs: counts", FINE, f"{n:,} batches of an earlier version recorded no rows of tables"))
    return rows


def _damages(lake: Lake) -> list[Damage]:
    return [damage for contract in ALL for damage in damage_of(lake, contract)]


def _row_of(lake: Lake, found: Damage | WrongCount, more: str = "") -> dict[str, str]:
    contract = BY_NAME[found.table]
    if isinstance(found, Damage):
        return row(f"{found.table}: {found.file}", WRONG, f"{found.what}. {what_to_do(lake, contract, found)}{more}")
    return row(found.table, WRONG, f"{found.what}. {what_to_do(lake, contract)}{more}")


def repair(config: Path, progress: Progress) -> list[dict[str, str]]:
    """Mend what can be mended; one row per damage: what was done, or what to restore.

    Raises:
        GateClosed: a catalog keeps the tables.
        InfrastructureError: somebody writes the lake.
    """
    workspace = open_workspace(config)
    lake = open_lake(workspace)
    if not lake.keeps_files:
        raise GateClosed(
            f"The files of {workspace.catalog} are its catalog's to mend: RESTORE TABLE puts a table back to an older version."
        )
    with only_writer(lake.store, "repair"):
        removed = remove_checkpoints(lake, _damages(lake))
    rows = [row(f"{d.table}: {d.file}", FINE, "removed: the commits tell the table") for d in removed]
    damages = _damages(lake)
    # A repair that was killed may have left staged rows, and nothing to do for the flow that would remove them. What is
    # left and what is a batch's input is said by ops.runs.
    if all(damage.table != ops.RUNS.name for damage in damages):
        with only_writer(lake.store, "repair"):
            remove_scratch(lake)
    found: list[Damage | WrongCount] = [*damages, *(() if damages else wrong_counts(lake))]
    ours = [f for f in found if REMEDIES[f.table].is_made_again]
    lost = [f for f in found if f not in ours]
    # What is made again would be made of damaged rows.
    if lost or not ours:
        return [*rows, *(_row_of(lake, f, ", then repair") for f in ours), *(_row_of(lake, f) for f in lost)]
    without_log = sorted({f.table for f in ours if isinstance(f, Damage) and f.kind != "file"})
    before = {name: _written(lake, BY_NAME[name]) for name in (*TILES, *BY_DAY) if name not in without_log}
    days = {name: sorted({f.day for f in ours if f.table == name and f.day is not None}) for name in BY_DAY}
    aside = {}
    with only_writer(lake.store, "repair"):
        if not {*TILES}.isdisjoint(without_log):
            forget_tiles(lake)
        for name in without_log:
            if name in BY_DAY:
                days[name] = days_of_files(lake, BY_NAME[name])
            aside[name] = put_aside(lake, BY_NAME[name])
    whole = {f.table for f in ours if f.table in AS_A_WHOLE}
    make_again(config, whole, {name: its for name, its in days.items() if its}, progress)
    return [*rows, *(_outcome(lake, f, before, aside) for f in _one_of_each(ours, without_log))]


def _one_of_each(found: Sequence[Damage | WrongCount], without_log: Sequence[str]) -> list[Damage | WrongCount]:
    """Every damage, but one of each table that was made again as a whole because of its log."""
    of_log = {name: next(f for f in found if f.table == name) for name in without_log}
    return [f for f in found if f.table not in of_log or f is of_log[f.table]]


def days_of_files(lake: Lake, contract: Contract) -> list[date]:
    """The days of a table whose log is damaged, by the folders of its files."""
    start = f"{contract.partition_by[0]}="
    folders = {file.name.split("/")[0] for file in lake.folder(contract).list(start)}
    return sorted(date.fromisoformat(folder.removeprefix(start)) for folder in folders)


@dataclass(frozen=True)
class Written:
    """What the log says of a day: rows, and the digests of its files."""

    n: int
    digests: tuple[str, ...]


def _written(lake: Lake, contract: Contract) -> dict[date, Written]:
    if not lake.exists(contract):
        return {}
    rows, digests = lake.rows_by_day(contract), defaultdict(list)
    for day, name in lake.names_by_day(contract):
        digests[day].append(str(digest_of(lake.folder(contract).url_of(name))))
    return {day: Written(n, tuple(sorted(digests[day]))) for day, n in rows.items()}


def _outcome(
    lake: Lake, found: Damage | WrongCount, before: dict[str, dict[date, Written]], aside: dict[str, str]
) -> dict[str, str]:
    contract = BY_NAME[found.table]
    check = f"{found.table}: {found.file}" if isinstance(found, Damage) else found.table
    if found.table in aside:
        what = f"the table was made again: {lake.n_rows(contract):,} rows. The damaged one lies in {aside[found.table]}"
        return row(check, FINE, f"{what}; remove it when nobody needs it")
    if found.day is None:
        return row(check, FINE, f"the table was made again: {lake.n_rows(contract):,} rows")
    nothing = Written(0, ())
    was = before[found.table].get(found.day, nothing)
    now = _written(lake, contract).get(found.day, nothing)
    what = f"{found.day} was made again: {now.n:,} rows"
    if was == now:
        what += ", equal to those that were written"
    elif now.n == was.n:
        what += " as before, in files of other content: compare what you have exported of it"
    else:
        what += f", and {was.n:,} before: rows were lost, or rules, models or settings have changed since"
    return row(check, FINE, what)
