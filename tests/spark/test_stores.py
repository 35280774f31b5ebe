"""What Spark is given for a lake's store."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.spark import environment
from segspark.spark.environment import examine_environment
from segspark.spark.jars import jar_settings
from segspark.spark.stores import CONNECTORS, NOT_FETCHED, S3_PACKAGES, connector_jars, options_of, require_connector
from segspark.spark.versions import delta_package

ROOT = Path(__file__).parents[2]


def test_a_folder_needs_nothing() -> None:
    assert options_of(Url("/lake"), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) == {}
    assert connector_jars(Url("/lake"), Path("/")) == []


def test_amazons_own_store_needs_the_class_alone() -> None:
    options = options_of(Url("s3a://bucket"), {"AWS_REGION": "eu-west-3", "AWS_SECRET_ACCESS_KEY": "secret"})
    assert set(options) == {
        "spark.hadoop.fs.s3.impl",
        "spark.hadoop.fs.s3a.impl",
        "spark.hadoop.fs.s3a.endpoint.region",
    }
    # Spark shows its settings; it finds the credentials where everything else does.
    assert "secret" not in "".join(options.values())


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_another_server_is_reached_by_its_endpoint(name: str) -> None:
    options = options_of(Url("s3://bucket"), {name: "http://127.0.0.1:1"})
    assert options["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:1"
    assert options["spark.hadoop.fs.s3a.path.style.access"] == "true"
    assert options["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    secure = options_of(Url("s3://bucket"), {name: "https://store"})
    assert "spark.hadoop.fs.s3a.connection.ssl.enabled" not in secure


def test_jars_of_the_store_join_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    fetched = jar_settings(lake=Url("s3://bucket"))
    assert fetched["spark.jars.packages"] == ",".join((delta_package(), *S3_PACKAGES))
    assert NOT_FETCHED in fetched["spark.jars.excludes"].split(",")
    (tmp_path / "s3").mkdir()
    for name in ("delta.jar", "s3/hadoop-aws-3.5.0.jar"):
        (tmp_path / name).touch()
    assert jar_settings(lake=Url("s3://bucket")) == {
        "spark.jars": f"{tmp_path}/delta.jar,{tmp_path}/s3/hadoop-aws-3.5.0.jar"
    }
    assert jar_settings() == {"spark.jars": f"{tmp_path}/delta.jar"}
    # All in one folder.
    (tmp_path / "hadoop-aws-3.5.0.jar").touch()
    assert jar_settings(lake=Url("s3://bucket"))["spark.jars"].count("hadoop-aws") == 1


def test_missing_jars_of_the_store_are_named(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    monkeypatch.setattr(environment, "expected_jars", lambda of=".": {})
    (tmp_path / "delta.jar").touch()
    checks = {check.name: check for check in examine_environment(Url(f"{s3}/lake"))}
    assert checks["jars for S3"].cure == "Run: make s3"
    assert checks["lake"].detail == f"{s3}/lake is reached"
    assert "jars for S3" not in {check.name for check in examine_environment(Url(str(tmp_path)))}


def test_a_bucket_that_cannot_be_reached_is_told_before_spark_starts(s3: str) -> None:
    (lake,) = (c for c in examine_environment(Url("s3://none-such/lake")) if c.name == "lake")
    assert lake.detail == "s3://none-such cannot be reached"
    assert lake.cure.startswith("Check its name")


def test_the_pom_and_ivy_fetch_the_same() -> None:
    pom = (ROOT / "conf" / "jars" / "s3" / "pom.xml").read_text()
    listed = (ROOT / "conf" / "jars" / "s3" / "SHA256SUMS").read_text()
    for package in S3_PACKAGES:
        group, artifact, version = package.split(":")
        assert (
            f"<groupId>{group}</groupId>\n      <artifactId>{artifact}</artifactId>\n      <version>{version}<" in pom
        )
        assert f"  {artifact}-{version}.jar\n" in listed


@pytest.mark.parametrize("scheme", ["abfss", "gs", "az"])
def test_a_store_that_spark_cannot_reach_is_told_before_any_work(spark: SparkSession, scheme: str) -> None:
    with pytest.raises(ConfigError, match=rf"this Spark has no connector for {scheme}://\.") as refused:
        require_connector(spark, Url(f"{scheme}://c@account/lake"))
    package = CONNECTORS.get(scheme)
    assert (f"spark.jars.packages: '{package}'" if package else "Write abfss://") in str(refused.value)


@pytest.mark.parametrize("lake", ["/lake", "hdfs://node/lake"])
def test_what_every_spark_reaches_needs_no_connector(spark: SparkSession, lake: str) -> None:
    require_connector(spark, Url(lake))


def test_a_profile_is_given_to_spark_by_its_name() -> None:
    options = options_of(Url("s3://bucket"), {"AWS_PROFILE": "shop", "AWS_SECRET_ACCESS_KEY": "secret"})
    assert options["spark.executorEnv.AWS_PROFILE"] == "shop"
    assert "ProfileCredentialsProvider" in options["spark.hadoop.fs.s3a.aws.credentials.provider"]
    assert "secret" not in "".join(options.values())
