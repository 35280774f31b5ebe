"""The settings of a cluster, printed from the wheel; the clone's file is the same text."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from spark.test_settings import settings_of

from segspark.cli.main import cli
from segspark.spark.defaults import spark_defaults
from segspark.spark.environment import jar_folder
from segspark.spark.settings import EVERYWHERE, SHIPPED_BY_SPARK
from segspark.spark.submit.conf import cluster_conf, conf_of_the_clone
from segspark.spark.versions import delta_package

ROOT = Path(__file__).parents[3]


def printed(*arguments: str) -> str:
    return CliRunner().invoke(cli, ["submit-conf", *arguments], catch_exceptions=False).stdout


def test_it_is_printed_and_is_the_clones_file() -> None:
    assert printed() == cluster_conf()
    assert (ROOT / "conf" / "spark-cluster.conf").read_text() == conf_of_the_clone()
    assert EVERYWHERE.items() <= settings_of(printed()).items()


@pytest.mark.parametrize("fetch", [False, True])
def test_delta_is_the_platforms_or_fetched_without_what_spark_ships(fetch: bool) -> None:
    text = printed("--fetch-delta") if fetch else printed()
    said = settings_of(text)
    assert said.get("spark.jars.packages") == (delta_package() if fetch else None)
    assert said.get("spark.jars.excludes") == (",".join(SHIPPED_BY_SPARK) if fetch else None)
    # Where it is not fetched, the line to take in is there.
    assert delta_package() in text


def test_it_says_how_nothing_travels_in_clear() -> None:
    for key in (
        "spark.authenticate ",
        "spark.authenticate.secret",
        "spark.network.crypto.enabled",
        "spark.io.encryption",
    ):
        assert key in cluster_conf()


def test_that_of_one_machine_names_its_jars_and_python() -> None:
    assert printed("--local") == spark_defaults(jar_folder())
