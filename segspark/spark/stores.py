"""What Spark needs for the store that a lake lies in; it finds credentials as everything else does, in the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from segspark.config.url import Url, without_secret
from segspark.errors import ConfigError
from segspark.spark.classic import context_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

S3_SCHEMES = ("s3", "s3a")
# Without Maven: hadoop-aws of Spark's own Hadoop, and the AWS modules that it uses instead of all of them (655 MB).
S3_PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.5.0",
    *(f"software.amazon.awssdk:{module}:2.35.4" for module in ("s3", "s3-transfer-manager", "sts", "apache-client")),
    "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1",
)
NOT_FETCHED = "software.amazon.awssdk:bundle"
# Of Spark's own Hadoop, for what is not fetched by itself.
CONNECTORS = {
    **dict.fromkeys(("abfss", "abfs"), "org.apache.hadoop:hadoop-azure:3.5.0"),
    "gs": "org.apache.hadoop:hadoop-gcp:3.5.0",
}
_S3A = "org.apache.hadoop.fs.s3a.S3AFileSystem"
# The chain of all that reads and writes: the environment, a profile, the machine's role.
_WITH_PROFILE = ",".join(
    (
        "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
        "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider",
        "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider",
    )
)


def options_of(lake: Url, environ: Mapping[str, str]) -> dict[str, str]:
    """Spark's settings for a lake's store; none for a folder."""
    if lake.scheme not in S3_SCHEMES:
        return {}
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL", "")
    profile = environ.get("AWS_PROFILE", "")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION", "")
    options = {
        "fs.s3.impl": _S3A,
        "fs.s3a.impl": _S3A,
        "fs.s3a.endpoint": endpoint,
        "fs.s3a.endpoint.region": region,
        # Servers other than Amazon's have no name of their own for each bucket.
        "fs.s3a.path.style.access": "true" if endpoint else "",
        "fs.s3a.connection.ssl.enabled": "false" if endpoint.startswith("http://") else "",
        "fs.s3a.aws.credentials.provider": _WITH_PROFILE if profile else "",
    }
    # Executors find the profile in files of their own machine.
    executors = {"spark.executorEnv.AWS_PROFILE": profile} if profile else {}
    return {f"spark.hadoop.{key}": value for key, value in options.items() if value} | executors


def require_connector(session: "SparkSession", lake: Url) -> None:
    """
    Raises:
        ConfigError: this Spark cannot reach the lake's kind of store, and would say so in the middle of the first run.
    """
    from py4j.protocol import Py4JJavaError

    context = context_of(session)
    if context is None or not lake.is_remote:
        return
    conf = context._jsc.hadoopConfiguration()  # type: ignore[union-attr]
    try:
        context._jvm.org.apache.hadoop.fs.FileSystem.getFileSystemClass(lake.scheme, conf)  # type: ignore[union-attr]
    except Py4JJavaError as error:
        package = CONNECTORS.get(lake.scheme)
        give = f" Give it one, e.g. spark.options: {{spark.jars.packages: '{package}'}}."
        cure = give if package else " Write abfss://container@account.dfs.core.windows.net/folder."
        raise ConfigError(
            f"{without_secret(lake.text)}: this Spark has no connector for {lake.scheme}://.{cure} See "
            "docs/how-to/keep-a-lake-on-s3.md."
        ) from error


def connector_jars(lake: Url, jars: Path) -> list[Path]:
    """The jars of a lake's store, beside the other jars or in a folder among them."""
    if lake.scheme not in S3_SCHEMES or list(jars.glob("hadoop-aws-*.jar")):
        return []
    return sorted((jars / "s3").glob("*.jar"))
