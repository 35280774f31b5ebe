"""The executors of a workspace's cluster: whether they reach the lake, the files of its sources, and the key."""

from typing import TYPE_CHECKING

from segspark.config.models import Workspace
from segspark.config.url import scheme_of
from segspark.errors import ConfigError
from segspark.sources.load import load_sources
from segspark.spark.checkpoints import is_of_one_process
from segspark.spark.environment import is_remote, under_spark_submit
from segspark.spark.probe import LAKE, asks, check_executors, error_of, missing_on_executors
from segspark.spark.seen_places import Place
from segspark.store import store_at, store_of_pattern
from segspark.tables.lake_key import open_key

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def has_cluster(workspace: Workspace) -> bool:
    """Whether the tasks of a workspace may run on other machines."""
    master = workspace.spark.master
    return under_spark_submit() or is_remote() or (master is not None and not is_of_one_process(master))


def check_cluster(workspace: Workspace, session: "SparkSession") -> None:
    """Before any work of a run; nothing is asked where driver and executors are one process.

    Raises:
        ConfigError: executors do not see what they need, and another try would end the same.
        InfrastructureError: a store does not answer them now.
    """
    if asks(session):
        # Made here if the lake is new: its first task needs it.
        key = open_key(workspace, create=True)
        check_executors(session, store_at(workspace.lake), places_of_sources(workspace), key)


def examine_cluster(workspace: Workspace) -> list[str]:
    """What is wrong with the executors, in a sentence each."""
    from segspark.spark.session import session_for

    session = session_for(workspace, f"segspark {workspace.name} doctor", is_short=True)
    try:
        key = open_key(workspace)
    except ConfigError:
        # A new lake has none; the first run makes it.
        key = None
    lake, places = store_at(workspace.lake), places_of_sources(workspace)
    missing = missing_on_executors(session, lake, places, key)
    master = session.conf.get("spark.master", "") or ""
    return [str(error_of(each, [Place(LAKE, lake), *places], master)) for each in missing]


def places_of_sources(workspace: Workspace) -> list[Place]:
    """A file of each source in a folder; of those in stores only that the bucket answers, which one request tells."""
    places: dict[str, Place] = {}
    for source in load_sources(workspace):
        what = f"the files of source {source.name}"
        for pattern in source.patterns:
            store, below = store_of_pattern(pattern)
            if scheme_of(store.url) not in ("", "file"):
                places.setdefault("/".join(store.url.split("/")[:3]), Place(what, store))
            elif file := next(iter(store.matching(below)), None):
                places.setdefault(what, Place(what, store, file.name, file.size))
    return list(places.values())
