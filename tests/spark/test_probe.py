"""What is missing on executors is told before any work, with the exit code that says whether another try makes sense.

A session is stood for here, whose one executor sees what each test says; cluster/test_cluster.py asks real ones.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from segspark import task_keys
from segspark.errors import ConfigError
from segspark.pseudonyms import Key
from segspark.spark import key_travel, probe
from segspark.spark.probe import check_executors
from segspark.spark.seen_places import Place
from segspark.store import Store, store_at
from segspark.task_keys import Handed, Origin, packed

SETTINGS = {"spark.master": "spark://there:7077"}
ENCRYPTED = {
    "spark.authenticate": "true", "spark.network.crypto.enabled": "true", "spark.io.encryption.enabled": "true",
}  # fmt: skip


@dataclass
class Frame:
    rows: list[dict[str, Any]]

    def collect(self) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.rows]


@dataclass
class Session:
    """Its tasks run here, in another state of things if ``before`` makes one."""

    settings: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    jobs: int = 0

    def __post_init__(self) -> None:
        self.conf = SimpleNamespace(get=lambda name, default="": (SETTINGS | self.settings).get(name, default))
        executors = SimpleNamespace(getExecutorMemoryStatus=lambda: SimpleNamespace(size=lambda: 2))
        self.sparkContext = SimpleNamespace(
            defaultParallelism=1, getConf=lambda: self.settings, _jsc=SimpleNamespace(sc=lambda: executors)
        )

    def range(self, *_: int) -> "Session":
        return self

    def mapInArrow(self, function: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], _: str) -> Frame:
        self.jobs += 1
        self.before()
        return Frame([row for batch in function(iter([])) for row in batch.to_pylist()])


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TASK_S", 0)
    monkeypatch.setattr(probe, "SETTLE_S", 0)
    monkeypatch.setattr(task_keys, "hand_over", task_keys.looked_for)
    monkeypatch.setattr(key_travel, "_on_executors", set())


def ask(session: Session, lake: Path, *places: Place, key: Key | None = None) -> None:
    check_executors(session, store_at(lake), places, key)  # type: ignore[arg-type]


def test_on_one_machine_no_job_is_run_and_nothing_is_written(tmp_path: Path) -> None:
    for master in ("local", "local[4]", "local[*]"):
        session = Session({"spark.master": master})
        ask(session, tmp_path / "lake")
        assert session.jobs == 0
    assert list(tmp_path.iterdir()) == []


def test_a_shared_lake_is_fine_and_nothing_of_the_question_stays(tmp_path: Path) -> None:
    session = Session()
    ask(session, tmp_path / "lake")
    assert session.jobs == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_lake_that_executors_do_not_see_is_a_matter_of_configuration(tmp_path: Path) -> None:
    lake = tmp_path / "lake"

    def elsewhere() -> None:
        store_at(lake).delete_tree()

    with pytest.raises(ConfigError) as raised:
        ask(Session(before=elsewhere), lake)
    assert str(raised.value).startswith(
        f"1 of 1 executors of spark://there:7077 do not see the lake at {lake}: a folder"
    )
    assert raised.value.exit_code == 2


def test_a_lake_of_the_same_path_that_holds_something_else_is_another_one(tmp_path: Path) -> None:
    lake = tmp_path / "lake"

    def another() -> None:
        for path in (lake / "_probe").iterdir():
            path.write_text("something else")

    with pytest.raises(ConfigError, match="do not see the lake"):
        ask(Session(before=another), lake)


def test_what_executors_write_must_be_seen_by_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segspark.store.local.LocalStore.replace", _only_the_first())
    with pytest.raises(ConfigError, match="do not see the lake"):
        ask(Session(), tmp_path / "lake")


def _only_the_first() -> Callable[..., None]:
    from segspark.store.local import LocalStore

    replace, calls = LocalStore.replace, []

    def once(self: LocalStore, name: str, content: bytes) -> None:
        calls.append(name)
        if len(calls) == 1:
            replace(self, name, content)

    return once


def test_the_files_of_a_source_are_looked_for_by_name_and_size(tmp_path: Path) -> None:
    deliveries = tmp_path / "deliveries"
    deliveries.mkdir()
    (deliveries / "a.csv").write_text("id\n1\n")
    place = Place("the files of source orders", store_at(deliveries), "a.csv", 5)
    ask(Session(), tmp_path / "lake", place)
    with pytest.raises(ConfigError, match="do not see the files of source orders at"):
        ask(Session(before=(deliveries / "a.csv").unlink), tmp_path / "lake", place)


def test_without_the_key_a_cluster_refuses_unless_spark_encrypts(tmp_path: Path) -> None:
    key = Key(secrets.token_bytes(32), origin=Origin("SEGSPARK_KEY", "/nowhere"))

    def elsewhere() -> None:
        task_keys._met.clear()

    with pytest.raises(ConfigError, match=r"SEGSPARK_KEY into their environment .* spark\.authenticate"):
        ask(Session(before=elsewhere), tmp_path / "lake", key=key)
    ask(Session(ENCRYPTED, before=elsewhere), tmp_path / "lake", key=key)
    assert not key_travel._on_executors
    # Executors that have it are sent nothing from then on.
    ask(Session(ENCRYPTED), tmp_path / "lake", key=key)
    assert key_travel._on_executors


def test_a_key_that_spark_would_send_with_each_task_in_clear_is_refused(tmp_path: Path) -> None:
    key = Key(secrets.token_bytes(32), origin=Origin("SEGSPARK_KEY", "/nowhere"))
    sent = {"spark.executorEnv.SEGSPARK_KEY": "secret"}
    session = Session(sent)
    with pytest.raises(ConfigError, match=r"spark\.executorEnv\.SEGSPARK_KEY sends the key with each task in clear"):
        ask(session, tmp_path / "lake", key=key)
    assert session.jobs == 0
    ask(Session(sent | ENCRYPTED), tmp_path / "lake", key=key)


def test_the_question_itself_hands_no_key_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Key(secrets.token_bytes(32))
    monkeypatch.setattr(task_keys, "hand_over", lambda key: Handed(content=packed(key)))
    with pytest.raises(ConfigError):
        ask(Session(before=task_keys._met.clear), tmp_path / "lake", key=key)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ModuleNotFoundError: No module named 'segspark'", "lack the Python package segspark: give them"),
        (
            'java.io.IOException: Cannot run program "/opt/python"',
            "have no Python at /opt/python: set spark.pyspark.python",
        ),
        ("[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9", "another version of Python"),
    ],
)
def test_executors_that_cannot_run_this_package_are_told_of(tmp_path: Path, said: str, told: str) -> None:
    def fail() -> None:
        raise RuntimeError(said)

    with pytest.raises(ConfigError, match=told):
        ask(Session(before=fail), tmp_path / "lake")
    store: Store = store_at(tmp_path / "lake")
    assert list(store.list()) == []
