"""One Spark session for the whole run: tiny frames, two shuffle partitions, UTC."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

# Files in the order in which they begin, and what each of them took.
pytest_plugins = ("longest_first",)

if TYPE_CHECKING:
    from lakes import Lakes

# On a busy machine a first call takes longer than any deadline.
# The same examples in every run; SEGSPARK_EXPLORE=1, which make test-all sets, looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=300, deadline=None)
settings.load_profile("explore" if os.environ.get("SEGSPARK_EXPLORE") else "same")


# PySpark takes a main module without a file for its own doctests, and ends the process; that of a second test process
# (pytest -n) has none.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__


# A test plans queries that nobody planned before, on a few rows: to generate and compile their code takes longer than all rows.
# make test-all, and each program that a test starts, compile it as a run does.
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from segspark.spark.session import local_session

    session = local_session(
        "tests",
        warehouse=tmp_path_factory.mktemp("warehouse"),
        cores=2,
        is_short=True,
        options={
            "spark.sql.shuffle.partitions": "2",
            # A heap that begins large is collected less often: a twelfth of the JVM's work otherwise.
            "spark.driver.extraJavaOptions": "-Xms1500m -Xmn1000m",
            **({} if os.environ.get("SEGSPARK_EXPLORE") else INTERPRETED),
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def lakes(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> "Lakes":
    """Finished lakes to copy, which the processes of a parallel run share."""
    from lakes import Lakes

    base = tmp_path_factory.getbasetemp()
    return Lakes((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "lakes", spark)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of a bucket on a server of this machine."""
    from benchmarks.bucket_server import s3_server

    with s3_server() as url:
        yield url


@pytest.fixture(scope="session")
def hdfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an HDFS of this machine; skips where there is none."""
    from benchmarks.store_servers import hdfs_server

    yield from _served(hdfs_server, tmp_path_factory.mktemp("hdfs"))


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a container of Azure's emulator; skips where there is none."""
    from benchmarks.store_servers import azure_server

    yield from _served(azure_server, tmp_path_factory.mktemp("azure"))


@pytest.fixture(scope="session")
def google() -> Iterator[str]:
    """The URL of a bucket of a server that knows Google's names."""
    from benchmarks.google_server import google_server

    with google_server() as url:
        yield url


def _served(server: Callable[[Path], AbstractContextManager[str]], scratch: Path) -> Iterator[str]:
    from benchmarks.store_servers import NotHere

    with ExitStack() as stack:
        try:
            url = stack.enter_context(server(scratch))
        except NotHere as error:
            pytest.skip(str(error))
        yield url
