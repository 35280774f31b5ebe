"""A folder as a store: files appear whole or not at all, for one writer among several, and nothing is left beside them."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.store.local import LocalStore
from segspark.store.store import StoredFile

WRITERS = 8


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(str(tmp_path / "root"))


def parts(store: LocalStore) -> list[Path]:
    return list(Path(store.root).rglob("*.part"))


def test_a_file_is_written_into_folders_that_are_made_and_read_back(store: LocalStore) -> None:
    store.replace("a/b/c.txt", b"one")
    assert store.read("a/b/c.txt") == b"one"
    assert store.size("a/b/c.txt") == 3
    store.replace("a/b/c.txt", b"")
    assert (store.read("a/b/c.txt"), store.size("a/b/c.txt")) == (b"", 0)
    assert parts(store) == []


def test_names_urls_and_stores_below_agree(store: LocalStore) -> None:
    below = store.below("a").below("b")
    below.replace("c", b"x")
    assert store.read("a/b/c") == b"x"
    assert below.url == store.url_of("a/b") == f"{store.url}/a/b"
    assert store.url_of("") == store.url == store.root
    assert store.for_spark() == store.url
    assert store.for_spark("a/b") == below.url
    assert store.for_delta("a") == (store.url_of("a"), {})
    assert below.for_delta() == (below.url, {})


def test_what_is_not_there_is_told(store: LocalStore) -> None:
    assert store.size("none") is None
    with pytest.raises(FileNotFoundError):
        store.read("none")
    with pytest.raises(FileNotFoundError):
        store.open("none")
    assert list(store.list()) == []
    assert list(store.list("a/b")) == []
    assert list(store.matching("*")) == []
    # Neither is an error: whoever cleans up need not look first.
    store.delete("none")
    store.delete_tree("none")
    store.delete_tree()


def test_a_folder_is_no_file(store: LocalStore) -> None:
    store.replace("a/b", b"x")
    assert store.size("a") is None
    assert list(store.matching("*")) == []


def test_files_are_listed_by_name_with_their_sizes(store: LocalStore) -> None:
    for name, n in (("b/2", 2), ("b/1", 1), ("a", 3), ("b/c/1", 4), ("bc", 5)):
        store.replace(name, b"x" * n)
    assert list(store.list()) == [
        StoredFile("a", 3), StoredFile("b/1", 1), StoredFile("b/2", 2), StoredFile("b/c/1", 4), StoredFile("bc", 5),
    ]  # fmt: skip
    assert [f.name for f in store.list("b")] == ["b/1", "b/2", "b/c/1", "bc"]
    assert [f.name for f in store.list("b/")] == ["b/1", "b/2", "b/c/1"]
    assert [f.name for f in store.list("b/c")] == ["b/c/1"]
    assert [f.name for f in store.below("b").list()] == ["1", "2", "c/1"]


def test_patterns_go_over_folders_and_leave_hidden_files_out(store: LocalStore) -> None:
    for name in (
        "x-1.csv",
        "x-2.csv",
        "y.csv",
        "a/x-3.csv",
        "a/b/x-4.csv",
        ".x-5.csv",
        ".hidden/x-6.csv",
        "a/.x-7.csv",
    ):
        store.replace(name, b"")
    assert list(store.matching("x-*.csv")) == ["x-1.csv", "x-2.csv"]
    assert list(store.matching("x-[2-9].csv")) == ["x-2.csv"]
    assert list(store.matching("?.csv")) == ["y.csv"]
    assert list(store.matching("*/x-*.csv")) == ["a/x-3.csv"]
    assert list(store.matching("**/x-*.csv")) == ["a/b/x-4.csv", "a/x-3.csv", "x-1.csv", "x-2.csv"]
    assert list(store.matching(".x*")) == [".x-5.csv"]
    assert list(store.matching("y.csv")) == ["y.csv"]


def test_what_is_named_like_a_file_and_cannot_be_read_matches_but_no_pipe(store: LocalStore) -> None:
    store.replace("a/1.csv", b"")
    for name, target in (("a/2.csv", "nowhere"), ("a/3.csv", "3.csv"), ("a/4.csv", "1.csv"), ("a/5.csv", "../a")):
        os.symlink(target, store.url_of(name))
    os.mkdir(store.url_of("a/6.csv"))
    os.mkfifo(store.url_of("a/7.csv"))
    assert list(store.matching("a/*.csv")) == [f"a/{n}.csv" for n in (1, 2, 3, 4, 5, 6)]
    # Without a suffix a pattern goes over folders too, and they are no files.
    assert list(store.matching("a/*")) == [f"a/{n}.csv" for n in (1, 2, 3, 4)]


def test_one_file_and_a_whole_folder_are_removed(store: LocalStore) -> None:
    for name in ("a/1", "a/b/2", "c"):
        store.replace(name, b"x")
    store.delete("c")
    assert [f.name for f in store.list()] == ["a/1", "a/b/2"]
    store.delete_tree("a/b")
    assert [f.name for f in store.list()] == ["a/1"]
    store.delete_tree()
    assert not Path(store.root).exists()


def test_a_file_is_opened_at_any_place_of_it_and_empty_ones_too(store: LocalStore) -> None:
    with store.create("t.parquet") as stream:
        pq.write_table(pa.table({"n": [1, 2, 3]}), stream)
    assert pq.ParquetFile(store.open("t.parquet")).read()["n"].to_pylist() == [1, 2, 3]
    store.replace("e", b"")
    assert store.open("e").read() == b""


def test_a_created_file_is_not_there_before_it_is_whole(store: LocalStore) -> None:
    store.replace("f", b"old")
    with store.create("f") as stream:
        stream.write(b"new")
        assert store.read("f") == b"old"
        # Spark and Delta take what begins with a dot for no data; questions by pattern do not see it either.
        assert list(store.matching("*")) == ["f"]
    assert store.read("f") == b"new"
    assert parts(store) == []


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


def test_only_what_is_absent_is_put(store: LocalStore) -> None:
    assert store.put_if_absent("a/lock", b"mine")
    assert not store.put_if_absent("a/lock", b"theirs")
    assert store.read("a/lock") == b"mine"
    store.delete("a/lock")
    assert store.put_if_absent("a/lock", b"theirs")
    assert parts(store) == []


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


def test_of_several_threads_that_put_at_once_one_wins_each_time(store: LocalStore) -> None:
    for turn in range(20):
        start, won = threading.Barrier(WRITERS), []

        def put(at: int, name: str = f"lock-{turn}", start: threading.Barrier = start, won: list[int] = won) -> None:
            start.wait()
            if store.put_if_absent(name, b"x"):
                won.append(at)

        threads = [threading.Thread(target=put, args=(at,)) for at in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
    assert parts(store) == []


def test_readers_see_the_old_or_the_new_content_and_never_a_part(store: LocalStore) -> None:
    contents = [bytes([65 + n]) * 200_000 for n in range(4)]
    store.replace("f", contents[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(store.read("f"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(40):
        store.replace("f", contents[n % 4])
    done.set()
    for reader in readers:
        reader.join()
    assert seen <= set(contents)
    assert parts(store) == []


def test_it_travels_to_a_task(store: LocalStore) -> None:
    store.replace("a/f", b"x")
    there: LocalStore = pickle.loads(pickle.dumps(store.below("a")))
    assert there == store.below("a")
    assert there.read("f") == b"x"


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
