"""A lake of an earlier version becomes one of this, table by table, and says so; or nothing of it changes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from builders import make_workspace
from click.testing import CliRunner
from tables.test_migration import STEPS

from segspark.app.migrate import migrate
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed, InfrastructureError
from segspark.tables import compatibility, migration
from segspark.tables.compatibility import check_compatible, problems_of
from segspark.tables.contracts import gold, ops
from segspark.tables.contracts.contract import Contract, optional
from segspark.tables.contracts.stamp import stamp_of, version_in
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer

LEDGER_ROW = {"run_id": "r", "source": "s", "file_id": "f", "disposition": "accepted", "n_records": 3}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def lake(workspace: Workspace) -> Lake:
    """A lake whose ledger counts in 32 bits, lacks nothing else, and whose definitions have no stamp."""
    lake = Lake(workspace.lake)
    older(lake, ops.LEDGER, n_records="int")
    for n in range(3):
        lake.append_small(ops.LEDGER, pa.Table.from_pylist([{**LEDGER_ROW, "run_id": f"r{n}"}]), f"{n}")
    lake.create(gold.DEFINITIONS)
    lake.table(gold.DEFINITIONS).alter.set_table_description("Rules")
    return lake


def older(lake: Lake, contract: Contract, version: int = 1, **types: str) -> None:
    columns = tuple(replace(c, type=types.get(c.name, c.type)) for c in contract.columns)
    lake.create(replace(contract, columns=columns, version=version))


def told(lake: Lake) -> list[tuple[Any, ...]]:
    rows = sorted(lake.read_small(ops.SCHEMA).to_pylist(), key=lambda r: r["written_at"])
    return [(r["table_name"], r["change"], r["column_name"], r["before"], r["after"], r["state"]) for r in rows]


def test_columns_are_widened_tables_described_and_the_lake_says_so(lake: Lake, workspace: Workspace) -> None:
    with pytest.raises(
        GateClosed, match=r"ops\.ledger has n_records as integer, where long is needed.*segspark migrate"
    ):
        check_compatible(lake)
    rows = sorted(lake.read_small(ops.LEDGER).to_pylist(), key=str)
    planned = migrate(workspace, is_dry=True)
    assert told(lake) == []
    done = migrate(workspace)
    assert planned == done
    assert [(r["table"], r["change"], r["column"], r["before"], r["after"]) for r in done] == [
        ("gold.definitions", "described", "", "", stamp_of(gold.DEFINITIONS)),
        ("ops.ledger", "widened", "n_records", "integer", "long"),
    ]
    check_compatible(lake)
    assert sorted(lake.read_small(ops.LEDGER).to_pylist(), key=str) == rows
    lake.append_small(ops.LEDGER, pa.Table.from_pylist([{**LEDGER_ROW, "n_records": 2**40}]), "large")
    assert deltalake.DeltaTable(lake.path(ops.LEDGER)).to_pyarrow_table().num_rows == 4
    assert lake.table(ops.LEDGER).protocol().min_writer_version == 2
    assert lake.table(ops.LEDGER).transaction_version("2") == 1
    widened = ("ops.ledger", "widened", "n_records", "integer", "long")
    assert [row for row in told(lake) if row[0] == "ops.ledger"] == [(*widened, "begun"), (*widened, "done")]
    assert migrate(workspace) == []


def test_nothing_changes_where_one_table_is_refused(lake: Lake, workspace: Workspace) -> None:
    older(lake, gold.SEGMENT_REGISTRY, first_date="string")
    before = [f.name for f in lake.store.list() if not f.name.startswith("_lease")]
    with pytest.raises(
        GateClosed, match=r"gold\.segment_registry has first_date as string, whose values are not all of"
    ):
        migrate(workspace)
    assert [f.name for f in lake.store.list() if not f.name.startswith("_lease")] == before
    rows = migrate(workspace, is_dry=True)
    assert [(r["table"], r["change"]) for r in rows][-1] == ("gold.segment_registry", "refused")
    shown = CliRunner().invoke(cli, ["migrate", "--config", str(workspace.folder), "--dry-run", "--json"])
    assert (shown.exit_code, json.loads(shown.output)[-1]["change"]) == (3, "refused")


def test_a_lake_of_version_1_is_refused_with_the_reason(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    lake.create(ops.RUNS)
    for name, why in (("bronze.records", "kept whole records"), ("silver.events", "its fingerprints have no key")):
        contract = next(c for c in migration_tables() if c.name == name)
        lake.create(replace(contract, version=1))
        with pytest.raises(
            GateClosed, match=f"{name} has contract version 1, and version 1 does not become 2: .*{why}"
        ):
            migrate(workspace)


def migration_tables() -> tuple[Contract, ...]:
    from segspark.tables.contracts.catalogue import ALL

    return ALL


def test_a_column_of_a_feature_that_is_wider_now_is_rewritten_exactly_or_not_at_all(workspace: Workspace) -> None:
    from segspark.features.resources import load_catalogue

    column = next(c for c in load_catalogue(workspace).stored_columns() if c.type == "bigint")
    lake = Lake(workspace.lake)
    narrow = gold.FEATURES.with_columns(
        [replace(column, type="int"), optional("n_gone", "bigint", "Of an older catalogue")]
    )
    row = {"person_id": "ann", "as_of_date": "2026-05-01", column.name: 7, "n_gone": 3}
    lake.append_small(narrow, pa.table({k: [v] for k, v in row.items()}).set_column(
        1, "as_of_date", pa.array(["2026-05-01"]).cast(pa.date32())), "1")  # fmt: skip
    assert [(r["change"], r["column"]) for r in migrate(workspace)] == [("widened", column.name)]
    (stored,) = lake.read_small(gold.FEATURES).to_pylist()
    assert (stored[column.name], stored["n_gone"]) == (7, 3)
    assert [str(d) for d in lake.days(gold.FEATURES)] == ["2026-05-01"]


def test_a_version_is_reached_in_one_commit_and_a_run_that_ends_after_it_is_not_repeated(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upgrade is not one that could be done twice."""
    lake = Lake(workspace.lake)
    lake.append_small(ops.LEDGER, pa.Table.from_pylist([LEDGER_ROW]), "1")
    lake.create(ops.SCHEMA)
    second = replace(ops.LEDGER, version=2)

    def doubled(rows: pa.Table) -> pa.Table:
        at = rows.column_names.index("n_records")
        return rows.set_column(at, "n_records", pa.array([2 * n for n in rows["n_records"].to_pylist()], pa.int64()))

    monkeypatch.setattr(migration, "UPGRADES", (replace(STEPS[1], table="ops.ledger", version=1, rows=doubled),))
    tables = tuple(second if c is ops.LEDGER else c for c in migration_tables())
    monkeypatch.setattr("segspark.app.migrate.ALL", tables)
    monkeypatch.setattr("segspark.app.migrate.BY_NAME", {c.name: c for c in tables})
    monkeypatch.setattr(compatibility, "ALL", tables)
    with pytest.raises(GateClosed, match="older than version 2"):
        check_compatible(lake)

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr("segspark.tables.migrate._alter", killed)
    with pytest.raises(Killed):
        migrate(workspace)
    assert lake.read_small(ops.LEDGER)["n_records"].to_pylist() == [6]
    # Runs are refused until it is done.
    with pytest.raises(GateClosed):
        check_compatible(lake)
    monkeypatch.undo()
    monkeypatch.setattr("segspark.app.migrate.ALL", tables)
    monkeypatch.setattr("segspark.app.migrate.BY_NAME", {c.name: c for c in tables})
    migrate(workspace)
    assert lake.read_small(ops.LEDGER)["n_records"].to_pylist() == [6]
    assert version_in(lake.table(ops.LEDGER).metadata().description) == 2
    assert problems_of(lake, second) == []
    rewritten = [row[5] for row in told(lake) if row[1] == "rewritten"]
    assert rewritten == ["begun", "done"]


def test_a_value_that_does_not_fit_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(workspace.lake)
    lake.append_small(ops.LEDGER, pa.Table.from_pylist([{**LEDGER_ROW, "n_records": 2**53 + 1}]), "1")
    wide = replace(
        ops.LEDGER, columns=tuple(replace(c, type="double") if c.name == "n_records" else c for c in ops.LEDGER.columns)
    )
    tables = tuple(wide if c is ops.LEDGER else c for c in migration_tables())
    monkeypatch.setattr("segspark.app.migrate.ALL", tables)
    monkeypatch.setattr("segspark.app.migrate.BY_NAME", {c.name: c for c in tables})
    with pytest.raises(CheckFailed, match="a value does not fit its new type exactly") as refused:
        migrate(workspace)
    assert str(2**53 + 1) not in str(refused.value)
    assert lake.read_small(ops.LEDGER)["n_records"].to_pylist() == [2**53 + 1]


def test_it_waits_for_nobody(lake: Lake, workspace: Workspace) -> None:
    with only_writer(lake.store, "daily"), pytest.raises(InfrastructureError):
        migrate(workspace)


def test_the_command_says_when_there_is_nothing_to_do(workspace: Workspace) -> None:
    asked = ["migrate", "--config", str(workspace.folder)]
    assert CliRunner().invoke(cli, asked).output == "nothing to do: the tables are those of this version\n"
