"""A new key: pseudonyms stay, the vault is sealed again, and a rotation that is killed anywhere is completed."""

import base64
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, store_rows, write_orders
from click.testing import CliRunner
from pyspark.sql import SparkSession

from segspark.app import rotate as module
from segspark.app.rotate import examine_key, rotate
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.ingest.flow import INGEST
from segspark.ingest.write import write_all
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import CannotUnseal, Key, Pseudonymiser, Vault, load_key
from segspark.sources.sealing import RecordSealer
from segspark.tables.contracts import privacy, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.lake_key import open_key, read_envelopes
from segspark.tables.lease import only_writer

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
PEOPLE = tuple(f"p{n}@example.com" for n in range(20))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("SEGSPARK_KEY", raising=False)
    made = make_workspace(tmp_path / "w")
    open_key(made, create=True)
    for half in (PEOPLE[:10], PEOPLE[10:]):
        add(made, *half)
    return made


def add(workspace: Workspace, *addresses: str) -> None:
    key = open_key(workspace)
    made = Pseudonymiser(key)
    rows = [
        {"identifier_id": made.identifier_id("email", a), "kind": "email", "sealed": made.seal("email", a),
         "key_epoch": made.epoch}
        for a in addresses
    ]  # fmt: skip
    store_rows(Lake(workspace.lake), privacy.IDENTITIES, *rows)


def opened(workspace: Workspace) -> dict[str, str]:
    """Pseudonym -> address of everybody, as the present key opens the vault."""
    made = Pseudonymiser(open_key(workspace))
    rows = rows_of(Lake(workspace.lake), privacy.IDENTITIES)
    return {r["identifier_id"]: made.unseal(r["kind"], r["sealed"]) for r in rows}


def epochs(workspace: Workspace) -> set[int]:
    return {r["key_epoch"] for r in rows_of(Lake(workspace.lake), privacy.IDENTITIES)}


def test_pseudonyms_stay_over_two_rotations_and_every_row_is_of_the_last_epoch(workspace: Workspace) -> None:
    before, first = opened(workspace), load_key("", workspace.keys.file)
    for epoch in (2, 3):
        assert rotate(workspace) == {"epoch": epoch, "rows": 20, "where": str(workspace.keys.file)}
        assert opened(workspace) == before
        assert epochs(workspace) == {epoch}
        # Those that an earlier release met have none until then.
        assert {r["mailbox_provider"] for r in rows_of(Lake(workspace.lake), privacy.IDENTITIES)} == {"other"}
        assert examine_key(workspace)["epoch"] == epoch
    key = open_key(workspace)
    assert key.derive("identifier") == first.derive("identifier")
    assert load_key("", workspace.keys.file).secret != first.secret
    assert workspace.keys.file.stat().st_mode & 0o777 == 0o600
    assert not workspace.keys.file.with_name(".segspark-key.next").exists()
    # New people are sealed under the new key.
    add(workspace, "new@example.com")
    assert len(opened(workspace)) == 21
    assert epochs(workspace) == {3}


def test_the_old_secret_opens_neither_lake_nor_vault(workspace: Workspace) -> None:
    old = workspace.keys.file.read_text()
    rotate(workspace)
    workspace.keys.file.write_text(old)
    with pytest.raises(GateClosed, match="another key"):
        open_key(workspace)
    sealed = rows_of(Lake(workspace.lake), privacy.IDENTITIES)[0]["sealed"]
    with pytest.raises(CannotUnseal):
        Pseudonymiser(Key(base64.b64decode(old))).unseal("email", sealed)


def test_what_was_sealed_before_can_be_unsealed_after(workspace: Workspace) -> None:
    sealed = Vault(open_key(workspace)).seal(b"a refused record", "quarantine")
    for _ in range(2):
        rotate(workspace)
    vault = Vault(open_key(workspace))
    assert vault.unseal(sealed, "quarantine") == b"a refused record"
    with pytest.raises(CannotUnseal):
        vault.unseal(sealed, "vault")
    with pytest.raises(CannotUnseal):
        Vault(open_key(workspace), "records").unseal(sealed, "quarantine")


def test_refused_records_are_sealed_anew_hashed_as_before_and_all_can_be_opened(workspace: Workspace) -> None:
    before = RecordSealer(open_key(workspace))
    sealed = before.seal(b"a record")
    old = open_key(workspace)
    rotate(workspace)
    after = RecordSealer(open_key(workspace))
    assert after.open(sealed).raw == after.open(after.seal(b"a record")).raw == b"a record"
    assert after.hash_of(b"a record") == before.hash_of(b"a record")
    # The old key alone opens nothing that is sealed from now on.
    with pytest.raises(CannotUnseal):
        RecordSealer(old).open(after.seal(b"a record"))


class Killed(BaseException):
    pass


def dies_in(call: str, after: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """Kill the process before or after a call of the rotation's; the n-th of several is ``name:n``."""
    name, _, nth = call.partition(":")

    def plant(patch: pytest.MonkeyPatch) -> None:
        calls: list[Any] = []
        real = getattr(module, name)

        def dying(*args: Any) -> Any:
            calls.append(args)
            is_it = len(calls) == int(nth or 1)
            if is_it and not after:
                raise Killed
            result = real(*args)
            if is_it:
                raise Killed
            return result

        patch.setattr(module, name, dying)

    return plant


POINTS = [
    (name, after)
    for name in ("make_key_file", "write_envelopes:1", "seal_again", "put_in_place", "write_envelopes:2")
    for after in (False, True)
]


@pytest.mark.parametrize(("name", "after"), POINTS)
def test_a_rotation_killed_anywhere_is_completed_and_every_row_can_be_read_at_every_moment(
    workspace: Workspace, name: str, after: bool
) -> None:
    before = opened(workspace)
    with pytest.MonkeyPatch.context() as patch:
        dies_in(name, after)(patch)
        with pytest.raises(Killed):
            rotate(workspace)
    assert opened(workspace) == before
    # An ingest may come between.
    add(workspace, "between@example.com")
    between = opened(workspace)
    assert len(between) == 21
    is_begun = len(read_envelopes(Lake(workspace.lake).store)) == 2
    assert examine_key(workspace)["is_unfinished"] is is_begun
    rotate(workspace)
    assert opened(workspace) == between
    assert len(epochs(workspace)) == 1
    assert len(read_envelopes(Lake(workspace.lake).store)) == 1


def test_a_new_key_that_was_lost_before_it_was_in_place_is_made_again(workspace: Workspace) -> None:
    before = opened(workspace)
    with pytest.MonkeyPatch.context() as patch:
        dies_in("seal_again", True)(patch)
        with pytest.raises(Killed):
            rotate(workspace)
    workspace.keys.file.with_name(".segspark-key.next").unlink()
    assert rotate(workspace)["epoch"] == 2
    assert opened(workspace) == before


def test_a_key_of_the_environment_is_replaced_by_the_one_named_as_next(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = opened(workspace)
    old, new = workspace.keys.file.read_text().strip(), base64.b64encode(bytes(range(32))).decode()
    workspace.keys.file.unlink()
    monkeypatch.setenv("SEGSPARK_KEY", old)
    with pytest.raises(ConfigError, match="SEGSPARK_KEY_NEXT"):
        rotate(workspace)
    monkeypatch.setenv("SEGSPARK_KEY_NEXT", old)
    with pytest.raises(ConfigError, match="nothing would change"):
        rotate(workspace)
    monkeypatch.setenv("SEGSPARK_KEY_NEXT", base64.b64encode(b"n" * 32).decode())
    with pytest.raises(ConfigError, match="SEGSPARK_KEY_NEXT is a pattern"):
        rotate(workspace)
    assert opened(workspace) == before
    monkeypatch.setenv("SEGSPARK_KEY_NEXT", new)
    assert rotate(workspace) == {"epoch": 2, "rows": 20, "where": "SEGSPARK_KEY"}
    with pytest.raises(GateClosed, match="The environment variable SEGSPARK_KEY holds another key"):
        open_key(workspace)
    monkeypatch.setenv("SEGSPARK_KEY", new)
    assert opened(workspace) == before
    assert not workspace.keys.file.exists()


def test_while_something_writes_to_the_lake_the_key_is_not_changed(workspace: Workspace) -> None:
    key = open_key(workspace)
    with only_writer(Lake(workspace.lake).store, "daily"), pytest.raises(GateClosed, match="writes to the lake"):
        rotate(workspace)
    assert open_key(workspace) == key


def test_the_commands_tell_epoch_and_place_and_no_key(workspace: Workspace) -> None:
    run = CliRunner().invoke
    folder = str(workspace.folder)
    said = run(cli, ["key", "check", "--config", folder]).output
    assert "epoch 1" in said
    assert str(workspace.keys.file) in said
    old = workspace.keys.file.read_text().strip()
    said += run(cli, ["key", "rotate", "--config", folder]).output
    assert "Epoch 2: 20 rows" in said
    said += run(cli, ["key", "check", "--json", "--config", folder]).output
    assert '"epoch": 2' in said
    assert old not in said
    assert workspace.keys.file.read_text().strip() not in said


def test_persons_are_one_over_two_rotations_during_and_between_runs(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation that meets a run is refused; between runs, and after one that was killed, it splits nobody."""
    monkeypatch.delenv("SEGSPARK_KEY", raising=False)
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    refused = []

    def ingest(day: int, number: str, *, dies: bool = False) -> None:
        write_orders(workspace, MAY[day - 1], (f"{number}a", "ann@example.com", f"2026-05-0{day - 1} 10:00:00", "10.00"),
                     (f"{number}b", f"new{number}@example.com", f"2026-05-0{day - 1} 10:00:00", "10.00"))  # fmt: skip

        def write_and_meet(*args: Any, **options: Any) -> None:
            with pytest.raises(GateClosed, match="writes to the lake") as closed:
                rotate(workspace)
            refused.append(closed.value.exit_code)
            if dies:
                raise Killed
            write_all(*args, **options)

        with pytest.MonkeyPatch.context() as patch, only_writer(lake.store, "daily"):
            patch.setattr("segspark.ingest.flow.write_all", write_and_meet)
            run_flow(INGEST, workspace, lake, MAY[day])

    ingest(3, "1")
    rotate(workspace)
    with pytest.raises(Killed):
        ingest(4, "2", dies=True)
    rotate(workspace)
    ingest(4, "2")
    assert refused == [3, 3, 3]
    links = rows_of(lake, silver.IDENTITY_LINKS)
    made = Pseudonymiser(open_key(workspace))
    addresses = ("ann@example.com", "new1@example.com", "new2@example.com")
    assert {r["person_id"] for r in links} == {made.identifier_id("email", a) for a in addresses}
    assert len(links) == len(opened(workspace)) == 3
    assert set(opened(workspace).values()) == set(addresses)
    # What the killed run had sealed may be of the epoch in which it was sealed, until the next rotation.
    assert epochs(workspace) <= {2, 3}
    assert rotate(workspace)["rows"] == 3
    assert epochs(workspace) == {4}
