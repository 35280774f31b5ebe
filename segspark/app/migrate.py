"""``segspark migrate``: bring the tables of an earlier version to their contracts, or say why not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from segspark import __version__
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.features.resources import load_catalogue
from segspark.ids import identity
from segspark.models.registry import columns_of_people
from segspark.store import store_at
from segspark.tables.contracts import gold, ops
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Column, Contract
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer
from segspark.tables.migrate import migrate_table
from segspark.tables.migration import Change, Plan, plan_of
from segspark.tables.open import open_lake


def migrate(workspace: Workspace, is_dry: bool = False) -> list[dict[str, Any]]:
    """Plan every table, and change nothing if one of them is refused; else table by table.

    A run that was killed is simply run again: what is left to do follows from the tables.

    Args:
        is_dry: only tell.

    Returns:
        One row per change and, with ``is_dry``, per refusal.

    Raises:
        GateClosed: a table cannot be brought to its contract; nothing was changed.
        InfrastructureError: somebody writes the lake.
    """
    more = _columns_of_catalogue(workspace)
    store = store_at(workspace.lake)
    with only_writer(store, "migrate", workspace.lease.expires_s) as lease:
        lake = open_lake(workspace, lease.check)
        plans = {c: plan_of(lake.table(c), c, more.get(c.name, ())) for c in ALL if lake.exists(c)}
        refused = [f"{c.name} {why}" for c, plan in plans.items() for why in plan.refused]
        rows = [_row(c, change) for c, plan in plans.items() for change in plan.changes]
        if is_dry:
            return [
                *rows,
                *({"table": w.partition(" ")[0], "change": "refused", "note": w.partition(" ")[2]} for w in refused),
            ]
        if refused:
            raise GateClosed(
                f"The lake at {store.url} cannot be migrated, and nothing was changed: {'; '.join(refused)}. Use the version "
                "that wrote it, or name a new folder as `lake` and take the sources in again."
            )
        _end_begun(lake, plans)
        for contract, plan in plans.items():
            if plan.changes:
                _record(lake, contract.name, plan.changes, "begun")
                migrate_table(lake, contract, plan, more.get(contract.name, ()))
                _record(lake, contract.name, plan.changes, "done")
    return rows


def _columns_of_catalogue(workspace: Workspace) -> dict[str, Sequence[Column]]:
    catalogue = load_catalogue(workspace)
    stored, tiles = catalogue.stored_columns(), catalogue.tile_columns()
    return {
        gold.FEATURES.name: stored,
        gold.FEATURES_RESTATED.name: stored,
        gold.PEOPLE.name: columns_of_people(),
        gold.ACTIVITY_DAILY.name: tiles,
        gold.ACTIVITY_CORRECTIONS.name: tiles,
    }


def _end_begun(lake: Lake, plans: dict[Contract, Plan]) -> None:
    """Changes of a run that was killed after they were done."""
    rows = sorted(lake.read_small(ops.SCHEMA).to_pylist(), key=lambda r: r["written_at"])
    begun: dict[tuple[str, ...], str] = {}
    for row in rows:
        key = tuple(str(row[name] or "") for name in ("change", "column_name", "before", "after"))
        if row["state"] == "begun":
            begun[row["table_name"], *key] = row["table_name"]
        else:
            begun.pop((row["table_name"], *key), None)
    for name in sorted(set(begun.values())):
        left = plans[BY_NAME[name]].changes if BY_NAME[name] in plans else ()
        done = [Change(*key[1:]) for key in begun if key[0] == name]
        if ended := [change for change in done if change not in left]:
            _record(lake, name, ended, "done")


def _record(lake: Lake, table: str, changes: Sequence[Change], state: str) -> None:
    now, version = datetime.now(UTC), lake.version(BY_NAME[table])
    rows = [
        {
            "table_name": table,
            "change": change.kind,
            "column_name": change.column or None,
            "before": change.before or None,
            "after": change.after or None,
            "state": state,
            "table_version": version,
            "written_at": now,
            "program": __version__,
        }
        for change in changes
    ]
    lake.append_small(ops.SCHEMA, pa.Table.from_pylist(rows), once=identity("migrate", table, state, str(now)))


def _row(contract: Contract, change: Change) -> dict[str, Any]:
    return {
        "table": contract.name,
        "change": change.kind,
        "column": change.column,
        "before": change.before,
        "after": change.after,
        "note": "",
    }
