"""``segspark doctor --deep`` and ``--repair``: every byte of the lake is verified, and what silver tells is made again.

A rebuilt day is compared with the damaged one: the name of a file holds the digest of its content, so equal digests are
equal rows. Where they differ, because rules or models have changed since or the rows were cut into other files, it is
said, with the numbers of rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from segspark.app.doctor import FINE, WRONG, row
from segspark.app.workspace import open_workspace
from segspark.pipeline.progress import Progress
from segspark.pipeline.runs import record, runs_of
from segspark.points import point
from segspark.store.parquet import digest_of
from segspark.tables.contracts import bronze, gold, ops
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.damage import Damage, damage_of, remove_checkpoints
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer

# Tables that are made again of silver, by what makes them; a day of a later line needs those before it.
TILES = (gold.ACTIVITY_DAILY.name, gold.ACTIVITY_CORRECTIONS.name, gold.ACTIVITY_ITEMS.name)
FEATURES = (gold.ITEM_LAST_DAYS.name, gold.FEATURES.name)
SCORES = (gold.SCORES.name,)
SEGMENTS = (gold.SEGMENTS.name, gold.SEGMENT_CHANGES.name, gold.SEGMENT_PROFILES.name)
BY_DAY = (*FEATURES, *SCORES, *SEGMENTS)


def examine_deep(config: Path) -> list[dict[str, str]]:
    """One row per damaged file or wrong count, with what to do; one row if there is none."""
    lake = Lake(open_workspace(config).lake)
    damages = _damages(lake)
    rows = [row(f"{d.table}: {d.file}", WRONG, f"{d.what}. {what_to_do(lake, d)}") for d in damages]
    if not damages:
        rows += [row("ledger", WRONG, what) for what in wrong_counts(lake)]
    return rows or [row("files, logs and counts", FINE, f"{sum(lake.exists(c) for c in ALL)} tables, every byte")]


def _damages(lake: Lake) -> list[Damage]:
    return [damage for contract in ALL for damage in damage_of(lake, contract)]


def what_to_do(lake: Lake, damage: Damage) -> str:
    """How to mend a damage."""
    where = lake.path(BY_NAME[damage.table])
    if damage.kind == "checkpoint":
        return "`segspark doctor --repair` removes it where the commits suffice; else restore the file from a backup"
    if damage.kind == "file" and damage.table in TILES:
        return "`segspark doctor --repair` makes all days of the table again"
    if damage.kind == "file" and damage.table in BY_DAY:
        return f"`segspark doctor --repair` makes {damage.day} again"
    if damage.kind == "file":
        rows = f"its {damage.rows:,} rows are" if damage.rows is not None else "its rows are"
        return f"Restore {where}/{damage.file} from a backup: {rows} nowhere else"
    return f"Restore {where}/{damage.file} from a backup, or the whole folder {where} at an earlier version"


def wrong_counts(lake: Lake) -> list[str]:
    """Runs whose records in bronze are fewer or more than the ledger says."""
    if not (lake.exists(ops.LEDGER) and lake.exists(bronze.RECORDS)):
        return []
    said: Counter[tuple[str, str]] = Counter()
    for entry in lake.read_small(ops.LEDGER, columns=["run_id", "disposition", "n_records"]).to_pylist():
        said[entry["run_id"], entry["disposition"]] += entry["n_records"]
    counted = lake.read_small(bronze.RECORDS, columns=["run_id", "disposition"]).group_by(["run_id", "disposition"])
    kept = {
        (r["run_id"], r["disposition"]): r["run_id_count"] for r in counted.aggregate([("run_id", "count")]).to_pylist()
    }
    # Records that are refused or withheld are not among those that are kept.
    ruled = ("accepted", "duplicate", "expired", "ignored")
    keys = {key for key in (*said, *kept) if key[1] in ruled}
    return [
        f"run {run}: {said[run, what]:,} records {what} by ops.ledger, {kept.get((run, what), 0):,} in bronze.records. "
        f"Restore {lake.path(bronze.RECORDS)} and {lake.path(ops.LEDGER)} from one backup"
        for run, what in sorted(keys)
        if said[run, what] != kept.get((run, what), 0)
    ]


def repair(config: Path, progress: Progress) -> list[dict[str, str]]:
    """Mend what can be mended; one row per damage: what was done, or what to restore.

    Raises:
        InfrastructureError: somebody writes the lake.
    """
    workspace = open_workspace(config)
    lake = Lake(workspace.lake)
    with only_writer(lake.store, "repair"):
        removed = remove_checkpoints(lake, _damages(lake))
    rows = [row(f"{d.table}: {d.file}", FINE, "removed: the commits tell the table") for d in removed]
    damages = _damages(lake)
    files = [d for d in damages if d.kind == "file" and d.table in (*TILES, *BY_DAY)]
    lost = [d for d in damages if d not in files]
    # What is made again would be made of damaged rows.
    if not lost and files:
        before = {name: _written(lake, BY_NAME[name]) for name in (*TILES, *BY_DAY) if lake.exists(BY_NAME[name])}
        _make_again(config, files, progress)
        rows += [_outcome(lake, d, before[d.table]) for d in files]
    else:
        rows += [row(f"{d.table}: {d.file}", WRONG, f"{d.what}. {what_to_do(lake, d)}, then repair") for d in files]
    return [*rows, *(row(f"{d.table}: {d.file}", WRONG, f"{d.what}. {what_to_do(lake, d)}") for d in lost)]


Written = dict[date, tuple[int, list[str | None]]]


def _written(lake: Lake, contract: Contract) -> Written:
    """Rows and digests of the files of each day, by the log."""
    rows, digests = lake.rows_by_day(contract), defaultdict(list)
    for day, name in lake.names_by_day(contract):
        digests[day].append(digest_of(lake.folder(contract).url_of(name)))
    return {day: (n, sorted(digests[day], key=str)) for day, n in rows.items()}


def _outcome(lake: Lake, damage: Damage, before: Written) -> dict[str, str]:
    assert damage.day is not None
    (n_before, was), (n_now, now) = before[damage.day], _written(lake, BY_NAME[damage.table]).get(damage.day, (0, []))
    what = f"{damage.day} was made again: {n_now:,} rows"
    if was == now:
        what += ", equal to those that were written"
    elif n_now == n_before:
        what += " as before, in files of other content: compare what you have exported of it"
    else:
        what += f", and {n_before:,} before: rules, models or settings have changed since"
    return row(f"{damage.table}: {damage.file}", FINE, what)


def _make_again(config: Path, damages: Sequence[Damage], progress: Progress) -> None:
    from segspark.app.run import lake_session
    from segspark.features.check import REPAIR
    from segspark.features.tiles_flow import TILES as TILES_FLOW
    from segspark.pipeline.flow import Flow
    from segspark.pipeline.runner import run_flow
    from segspark.scoring.flow import SCORES as SCORES_FLOW
    from segspark.segments.flow import SEGMENTS as SEGMENTS_FLOW

    workspace = open_workspace(config)
    with lake_session(workspace, "repair") as lake:

        def days_of(*tables: str) -> list[date]:
            return sorted({d.day for d in damages if d.table in tables and d.day is not None})

        def again(flow: Flow, day: date) -> None:
            run_flow(replace(flow, is_skipped_when_unchanged=False), workspace, lake, day, progress)

        if days_of(*TILES):
            last = max(runs_of(lake).closed_days())
            # Earlier runs no longer describe the tables, so that all days are made again.
            record(lake, run_id="repair", flow=TILES_FLOW.name, as_of=last, state="started", config="repair")
            point("repair_begun")
            again(TILES_FLOW, last)
        steps: list[tuple[Flow, Callable[[], list[date]]]] = [
            (REPAIR, lambda: days_of(*FEATURES)),
            (SCORES_FLOW, lambda: days_of(*SCORES)),
            (SEGMENTS_FLOW, lambda: days_of(*SEGMENTS)),
        ]
        for flow, days in steps:
            for day in days():
                again(flow, day)
                point("repair_day")
