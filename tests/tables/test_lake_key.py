"""Whether a lake is opened with the key it was made with, and what is said if not."""

import base64
import json
from pathlib import Path

import pytest
from builders import make_workspace, store_rows

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pseudonyms import Key, Pseudonymiser, load_key
from segspark.tables.contracts import privacy, silver
from segspark.tables.lake import Lake
from segspark.tables.lake_key import NAME, check_key, check_value, open_key, read_envelopes

OTHER = "b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXkgb3RoZXI="


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.delenv("SEGSPARK_KEY", raising=False)
    made = make_workspace(tmp_path / "w")
    # Nothing has needed a key yet.
    made.keys.file.unlink()
    return made


def with_people(workspace: Workspace, key: Key) -> Lake:
    """A lake with somebody in its vault, and without a check value, as older versions made it."""
    lake, pseudonyms = Lake(workspace.lake), Pseudonymiser(key)
    who = pseudonyms.identifier_id("email", "ann@example.com")
    sealed = pseudonyms.seal("email", "ann@example.com")
    store_rows(lake, privacy.IDENTITIES, {"identifier_id": who, "kind": "email", "sealed": sealed})
    store_rows(lake, silver.IDENTITY_LINKS, {"identifier_id": who, "person_id": who})
    return lake


def test_a_new_lake_takes_no_key_that_can_be_guessed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_KEY", base64.b64encode(b"abab" * 8).decode())
    with pytest.raises(ConfigError, match=r"is a pattern.*openssl rand"):
        open_key(workspace, create=True)
    assert read_envelopes(Lake(workspace.lake).store) == []
    # A lake that was made with such a key before still opens.
    with_people(workspace, load_key("SEGSPARK_KEY", workspace.keys.file))
    assert open_key(workspace, create=True).secret == b"abab" * 8


def test_the_first_ingest_makes_key_and_check_value_and_later_ones_find_them(workspace: Workspace) -> None:
    key = open_key(workspace, create=True)
    assert key == open_key(workspace) == open_key(workspace, create=True) == Key(key.secret, 1)
    said = Lake(workspace.lake).store.read(NAME).decode()
    assert [e.check for e in read_envelopes(Lake(workspace.lake).store)] == [check_value(key.secret)]
    # It is no part of the key, and nothing that a pseudonym is made with.
    for use in ("identifier", "vault", "check"):
        assert key.derive(use).hex()[:32] not in said
    assert key.secret.hex() not in said


def test_a_question_writes_nothing_and_makes_no_key(workspace: Workspace) -> None:
    with pytest.raises(ConfigError, match="No key"):
        open_key(workspace)
    check_key(workspace)
    assert not workspace.keys.file.exists()
    assert not Lake(workspace.lake).store.list()


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("create", [True, False])
def test_another_key_is_refused_and_what_would_happen_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, is_old: bool, create: bool
) -> None:
    lake = with_people(workspace, load_key("", workspace.keys.file))
    if not is_old:
        open_key(workspace, create=True)
    before = sorted(f.name for f in lake.store.list())
    monkeypatch.setenv("SEGSPARK_KEY", OTHER)
    with pytest.raises(GateClosed, match=r"every person would be there twice.*strangers.*key rotate") as refused:
        open_key(workspace, create)
    assert refused.value.exit_code == 3
    assert OTHER not in str(refused.value)
    assert ("unset SEGSPARK_KEY" in str(refused.value)) is not is_old
    assert sorted(f.name for f in lake.store.list()) == before


@pytest.mark.parametrize("is_old", [True, False])
def test_a_lost_key_is_not_replaced_by_a_new_one(workspace: Workspace, is_old: bool) -> None:
    with_people(workspace, load_key("", workspace.keys.file))
    if not is_old:
        open_key(workspace, create=True)
    workspace.keys.file.unlink()
    for create in (True, False):
        with pytest.raises(GateClosed, match=r"missing.*SEGSPARK_KEY.*\.segspark-key"):
            open_key(workspace, create)
    with pytest.raises(GateClosed):
        check_key(workspace)
    assert not workspace.keys.file.exists()


def test_an_older_lake_gets_its_check_value_from_the_key_that_opens_its_vault(workspace: Workspace) -> None:
    key = load_key("", workspace.keys.file)
    lake = with_people(workspace, key)
    assert open_key(workspace) == key
    assert not read_envelopes(lake.store)
    assert open_key(workspace, create=True) == key
    assert [e.epoch for e in read_envelopes(lake.store)] == [1]


def test_a_damaged_file_is_named(workspace: Workspace) -> None:
    open_key(workspace, create=True)
    store = Lake(workspace.lake).store
    for content in (b"{", b"{}", b'{"envelopes": [{"epoch": 1}]}'):
        store.replace(NAME, content)
        with pytest.raises(GateClosed, match=r"_key\.json is damaged"):
            open_key(workspace)


def test_a_key_file_that_others_may_read_is_refused_as_it_is(workspace: Workspace) -> None:
    open_key(workspace, create=True)
    workspace.keys.file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_key(workspace)
    with pytest.raises(ConfigError, match="chmod 600"):
        check_key(workspace)


def test_of_two_first_runs_at_once_one_key_stays(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    key = open_key(workspace, create=True)
    # Another process looked before the value was there.
    from segspark.tables import lake_key

    found = [[], lake_key.read_envelopes(Lake(workspace.lake).store)]
    monkeypatch.setattr(lake_key, "read_envelopes", lambda store: found.pop(0))
    monkeypatch.setenv("SEGSPARK_KEY", OTHER)
    with pytest.raises(GateClosed):
        open_key(workspace, create=True)
    assert json.loads(Lake(workspace.lake).store.read(NAME))["envelopes"][0]["check"] == check_value(key.secret)
