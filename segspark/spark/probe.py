"""Before a run's work: whether every executor reaches what its tasks will need. On one machine nothing has to be asked.

A machine of a cluster has its own disks, environment and packages. What is missing there would end the run in the middle,
in words about a file that the driver sees; so each executor is asked first, in one short job.
"""

import os
import re
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from segspark.errors import ConfigError, InfrastructureError, SegsparkError
from segspark.pseudonyms import Key
from segspark.spark.checkpoints import is_one_process
from segspark.spark.classic import context_of, executors_now, tasks_at_once
from segspark.spark.environment import is_remote
from segspark.spark.key_travel import is_encrypted, is_on_executors
from segspark.spark.seen_places import FOLDER, REFUSED, UNREACHED, UNSEEN, Place, missing_here
from segspark.store import Store
from segspark.task_keys import ENCRYPTION, Note, found, note_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

LAKE = "the lake"
# Tasks of a round: so many for each core, each so long that another executor takes one too.
TASKS, TASK_S, ROUNDS = 2, 0.1, 5
# Those that start beside the first ones come a moment later.
SETTLE_S = 1.0
_DDL = "executor string, place string, state string, detail string"
NO_KEY = "no key"
_HOW = "see docs/how-to/run-on-a-cluster.md"


@dataclass(frozen=True)
class Missing:
    """What some executors lack: ``n`` of ``of``."""

    place: str
    state: str
    detail: str
    n: int
    of: int


def asks(session: "SparkSession") -> bool:
    """Whether executors are machines of their own, or may be; a server's local session is not on this one."""
    return is_remote() or not is_one_process(session)


def check_executors(session: "SparkSession", lake: Store, places: Sequence[Place], key: Key | None) -> None:
    """Ask every executor for the lake, the places and the key.

    Raises:
        ConfigError: a place cannot be reached as this is configured; another try would end the same.
        InfrastructureError: a store does not answer now.
    """
    for missing in missing_on_executors(session, lake, places, key):
        raise error_of(missing, [Place(LAKE, lake), *places], session.conf.get("spark.master", "") or "")


def missing_on_executors(
    session: "SparkSession", lake: Store, places: Sequence[Place], key: Key | None
) -> list[Missing]:
    """What executors lack, the worst first; nothing is asked where driver and executors are one process."""
    if not asks(session):
        return []
    _refuse_in_clear(session, key)
    content = uuid.uuid4().hex.encode()
    name = f"{FOLDER}/{content.decode()}"
    seen = Place(LAKE, lake, name, len(content), content)
    lake.replace(name, content)
    try:
        answers = _asked(session, [seen, *places], key)
        there = {file.name for file in lake.list(f"{name}-")}
    finally:
        lake.delete_tree(FOLDER)
    executors = {who for who, *_ in answers}
    lacks = {answer for answer in answers if answer[1]}
    # What they have written must be seen here too.
    lacks |= {(who, seen.what, UNSEEN, "") for who in executors if f"{name}-{who}" not in there}
    if key is not None and all(state != NO_KEY for _, _, state, _ in lacks):
        is_on_executors(key)
    elif _hands_over(session):
        lacks = {lack for lack in lacks if lack[2] != NO_KEY}
    return _gathered(lacks, [seen, *places], len(executors))


def _refuse_in_clear(session: "SparkSession", key: Key | None) -> None:
    """
    Raises:
        ConfigError: the key is among the variables that Spark sends with each task, and Spark does not encrypt.
    """
    name = f"spark.executorEnv.{key.origin.environment}" if key and key.origin else ""
    if name and session.conf.get(name, "") and not _hands_over(session):
        raise ConfigError(
            f"{name} sends the key with each task in clear: give it to the executors by a secret of the platform, or switch "
            f"Spark's encryption on, {ENCRYPTION} ({_HOW})."
        )


def _hands_over(session: "SparkSession") -> bool:
    context = context_of(session)
    return context is not None and is_encrypted(context.getConf().get)


def _gathered(lacks: set[tuple[str, str, str, str]], places: Sequence[Place], of: int) -> list[Missing]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for who, place, state, detail in sorted(lacks):
        found.setdefault((place, state), []).append((who, detail))
    order = {place.what: at for at, place in enumerate(places)}
    missing = [Missing(place, state, at[0][1], len({who for who, _ in at}), of) for (place, state), at in found.items()]
    return sorted(missing, key=lambda m: (m.state == UNREACHED, order.get(m.place, len(order))))


def _asked(session: "SparkSession", places: Sequence[Place], key: Key | None) -> set[tuple[str, str, str, str]]:
    """The answers of all executors that are there, in rounds until each has taken a task."""
    variables = sorted(name for name in os.environ if re.match("AWS_|AZURE_|GOOGLE_", name))
    # Without what would be handed over: the question is whether they find it themselves.
    note = replace(note_of(key), handed=None) if key else None
    look = partial(_look, tuple(places), note, variables)
    n_tasks = TASKS * tasks_at_once(session)
    answers: set[tuple[str, str, str, str]] = set()
    with _told_without_python():
        for _ in range(ROUNDS):
            tasks = session.range(0, n_tasks, 1, n_tasks)
            answers |= {tuple(row) for row in tasks.mapInArrow(look, _DDL).collect()}  # type: ignore[misc]
            asked, known = len({who for who, *_ in answers}), executors_now(session)
            if asked >= known:
                time.sleep(SETTLE_S)
                if executors_now(session) == known:
                    break
    return answers


def _look(
    places: Sequence[Place], note: Note | None, variables: Sequence[str], batches: Iterator["pa.RecordBatch"]
) -> Iterator["pa.RecordBatch"]:
    """In a task: what is missing here, a row each; one without a place if nothing is."""
    import pyarrow as pa

    for _ in batches:
        pass
    time.sleep(TASK_S)
    # The parent of a worker is the executor's.
    who = re.sub(r"[^\w.-]", "_", f"{socket.gethostname()}{os.getcwd()}-{os.getppid()}")
    rows = [(who, *missing) for place in places if (missing := missing_here(place, who, variables))]
    if note is not None and (without := _without_key(note)):
        rows.append((who, "the key", NO_KEY, without))
    names = ("executor", "place", "state", "detail")
    columns = zip(*(rows or [(who, "", "", "")]), strict=True)
    yield pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in columns], names=names)


def _without_key(note: Note) -> str:
    try:
        found(note)
    except SegsparkError as error:
        return str(error)
    return ""


def error_of(missing: Missing, places: Sequence[Place], master: str) -> SegsparkError:
    """In one sentence what is missing, and what to do."""
    who = f"{missing.n} of {missing.of} executors of {master}"
    if missing.state == NO_KEY:
        return ConfigError(missing.detail)
    if missing.state == UNSEEN:
        at = next(place.store.url for place in places if place.what == missing.place)
        return ConfigError(
            f"{who} do not see {missing.place} at {at}: a folder must be one that the driver and every executor share "
            f"under this path; mount it on all of them, or name a store, such as s3://bucket/folder ({_HOW})."
        )
    if missing.state == REFUSED:
        return ConfigError(f"{who} may not use {missing.place}: {missing.detail} ({_HOW})")
    return InfrastructureError(f"{who} do not reach {missing.place} now: {missing.detail}")


# What a job that needs only Python and this package fails of, and what to do.
_UNFIT = (
    (r"No module named '([\w.]+)'", "The executors lack the Python package {0}: give them the code by --py-files "
     "segspark.zip and the packages of requirements.txt by an image or spark.archives"),
    (r"Cannot run program \"([^\"]+)\"", "The executors have no Python at {0}: set spark.pyspark.python to theirs"),
    (r"PYTHON_VERSION_MISMATCH", "The executors have another version of Python than the driver: set "
     "spark.pyspark.python and spark.pyspark.driver.python to the same one"),
)  # fmt: skip


@contextmanager
def _told_without_python() -> Iterator[None]:
    """
    Raises:
        ConfigError: an executor cannot run this package at all.
    """
    try:
        yield
    except Exception as error:
        for sign, words in _UNFIT:
            if met := re.search(sign, str(error)):
                raise ConfigError(f"{words.format(*met.groups())} ({_HOW}).") from error
        raise
