"""The versions of Spark that segspark runs on, each with a Delta that a day was run with, and the jar of any of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from segspark.errors import ConfigError

SCALA = "2.13"


@dataclass(frozen=True)
class Claimed:
    """A version of Spark and the Delta beside it, as ``make test-versions`` runs them."""

    spark: str
    delta: str

    @property
    def minor(self) -> tuple[int, ...]:
        return _parts(self.spark)[:2]


# The first is what EMR Serverless 8.0 brings, the last what the extra [local] installs.
CLAIMED = (Claimed("4.0.2", "4.0.0"), Claimed("4.1.1", "4.2.0"), Claimed("4.2.0", "4.4.0"))
# Since this Delta the name of its jar says for which Spark it is.
_NAMES_SPARK_FROM = (4, 1)


def spark_version() -> str | None:
    """Of the Spark that this Python would import; None if there is none."""
    try:
        return metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        pass
    try:
        # That of a cluster is no installed package, but a folder or zip in the path.
        from pyspark.version import __version__
    except ImportError:
        return None
    return str(__version__)


def is_claimed(spark: str) -> bool:
    return _parts(spark)[:2] in {claimed.minor for claimed in CLAIMED}


def refuse_other_spark(found: Callable[[], str | None] = spark_version) -> None:
    """
    Raises:
        ConfigError: this Spark is none that segspark runs on.
    """
    spark = found()
    if spark is not None and not is_claimed(spark):
        raise ConfigError(
            f"This is Spark {spark}, and segspark runs on Spark {claimed_range()}: use a platform that brings one of "
            "these, such as EMR Serverless 8.0, or `pip install 'segspark[local]'`."
        )


def claimed_range() -> str:
    return " to ".join(".".join(map(str, end.minor)) for end in (CLAIMED[0], CLAIMED[-1]))


def delta_package(spark: str | None = None) -> str:
    """Maven's name of the Delta jar for a Spark: of the installed Delta's version, else of the claimed one.

    Args:
        spark: its version; of the one that would be imported if None.
    """
    minor = _parts(spark or spark_version() or CLAIMED[-1].spark)[:2]
    claimed = next((c.delta for c in CLAIMED if c.minor == minor), CLAIMED[-1].delta)
    try:
        delta = metadata.version("delta-spark")
    except metadata.PackageNotFoundError:
        delta = claimed
    return package_of(".".join(map(str, minor)), delta)


def package_of(spark_minor: str, delta: str) -> str:
    names_spark = _parts(delta)[:2] >= _NAMES_SPARK_FROM
    return f"io.delta:delta-spark_{f'{spark_minor}_' if names_spark else ''}{SCALA}:{delta}"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
