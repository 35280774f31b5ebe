import os
import secrets
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from segspark import task_keys
from segspark.pseudonyms import Key
from segspark.spark import key_travel
from segspark.spark.key_travel import carry_keys, handed, is_encrypted, is_on_executors
from segspark.task_keys import Handed, Origin, packed, unpacked

ENCRYPTED = {
    "spark.authenticate": "true", "spark.network.crypto.enabled": "true", "spark.io.encryption.enabled": "true",
}  # fmt: skip


@pytest.fixture
def key() -> Key:
    return Key(secrets.token_bytes(32), origin=Origin("SEGSPARK_KEY", "/nowhere"))


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_keys, "hand_over", task_keys.looked_for)
    monkeypatch.setattr(key_travel, "_on_executors", set())


def on(monkeypatch: pytest.MonkeyPatch, master: str, java: dict[str, str] | None = None, **settings: str) -> None:
    """A session of a master, whose Java was started with an environment."""

    class System:
        @staticmethod
        def getenv(name: str) -> str | None:
            return (java or {}).get(name)

    jvm: Any = SimpleNamespace(java=SimpleNamespace(lang=SimpleNamespace(System=System)))
    context = SimpleNamespace(master=master, _jvm=jvm, getConf=lambda: settings)
    monkeypatch.setattr(key_travel, "active_context", lambda: context)


def test_on_one_machine_nothing_is_handed_over_where_workers_find_the_key(
    key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGSPARK_KEY", "set before Java began")
    on(monkeypatch, "local[2]", {"SEGSPARK_KEY": "set before Java began"})
    assert handed(key) is None
    monkeypatch.delenv("SEGSPARK_KEY")
    on(monkeypatch, "local[2]")
    assert handed(key) is None


def test_on_one_machine_a_key_that_workers_cannot_find_is_in_a_private_file(
    key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    on(monkeypatch, "local[2]")
    made_here = Key(key.secret)
    given = handed(made_here)
    assert given is not None
    assert given.content == b""
    assert unpacked(Path(given.file).read_bytes()) == made_here
    assert stat.S_IMODE(os.stat(given.file).st_mode) == 0o600
    assert handed(made_here) == given
    monkeypatch.setenv("SEGSPARK_KEY", "set after Java began")
    assert handed(key) == given


def test_on_a_cluster_the_key_travels_under_encryption_only_and_not_where_executors_have_it(
    key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "spark://there:7077")
    assert handed(key) is None
    on(monkeypatch, "spark://there:7077", **ENCRYPTED)
    assert handed(key) == Handed(content=packed(key))
    is_on_executors(key)
    assert handed(key) is None


@pytest.mark.parametrize("without", sorted(ENCRYPTED))
def test_each_part_of_the_encryption_is_needed(without: str) -> None:
    assert is_encrypted(ENCRYPTED.get)  # type: ignore[arg-type]
    assert not is_encrypted({**ENCRYPTED, without: "false"}.get)  # type: ignore[arg-type]
    assert is_encrypted({**ENCRYPTED, "spark.network.crypto.enabled": "false", "spark.ssl.rpc.enabled": "true"}.get)  # type: ignore[arg-type]


def test_a_session_carries_keys_and_without_one_nothing_is_handed_over(
    key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_travel, "active_context", lambda: None)
    assert handed(key) is None
    carry_keys()
    assert task_keys.hand_over is handed
