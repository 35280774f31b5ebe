"""A folder of HDFS as a store: rights, what is left behind, and a name node that is not there."""

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from segspark.errors import ConfigError, InfrastructureError
from segspark.store import hdfs as module
from segspark.store.hdfs import HdfsStore


@pytest.fixture
def store(hdfs: str, tmp_path: Path) -> HdfsStore:
    return HdfsStore(f"{hdfs}/{tmp_path.name}")


def mode(store: HdfsStore, name: str) -> int:
    with store._client() as client:
        return int(client.get_file_info(store._path(name)).permission)


@pytest.mark.slow
def test_files_have_the_rights_that_this_process_gives(store: HdfsStore) -> None:
    before = os.umask(0o027)
    try:
        store.replace("a/open", b"x")
        with store.create("a/secret", private=True) as stream:
            stream.write(b"x")
    finally:
        os.umask(before)
    assert {name: mode(store, name) for name in ("a", "a/open", "a/secret")} == {
        "a": 0o750, "a/open": 0o640, "a/secret": 0o600,
    }  # fmt: skip


def _begin(url: str) -> None:
    with HdfsStore(url).create("half") as stream:
        stream.write(b"x" * 100)
        os._exit(9)


@pytest.mark.slow
def test_what_a_killed_process_began_is_removed_and_what_is_being_written_is_not(store: HdfsStore) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_begin, args=(store.url,))
    process.start()
    process.join()
    assert [f.name.startswith(".half.") for f in store.list()] == [True]
    assert store.size("half") is None
    with store.create("mine") as stream:
        stream.write(b"x")
        store.remove_left()
        assert [f.name[:6] for f in store.list()] == [".mine."]
    assert [f.name for f in store.list()] == ["mine"]


@pytest.mark.slow
def test_a_large_file_is_read_in_ranges(store: HdfsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(module, "BUFFER_BYTES", 300)
    content = os.urandom(5000)
    store.replace("f", content)
    with store.open("f") as stream:
        assert stream.size() == 5000
        stream.seek(4000)
        assert stream.read(700) == content[4000:4700]
        stream.seek(0)
        assert stream.read() == content


@pytest.mark.slow
def test_a_put_whose_answer_was_lost_has_won(store: HdfsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from hdfs_native import Client

    real = Client.rename

    def twice(*arguments: object, **named: object) -> None:
        real(*arguments, **named)  # type: ignore[arg-type]
        raise FileExistsError

    with monkeypatch.context() as lossy:
        lossy.setattr(Client, "rename", twice)
        assert store.put_if_absent("lock", b"mine")
    assert not store.put_if_absent("lock", b"mine")


@pytest.mark.slow
def test_whoever_may_not_read_is_told_without_the_servers_calls(
    store: HdfsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("a/f", b"x")
    with store._client() as client:
        client.set_permission(store._path("a"), 0o700)
    monkeypatch.setenv("HADOOP_USER_NAME", "somebody")
    module._client_of.cache_clear()
    with pytest.raises(InfrastructureError, match=r"refuses this user\. Check its address") as refused:
        store.read("a/f")
    assert "FSPermissionChecker" not in str(refused.value)
    module._client_of.cache_clear()


def test_a_name_node_that_is_not_there_is_told_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hdfs_native")
    monkeypatch.setattr(module, "_CONFIG", {"dfs.client.failover.max.attempts": "1"})
    with pytest.raises(InfrastructureError, match=r"^hdfs://127\.0\.0\.1:9 cannot be reached\. Check its address"):
        HdfsStore("hdfs://127.0.0.1:9/lake").read("a")


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hdfs_native", None)
    module._client_of.cache_clear()
    with pytest.raises(ConfigError, match=r"pip install 'segspark\[hdfs\]'"):
        HdfsStore("hdfs://node/lake").list()
