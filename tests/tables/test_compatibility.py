"""A lake of another version of this program is refused before anything is done, or read as it is."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from builders import make_workspace

from segspark.app import run as app
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.tables.compatibility import check_compatible, missing_stamp, problems_of
from segspark.tables.contracts import gold, ops, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake
from segspark.tables.lease_files import read_newest

ROW = pa.Table.from_pylist(
    [{"run_id": "1", "flow": "f", "state": "done", "written_at": datetime(2026, 5, 6, tzinfo=UTC)}]
)


def without(contract: Contract, column: str) -> Contract:
    return replace(contract, columns=tuple(c for c in contract.columns if c.name != column))


def with_type(contract: Contract, column: str, kind: str) -> Contract:
    return replace(contract, columns=tuple(replace(c, type=kind) if c.name == column else c for c in contract.columns))


def make(lake: Lake, contract: Contract, description: str | None = None) -> None:
    """A table as another version of the program made it."""
    deltalake.DeltaTable.create(
        lake.path(contract),
        schema=deltalake.Schema.from_json(schema_json(contract)),
        description=description,
    )


WRONG: dict[str, tuple[Contract, str | None, str]] = {
    "a required column is missing": (
        without(ops.RUNS, "state"), None, "ops.runs has no column state, which every row needs",
    ),
    "a column has another type": (
        with_type(ops.RUNS, "duration_s", "string"), None, "ops.runs has duration_s as string, where double is needed",
    ),
    "a key has another type": (
        with_type(silver.EVENTS, "event_id", "bigint"), None, "silver.events has event_id as long, where string is needed",
    ),
    "the contract is newer": (
        ops.RUNS, f"One row: a run. Contract version {ops.RUNS.version + 1}.",
        f"ops.runs has contract version {ops.RUNS.version + 1}, which is newer than version {ops.RUNS.version}",
    ),
    "the contract is older": (
        ops.RUNS, f"One row: a run. Contract version {ops.RUNS.version - 1}.",
        f"ops.runs has contract version {ops.RUNS.version - 1}, which is older than version {ops.RUNS.version}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_such_a_lake_is_refused_and_told_what_to_do_before_a_jvm_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    contract, description, told = WRONG[what]
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    make(lake, contract, description)
    before = [f.name for f in lake.store.list()]
    monkeypatch.setattr(app, "session_for", never)
    with pytest.raises(GateClosed) as refused, opened(workspace):
        pass
    assert refused.value.exit_code == 3
    assert told in str(refused.value)
    assert lake.store.url in str(refused.value)
    assert "segspark migrate --dry-run. Where it refuses: use the version that wrote it, or name a new folder" in str(
        refused.value
    )
    # Nothing was touched, and the lease is not held any more.
    assert [f.name for f in lake.store.list() if not f.name.startswith("_lease/")] == before
    assert read_newest(lake.store).is_free


def never(*_: Any) -> Any:
    raise AssertionError("a JVM starts")


def opened(workspace: Workspace) -> AbstractContextManager[Any]:
    return app.lake_session(workspace, "daily")


def test_a_lake_that_fits_is_opened_under_its_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path / "w")
    Lake(workspace.lake).create(ops.RUNS)
    monkeypatch.setattr(app, "session_for", lambda *_: "session")
    monkeypatch.setattr(app, "check_cluster", lambda *_: None)
    with opened(workspace) as lake:
        assert lake.spark == "session"
        assert not read_newest(lake.store).is_free
    assert read_newest(lake.store).is_free


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    make(lake, without(with_type(ops.RUNS, "flow", "int"), "state"))
    make(lake, without(ops.LEDGER, "run_id"))
    with pytest.raises(GateClosed) as refused:
        check_compatible(lake)
    for told in ("ops.runs has no column state", "ops.runs has flow as integer", "ops.ledger has no column run_id"):
        assert told in str(refused.value)


def test_a_column_that_may_be_null_is_added_at_the_next_write(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    make(lake, without(ops.RUNS, "config_hash"))
    check_compatible(lake)
    assert "config_hash" not in lake.columns(ops.RUNS)
    row = ROW.append_column("config_hash", pa.array(["c"]))
    lake.append_small(ops.RUNS, row, "1")
    assert lake.read_small(ops.RUNS)["config_hash"].to_pylist() == ["c"]
    assert problems_of(lake, ops.RUNS) == []


@pytest.mark.parametrize(
    "description",
    [None, "", "Made by hand", f"One row: a run. Contract version {ops.RUNS.version}."],
)
def test_tables_of_this_version_or_of_another_program_are_judged_by_their_columns(
    tmp_path: Path, description: str | None
) -> None:
    lake = Lake(tmp_path)
    make(lake, ops.RUNS, description)
    assert problems_of(lake, ops.RUNS) == []


def test_columns_that_nobody_here_knows_do_no_harm(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    make(lake, ops.RUNS.with_columns([replace(ops.RUNS.columns[0], name="more", required=False)]))
    assert problems_of(lake, ops.RUNS) == []


def test_what_this_version_makes_it_can_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    check_compatible(lake)
    for contract in ALL:
        assert problems_of(lake, contract) == [], contract.name
        lake.create(contract)
        assert missing_stamp(lake, contract) is None, contract.name
    check_compatible(lake)


def test_a_table_without_a_version_is_told_with_the_words_that_write_it_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert missing_stamp(lake, ops.RUNS) is None
    make(lake, ops.RUNS, "Runs of the shop")
    told = missing_stamp(lake, ops.RUNS) or ""
    assert told.startswith("names no contract version, so only its columns were compared.")
    statement, _, stamp = told.rpartition(" IS ")
    assert statement.endswith(f"COMMENT ON TABLE delta.`{lake.path(ops.RUNS)}`")
    lake.table(ops.RUNS).alter.set_table_description(stamp.strip("'"))
    assert missing_stamp(lake, ops.RUNS) is None
    assert problems_of(lake, ops.RUNS) == []


def test_features_of_a_catalogue_stand_beside_the_contract(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create(
        gold.FEATURES.with_columns([replace(ops.RUNS.columns[0], name="n_more", type="bigint", required=False)])
    )
    assert problems_of(lake, gold.FEATURES) == []
