"""Machines that share no disk, an S3 server beside them, and a driver with the wheel."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.machines import cluster, environment_of_wheel, why_not_apart
from cluster.shop import KEY, Driver, jars
from versions.environments import NotMade, build_wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if why := why_not_apart():
        pytest.skip(why)
    if jars() is None:
        pytest.skip("Spark's jars for S3 are not here; run: make s3")
    try:
        return build_wheel(tmp_path_factory.mktemp("wheel"))
    except NotMade as error:
        pytest.skip(f"no wheel can be built here: {error}")


@pytest.fixture(scope="module")
def bucket(s3: str) -> str:
    return s3


@pytest.fixture(scope="module")
def driver(wheel: Path, bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """Of a cluster whose workers have the key and the store's credentials in their environment."""
    base = tmp_path_factory.mktemp("cluster")
    python = environment_of_wheel(base, wheel)
    environ = {**{name: value for name, value in os.environ.items() if name.startswith("AWS_")}, "SEGSPARK_KEY": KEY}
    with cluster(base, environ) as made:
        yield Driver(made, python, environ)
