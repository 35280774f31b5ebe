"""What Spark needs for the store that a lake lies in; it finds credentials as everything else does, in the environment."""

from collections.abc import Mapping
from pathlib import Path

from segspark.config.url import Url

S3_SCHEMES = ("s3", "s3a")
# Without Maven: hadoop-aws of Spark's own Hadoop, and the AWS modules that it uses instead of all of them (655 MB).
S3_PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.5.0",
    *(f"software.amazon.awssdk:{module}:2.35.4" for module in ("s3", "s3-transfer-manager", "sts", "apache-client")),
    "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1",
)
NOT_FETCHED = "software.amazon.awssdk:bundle"
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


def connector_jars(lake: Url, jars: Path) -> list[Path]:
    """The jars of a lake's store, beside the other jars or in a folder among them."""
    if lake.scheme not in S3_SCHEMES or list(jars.glob("hadoop-aws-*.jar")):
        return []
    return sorted((jars / "s3").glob("*.jar"))
