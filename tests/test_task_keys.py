import base64
import os
import pickle
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import make_workspace
from pyspark import cloudpickle
from secrets_in import secrets_in

from segspark import task_keys
from segspark.app.rotate import rotate
from segspark.errors import ConfigError, GateClosed
from segspark.pseudonyms import Key, Pseudonymiser, make_key_file
from segspark.tables.lake_key import open_key
from segspark.task_keys import Handed, Origin, check_of, key_in, packed, sealed_under, unpacked

OPEN = (
    "import pickle, sys; key = pickle.loads(sys.stdin.buffer.read()); "
    "from segspark.pseudonyms import Pseudonymiser; print(Pseudonymiser(key).identifier_id('customer', '7'), key)"
)


@pytest.fixture(autouse=True)
def nothing_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_keys, "hand_over", task_keys.looked_for)


def opened_by_another_process(note: bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEGSPARK")}
    return subprocess.run(
        [sys.executable, "-c", OPEN], input=note, capture_output=True, check=False, env={**kept, **environ}
    )


def text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def test_a_pickled_key_holds_no_secret_and_its_own_process_knows_it_again() -> None:
    secret, vault = secrets.token_bytes(32), secrets.token_bytes(64)
    key = Key(secret, 2, (vault,), Origin("SEGSPARK_KEY", "/nowhere", None))
    for dumped in (pickle.dumps(key), cloudpickle.dumps(lambda: key), pickle.dumps([key], 0)):
        every = (secret, vault, *(key.derive(use) for use in ("file", "records", "identifier")))
        assert secrets_in(dumped, *every) == []
    assert pickle.loads(pickle.dumps(key)) == key


def test_the_forms_of_a_secret_are_found() -> None:
    secret = secrets.token_bytes(32)
    for held in (secret, secret.hex().encode(), base64.b64encode(b"x" + secret), base64.b64encode(b"xy" + secret)):
        assert secrets_in(b"before" + held + b"after", secret) == [0]
    assert secrets_in(pickle.dumps(secret), secret) == [0]


def test_another_process_looks_in_its_environment_then_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    make_key_file(file)
    secret = base64.b64decode(file.read_text())
    key = Key(secret, origin=Origin("SEGSPARK_KEY", str(file)))
    pseudonym = Pseudonymiser(key).identifier_id("customer", "7")
    for environ in ({}, {"SEGSPARK_KEY": text(secret)}, {"SEGSPARK_KEY": text(secrets.token_bytes(32))}):
        done = opened_by_another_process(pickle.dumps(key), **environ)
        assert done.stdout.decode() == f"{pseudonym} Key(epoch=1)\n", done.stderr
    file.unlink()
    assert opened_by_another_process(pickle.dumps(key), SEGSPARK_KEY=text(secret)).returncode == 0


def test_a_process_without_the_key_or_with_another_one_says_what_to_set(tmp_path: Path) -> None:
    key = Key(secrets.token_bytes(32), origin=Origin("SEGSPARK_KEY", str(tmp_path / "key")))
    for environ in ({}, {"SEGSPARK_KEY": text(secrets.token_bytes(32))}):
        said = opened_by_another_process(pickle.dumps(key), **environ).stderr.decode()
        assert said.splitlines()[-1].startswith("segspark.errors.ConfigError: The executors have not the key")
        assert "SEGSPARK_KEY" in said
        assert "spark.authenticate" in said


def test_the_key_of_a_rotated_lake_is_opened_by_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGSPARK_KEY", raising=False)
    workspace = make_workspace(tmp_path)
    first = open_key(workspace, create=True)
    rotate(workspace)
    key = open_key(workspace)
    assert key.epoch == 2
    dumped = pickle.dumps(key)
    assert secrets_in(dumped, first.secret, *key.vaults, base64.b64decode(workspace.keys.file.read_text())) == []
    done = opened_by_another_process(dumped)
    assert done.stdout.decode() == f"{Pseudonymiser(first).identifier_id('customer', '7')} Key(epoch=2)\n", done.stderr


def test_what_is_handed_over_is_a_file_or_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Key(secrets.token_bytes(32))
    file = tmp_path / "handed"
    file.write_bytes(packed(key))
    monkeypatch.setattr(task_keys, "hand_over", lambda key: Handed(file=str(file)))
    dumped = pickle.dumps(key)
    assert secrets_in(dumped, key.secret) == []
    assert opened_by_another_process(dumped).returncode == 0
    monkeypatch.setattr(task_keys, "hand_over", lambda key: Handed(content=packed(key)))
    assert opened_by_another_process(pickle.dumps(key)).returncode == 0


def test_a_check_value_is_the_keys_own() -> None:
    key = Key(b"k" * 32)
    assert check_of(key) == check_of(replace(key, origin=Origin("A", "b")))
    assert len({check_of(k) for k in (key, Key(b"l" * 32), Key(b"k" * 32, 2, (b"v" * 64,)))}) == 3


def test_a_sealed_key_opens_with_its_secret_only() -> None:
    key = Key(b"k" * 32, 2, (b"v" * 64,))
    sealed = sealed_under(b"s" * 32, key)
    assert key_in(b"s" * 32, sealed) == key
    assert key_in(b"t" * 32, sealed) is None
    assert key_in(b"s" * 32, None) == Key(b"s" * 32)
    with pytest.raises(GateClosed, match="damaged"):
        unpacked(b"{}")
    with pytest.raises(ConfigError, match="switch Spark's encryption on"):
        task_keys.found(task_keys.Note("no", None, None))
