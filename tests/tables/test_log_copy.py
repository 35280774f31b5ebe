"""A run on a lake in a bucket asks for each file of a log once, and its commits are those of the bucket."""

import json
import threading
from contextlib import suppress
from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

from benchmarks.bucket_server import by, requests
from segspark.errors import DamagedFile, InfrastructureError
from segspark.pipeline.runs import record, runs_of
from segspark.store.objects import ObjectStore
from segspark.tables import log_copy
from segspark.tables.checkpoints import make_checkpoint
from segspark.tables.contracts import gold, ops
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.damage import damage_of
from segspark.tables.lake import Lake
from segspark.tables.own_commits import logged_files, replace_files

TOYS = Contract("gold.toys", "one toy", ("toy_id",), (required("toy_id", "string", "Toy"), optional("n", "int", "N")))


def run(n: int, lake: Lake) -> None:
    record(lake, run_id=f"r{n}", flow="ingest", as_of=date(2026, 5, 3), state="done", inputs={}, outputs={})


def toys(*names: str) -> pa.Table:
    return pa.table({"toy_id": list(names), "n": pa.array([1] * len(names), pa.int32())})


@pytest.fixture
def url(s3: str, tmp_path: Path) -> str:
    return f"{s3}/{tmp_path.name}"


def holding(url: str) -> Lake:
    """With a lease."""
    return Lake(url, lambda: None)


@pytest.fixture
def lake(url: str) -> Lake:
    return holding(url)


def names(lake: Lake) -> list[str]:
    return sorted(lake.read_small(TOYS)["toy_id"].to_pylist())


def others(lake: Lake, *rows: str, once: str | None = None) -> None:
    """Rows that a program of another process appends."""
    said = deltalake.CommitProperties(app_transactions=[deltalake.Transaction(once, 1)] if once else None)
    deltalake.write_deltalake(deltalake.DeltaTable(lake.path(TOYS)), toys(*rows), mode="append", commit_properties=said)


def test_what_is_known_is_not_asked_for_again(lake: Lake) -> None:
    run(0, lake)
    assert lake.n_rows(ops.RUNS) == 1
    requests()
    for _ in range(5):
        assert lake.exists(ops.RUNS)
        assert not lake.exists(gold.FEATURES)
        assert lake.n_rows(ops.RUNS) == 1
    # Whether the other one is there.
    assert sum(requests().values()) <= 1


def test_a_commit_is_three_requests_whatever_there_was_before(lake: Lake) -> None:
    run(0, lake)
    requests()
    costs = []
    for n in range(1, 30):
        run(n, lake)
        costs.append(sum(requests().values()))
        assert len(runs_of(lake).rows("ingest")) == n + 1
    # The rows, the commit and its digest; now and then a checkpoint, its digest and the hint to it, and one file of many.
    assert sorted(costs)[: len(costs) // 2] == [3] * (len(costs) // 2)
    assert max(costs) <= 9
    assert sum(costs) <= 5 * len(costs)
    # What it has written it knows.
    assert sum(requests().values()) == 0


def test_a_run_opens_a_table_by_what_follows_the_newest_checkpoint(url: str) -> None:
    costs = []
    for n in range(4):
        writer = holding(url)
        for m in range(10):
            run(10 * n + m, writer)
        requests()
        assert holding(url).n_rows(ops.RUNS) == writer.n_rows(ops.RUNS)
        costs.append(sum(requests().values()))
    # Two lists, the checkpoint, at most two commits.
    assert max(costs) <= 5, costs


def test_a_run_sees_its_own_commits_of_every_kind(lake: Lake) -> None:
    table = lake.create(ops.RUNS)
    assert table.version() == 0
    run(1, lake)
    assert (lake.version(ops.RUNS), table.version()) == (1, 0)
    rows = lake.read_small(ops.RUNS)
    lake.overwrite_small(ops.RUNS, pa.concat_tables([rows, rows]))
    assert (lake.n_rows(ops.RUNS), lake.version(ops.RUNS)) == (2, 2)
    # By another object of this process, as Spark's commits are.
    other = holding(lake.store.url)
    run(2, other)
    assert lake.n_rows(ops.RUNS) == 3


def test_the_bucket_holds_plain_commits_with_their_digests(url: str, lake: Lake) -> None:
    for n in range(12):
        lake.append_small(TOYS, toys(f"{n}"), once=str(n))
    make_checkpoint(lake, TOYS)
    reader = Lake(url)
    assert (reader.version(TOYS), len(names(reader))) == (12, 12)
    assert deltalake.DeltaTable(lake.path(TOYS)).version() == 12
    assert damage_of(reader, TOYS) == []
    stored = [f.name for f in lake.folder(TOYS).list()]
    assert len([n for n in stored if n.startswith("_digests/")]) == len(
        [n for n in stored if n.startswith("_delta_log/") and not n.endswith("_last_checkpoint")]
    )
    # The rows of before, from the checkpoint alone.
    assert sorted(deltalake.DeltaTable(lake.path(TOYS)).to_pyarrow_table()["toy_id"].to_pylist()) == names(reader)


def test_an_append_follows_what_another_writer_has_committed(url: str, lake: Lake) -> None:
    lake.append_small(TOYS, toys("ann"), once="1")
    seen = lake.table(TOYS)
    for n in range(11):
        others(lake, f"bob-{n}")
    # It has not seen them.
    assert lake.table(TOYS).version() == seen.version()
    lake.append_small(TOYS, toys("eve"), once="2")
    assert names(lake) == names(Lake(url)) == sorted(["ann", "eve", *(f"bob-{n}" for n in range(11))])
    assert lake.version(TOYS) == Lake(url).version(TOYS) == 13


def test_a_commit_whose_answer_was_lost_is_there_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append_small(TOYS, toys("ball"), "a")
    put = ObjectStore.put_if_absent

    def tried_again(store: ObjectStore, name: str, content: bytes) -> bool:
        put(store, name, content)
        return put(store, name, content)

    with monkeypatch.context() as patched:
        patched.setattr(ObjectStore, "put_if_absent", tried_again)
        lake.append_small(TOYS, toys("kite"), "b")
    assert names(lake) == ["ball", "kite"]
    lake.append_small(TOYS, toys("doll"), "c")
    assert names(lake) == names(holding(lake.store.url)) == ["ball", "doll", "kite"]


def test_one_transaction_is_appended_once_also_by_two_writers(url: str, lake: Lake) -> None:
    lake.append_small(TOYS, toys("ann"), once="1")
    others(lake, "bob", once="2")
    with pytest.raises(InfrastructureError, match="another writer"):
        lake.append_small(TOYS, toys("bob"), once="2")
    assert names(lake) == names(Lake(url)) == ["ann", "bob"]


def test_a_commit_that_replaces_loses_to_one_that_came_first(url: str, lake: Lake) -> None:
    lake.append_small(TOYS, toys("ann"), once="1")
    others(lake, "bob")
    with pytest.raises(InfrastructureError, match="another writer"):
        lake.overwrite_small(TOYS, toys("eve"))
    # Nothing of it is there, and the next one sees both.
    assert names(lake) == names(Lake(url)) == ["ann", "bob"]
    others(lake, "joe")
    with pytest.raises(InfrastructureError, match="changed by another writer"):
        replace_files(lake, TOYS, lake.table(TOYS), logged_files(lake.table(TOYS))[:1])
    assert names(lake) == ["ann", "bob", "joe"]


def test_an_append_does_not_follow_a_change_of_the_table(url: str, lake: Lake) -> None:
    lake.append_small(TOYS, toys("ann"), once="1")
    deltalake.DeltaTable(lake.path(TOYS)).alter.set_table_description("Toys")
    with pytest.raises(InfrastructureError, match="another writer"):
        lake.append_small(TOYS, toys("bob"), once="2")
    assert names(lake) == ["ann"]
    lake.append_small(TOYS, toys("bob"), once="2")
    assert names(Lake(url)) == ["ann", "bob"]


def test_a_table_that_another_makes_at_the_same_time_is_taken(url: str, lake: Lake) -> None:
    assert not lake.exists(TOYS)
    Lake(url).append_small(TOYS, toys("ann"), once="1")
    lake.append_small(TOYS, toys("bob"), once="2")
    assert names(Lake(url)) == ["ann", "bob"]


def test_of_threads_that_append_at_once_no_commit_is_lost(url: str) -> None:
    lakes = [holding(url), holding(url)]
    lakes[0].create(TOYS)

    def write(at: int) -> None:
        for n in range(12):
            lakes[at % 2].append_small(TOYS, toys(f"{at}-{n}"), once=f"{at} {n}")

    threads = [threading.Thread(target=write, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(Lake(url)) == sorted(f"{at}-{n}" for at in range(4) for n in range(12))


def test_a_commit_that_ends_in_an_error_is_nowhere(lake: Lake) -> None:
    lake.append_small(TOYS, toys("ann"), once="1")

    def interrupted() -> None:
        with lake.committing(TOYS, lake.table(TOYS)) as table:
            table.alter.set_table_description("never")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert lake.version(TOYS) == 1
    assert lake.table(TOYS).metadata().description != "never"
    assert Lake(lake.store.url).version(TOYS) == 1


def test_a_damaged_log_is_not_believed(url: str, lake: Lake) -> None:
    for n in range(12):
        lake.append_small(TOYS, toys(f"{n}"), once=str(n))
    folder = lake.folder(TOYS)
    log = [f.name for f in folder.list("_delta_log/")]
    last = max(n for n in log if n.endswith(".json"))
    checkpoint = max(n for n in log if n.endswith(".parquet"))
    for name in (last, checkpoint):
        before = folder.read(name)
        folder.replace(name, before.replace(b"add", b"odd") if name == last else before[:-9] + b"123456789")
        with pytest.raises(DamagedFile, match="not what was written"):
            holding(url).exists(TOYS)
        folder.replace(name, before)
    folder.delete(last)
    with pytest.raises(DamagedFile, match="missing"):
        holding(url).exists(TOYS)


@pytest.mark.parametrize("page", [1_000, 5])
def test_a_hint_is_asked_where_the_log_is_long(
    url: str, lake: Lake, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_copy, "PAGE", page)
    for n in range(11):
        lake.append_small(TOYS, toys(f"{n}"), once=str(n))
    folder = lake.folder(TOYS)
    assert len(names(holding(url))) == 11
    folder.replace("_delta_log/_last_checkpoint", b"{")
    assert len(names(holding(url))) == 11
    folder.replace("_delta_log/_last_checkpoint", json.dumps({"version": 4, "size": 1}).encode())
    if page == 5:
        with pytest.raises(DamagedFile, match="names a checkpoint"):
            holding(url).exists(TOYS)
    else:
        assert len(names(holding(url))) == 11
    # What the checkpoints hold is not needed any more.
    for version in range(6):
        folder.delete(f"_delta_log/{version:020d}.json")
    folder.replace("_delta_log/_last_checkpoint", json.dumps({"version": 8, "size": 1}).encode())
    assert len(names(holding(url))) == 11
    for name in [f.name for f in folder.list("_delta_log/") if "checkpoint.parquet" in f.name]:
        folder.delete(name)
    with pytest.raises(DamagedFile, match=r"no checkpoint|names a checkpoint"):
        holding(url).exists(TOYS)


def test_a_hint_is_moved_on_now_and_then_and_newer_checkpoints_are_found(url: str, lake: Lake) -> None:
    folder, seen = lake.folder(TOYS), set[int]()
    for n in range(60):
        lake.append_small(TOYS, toys(f"{n}"), once=str(n))
        with suppress(FileNotFoundError):
            seen.add(json.loads(folder.read("_delta_log/_last_checkpoint"))["version"])
    checkpoints = {int(f.name[-31:-19]) for f in folder.list("_delta_log/") if f.name.endswith(".checkpoint.parquet")}
    assert 2 <= len(seen) <= 3
    assert seen < checkpoints
    assert max(checkpoints) - max(seen) <= 24
    assert len(names(holding(url))) == lake.n_rows(TOYS)


def test_without_a_lease_others_commits_are_seen(url: str) -> None:
    reader, writer = Lake(url), holding(url)
    assert not reader.exists(ops.RUNS)
    for n in range(3):
        run(n, writer)
        assert reader.n_rows(ops.RUNS) == n + 1


def test_many_runs_become_one_file_and_none_is_lost(lake: Lake) -> None:
    for n in range(40):
        run(n, lake)
    assert len(lake.table(ops.RUNS).file_uris()) < 20
    assert sorted(row["run_id"] for row in runs_of(lake).rows("ingest")) == sorted(f"r{n}" for n in range(40))
    assert by(requests(), 0)


def test_files_to_remove_are_looked_for_by_one_list(lake: Lake) -> None:
    for n in range(3):
        lake.overwrite_small(TOYS, toys(f"{n}")) if n else lake.append_small(TOYS, toys("0"), once="0")
    requests()
    # All of them are young.
    assert lake.remove_unnamed_files(TOYS, 168, dry_run=False) == 0
    assert sum(requests().values()) == 1
    assert lake.remove_unnamed_files(TOYS, 0, dry_run=True) == 2
    assert lake.remove_unnamed_files(TOYS, 0, dry_run=False) == 2
    assert lake.remove_unnamed_files(TOYS, 0, dry_run=False) == 0
    lake.append_small(TOYS, toys("3"), once="3")
    assert names(lake) == names(Lake(lake.store.url)) == ["2", "3"]
