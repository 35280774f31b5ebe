"""Which Spark is claimed, which Delta belongs to it, and how another one is refused."""

import tomllib
from pathlib import Path

import pytest

from segspark.app.workspace import open_workspace
from segspark.config.url import Url
from segspark.errors import EXIT_USAGE, ConfigError
from segspark.spark import session, versions
from segspark.spark.environment import check_environment
from segspark.spark.versions import CLAIMED, delta_package, is_claimed, refuse_other_spark, spark_version

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("spark", "delta", "package"),
    [
        ("4.0.2", "4.0.0", "io.delta:delta-spark_2.13:4.0.0"),
        ("4.0.5", "4.4.0", "io.delta:delta-spark_4.0_2.13:4.4.0"),
        ("4.1.1", "4.2.0", "io.delta:delta-spark_4.1_2.13:4.2.0"),
        ("4.2.0", "4.4.0", "io.delta:delta-spark_4.2_2.13:4.4.0"),
        # Without the wheel, as on a platform: the one that was run beside this Spark.
        ("4.0.5", None, "io.delta:delta-spark_2.13:4.0.0"),
        ("4.1.4", None, "io.delta:delta-spark_4.1_2.13:4.2.0"),
        ("4.2.1", None, "io.delta:delta-spark_4.2_2.13:4.4.0"),
    ],
)
def test_the_jar_is_of_this_spark_and_of_the_installed_delta(
    monkeypatch: pytest.MonkeyPatch, spark: str, delta: str | None, package: str
) -> None:
    def version(name: str) -> str:
        if delta is None:
            raise versions.metadata.PackageNotFoundError(name)
        return delta

    monkeypatch.setattr(versions.metadata, "version", version)
    assert delta_package(spark) == package


@pytest.mark.parametrize(
    ("spark", "right"),
    [("3.5.6", False), ("4.0.0", True), ("4.0.2-amzn-0", True), ("4.2.1", True), ("4.3.0", False), ("5.0.0", False)],
)
def test_another_spark_is_refused_in_one_sentence(spark: str, right: bool) -> None:
    assert is_claimed(spark) is right
    if right:
        refuse_other_spark(lambda: spark)
        return
    with pytest.raises(ConfigError, match=rf"^This is Spark {spark}, and segspark runs on Spark 4.0 to 4.2: ") as no:
        refuse_other_spark(lambda: spark)
    assert no.value.exit_code == EXIT_USAGE
    assert "\n" not in str(no.value)


def test_it_is_refused_before_a_session_and_before_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions.metadata, "version", lambda name: "3.5.6")
    monkeypatch.setattr(session, "local_session", lambda *_, **__: pytest.fail("a session was started"))
    (tmp_path / "segspark.yaml").write_text("lake: ./lake")
    with pytest.raises(ConfigError, match=r"Spark 3\.5\.6"):
        session.session_for(open_workspace(tmp_path, {}), "daily")
    with pytest.raises(ConfigError, match=r"Spark 3\.5\.6"):
        check_environment(Url(str(tmp_path)))


def test_a_spark_that_is_no_installed_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """spark-submit puts a cluster's PySpark on the path, as a folder or a zip."""
    installed = spark_version()

    def version(name: str) -> str:
        raise versions.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(versions.metadata, "version", version)
    assert spark_version() == installed


def test_the_newest_that_is_claimed_is_what_the_extra_installs() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["local"] == [f"pyspark=={CLAIMED[-1].spark}", f"delta-spark=={CLAIMED[-1].delta}"]
    assert [c.minor for c in CLAIMED] == sorted(c.minor for c in CLAIMED)
