"""A folder as a store: files appear whole or not at all, for one writer among several, and nothing is left beside them."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from segspark.store.local import LocalStore

WRITERS = 8


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(str(tmp_path / "root"))


def parts(store: LocalStore) -> list[Path]:
    return list(Path(store.root).rglob("*.part"))


def test_what_is_named_like_a_file_and_cannot_be_read_matches_but_no_pipe(store: LocalStore) -> None:
    store.replace("a/1.csv", b"")
    for name, target in (("a/2.csv", "nowhere"), ("a/3.csv", "3.csv"), ("a/4.csv", "1.csv"), ("a/5.csv", "../a")):
        os.symlink(target, store.url_of(name))
    os.mkdir(store.url_of("a/6.csv"))
    os.mkfifo(store.url_of("a/7.csv"))
    assert [f.name for f in store.matching("a/*.csv")] == [f"a/{n}.csv" for n in (1, 2, 3, 4, 5, 6)]
    # Without a suffix a pattern goes over folders too, and they are no files.
    assert [f.name for f in store.matching("a/*")] == [f"a/{n}.csv" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("private", [False, True])
def test_a_file_that_was_not_finished_leaves_nothing(
    store: LocalStore, error: type[BaseException], private: bool
) -> None:
    store.replace("kept", b"old")

    def fail(name: str) -> None:
        with store.create(name, private) as stream:
            stream.write(b"half")
            raise error

    for name in ("new", "kept"):
        with pytest.raises(error):
            fail(name)
    assert store.size("new") is None
    assert store.read("kept") == b"old"
    assert [p.name for p in Path(store.root).iterdir()] == ["kept"]


def test_private_files_are_their_owners_alone_from_the_first_byte(store: LocalStore) -> None:
    before = os.umask(0)
    try:
        with store.create("secret", private=True) as stream:
            (half,) = parts(store)
            assert half.stat().st_mode & 0o777 == 0o600
            stream.write(b"x")
        with store.create("open") as stream:
            stream.write(b"x")
    finally:
        os.umask(before)
    assert (Path(store.root) / "secret").stat().st_mode & 0o777 == 0o600
    assert (Path(store.root) / "open").stat().st_mode & 0o777 == 0o666


def _put(store: LocalStore, at: int, start: Any, won: Any) -> None:
    start.wait()
    if store.put_if_absent("lock", f"process {at}".encode()):
        won.put(at)


def test_of_several_processes_that_put_at_once_one_wins(store: LocalStore) -> None:
    # Forked, so that eight of them cost nothing; they touch no library with threads of its own.
    forks = multiprocessing.get_context("fork")
    start, won = forks.Barrier(WRITERS), forks.Queue()
    writers = [forks.Process(target=_put, args=(store, at, start, won)) for at in range(WRITERS)]
    for writer in writers:
        writer.start()
    winner = won.get(timeout=60)
    for writer in writers:
        writer.join(timeout=60)
    assert [w.exitcode for w in writers] == [0] * WRITERS
    assert won.empty()
    assert store.read("lock") == f"process {winner}".encode()
    assert parts(store) == []


KILLED = """
import os, signal, sys
from segspark.store.local import LocalStore
with LocalStore(sys.argv[1]).create("a.csv", private=True) as out:
    out.write(b"zqann@example.com")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_is_removed_and_what_is_being_written_stays(store: LocalStore) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, store.url], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = parts(store)
    store.replace(".notes.part", b"of somebody else")
    # Of an earlier version, which named no process.
    store.replace(f".b.csv.{'0' * 32}.part", b"half")
    store.replace("below/x", b"")
    (below,) = [left.rename(Path(store.url_of("below")) / left.name)]
    with store.create("c.csv") as out:
        out.write(b"mine")
        (mine,) = Path(store.root).glob(".c.csv.*")
        store.remove_left()
        assert {p.name for p in parts(store)} == {".notes.part", mine.name, below.name}
    store.below("below").remove_left()
    assert [p.name for p in parts(store)] == [".notes.part"]
    store.below("none").remove_left()
