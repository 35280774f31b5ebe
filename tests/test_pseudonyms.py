import base64
import os
from pathlib import Path

import pytest

from segspark.errors import ConfigError
from segspark.pseudonyms import Key, Pseudonymiser, load_key


def test_spellings_of_one_address_have_one_pseudonym_and_kinds_do_not_mix() -> None:
    pseudonyms = Pseudonymiser(Key(b"k" * 32))
    ann = pseudonyms.identifier_id("email", "ann@example.com")
    assert ann == pseudonyms.identifier_id("email", " ANN@example.com")
    assert ann != pseudonyms.identifier_id("customer", "ann@example.com")
    assert len(ann or "") == 32
    assert pseudonyms.identifier_id("email", "no address") is None


@pytest.mark.parametrize("spelling", ["\ufeff17850", " 17850\u00a0", "178\u200b50"])
def test_a_number_copied_with_characters_that_nobody_sees_is_the_same(spelling: str) -> None:
    pseudonyms = Pseudonymiser(Key(b"k" * 32))
    assert pseudonyms.identifier_id("customer", spelling) == pseudonyms.identifier_id("customer", "17850")


def test_digits_of_another_script_are_another_number_and_half_a_character_is_none() -> None:
    pseudonyms = Pseudonymiser(Key(b"k" * 32))
    wide = pseudonyms.identifier_id("customer", "\uff11\uff17\uff18\uff15\uff10")
    assert wide not in (None, pseudonyms.identifier_id("customer", "17850"))
    assert pseudonyms.identifier_id("customer", "17850\ud800") is None
    assert pseudonyms.identifier_id("customer", "\u200b") is None


def test_another_key_gives_other_pseudonyms() -> None:
    first, second = (Pseudonymiser(Key(k * 32)).identifier_id("email", "ann@example.com") for k in (b"a", b"b"))
    assert first != second


def test_sealing_can_be_undone_with_the_key_and_repeats() -> None:
    pseudonyms = Pseudonymiser(Key(b"k" * 32))
    sealed = pseudonyms.seal("email", " Ann@example.com")
    assert sealed == pseudonyms.seal("email", "ann@example.com")
    assert b"ann" not in sealed
    assert pseudonyms.unseal("email", sealed) == "ann@example.com"


def test_a_key_file_is_made_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY", raising=False)
    path = tmp_path / "key"
    assert load_key("KEY", path) == load_key("KEY", path)
    assert path.stat().st_mode & 0o777 == 0o600
    os.chmod(path, 0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_key("KEY", path)


def test_the_environment_goes_over_the_file_and_must_be_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", base64.b64encode(b"x" * 32).decode())
    assert load_key("KEY", tmp_path / "key").secret == b"x" * 32
    monkeypatch.setenv("KEY", base64.b64encode(b"short").decode())
    with pytest.raises(ConfigError, match="32 random bytes"):
        load_key("KEY", tmp_path / "key")
    assert "xxx" not in repr(Key(b"x" * 32))


def test_a_process_that_is_killed_while_it_makes_a_key_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a key would be an error for ever, and a key that is lost with the power makes strangers of all people."""
    on_disk: list[str] = []

    def killed(made: Path, at: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.delenv("KEY", raising=False)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda handle: on_disk.append(os.readlink(f"/proc/self/fd/{handle}")))
        patched.setattr(os, "link", killed)
        with pytest.raises(KeyboardInterrupt):
            load_key("KEY", tmp_path / "key")
    assert len(on_disk) == 1
    assert list(tmp_path.iterdir()) == []
    # Another process may have made one first: that one holds.
    first = load_key("KEY", tmp_path / "key")
    assert load_key("KEY", tmp_path / "key") == first
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
