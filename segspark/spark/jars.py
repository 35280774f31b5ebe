"""How a session gets Delta: from the folder of its jars, else by Ivy; and what to say where Ivy fails."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from segspark.config.url import Url
from segspark.errors import InfrastructureError
from segspark.spark.environment import cache_folder, jar_folder
from segspark.spark.settings import SHIPPED_BY_SPARK
from segspark.spark.stores import NOT_FETCHED, S3_PACKAGES, S3_SCHEMES, connector_jars
from segspark.spark.versions import delta_package

_PACKAGES = "spark.jars.packages"
_NO_STORE = Url("")
POM = Path(__file__).parent / "submit" / "pom.xml"


def jar_settings(folder: Path | None = None, lake: Url = _NO_STORE) -> dict[str, str]:
    """Of a session: the fetched jars; if there are none, Ivy fetches them at its start.

    Args:
        folder: of the jars; by default this environment's.
        lake: what its store needs comes along.
    """
    folder = jar_folder() if folder is None else folder
    jars = [*sorted(folder.glob("*.jar")), *connector_jars(lake, folder)]
    if jars:
        return {"spark.jars": ",".join(map(str, jars))}
    return {**fetched_by_ivy(lake), "spark.jars.ivy": str(cache_folder() / "ivy")}


def fetched_by_ivy(lake: Url = _NO_STORE) -> dict[str, str]:
    more, without = (S3_PACKAGES, (NOT_FETCHED,)) if lake.scheme in S3_SCHEMES else ((), ())
    return {
        _PACKAGES: ",".join((delta_package(), *more)),
        "spark.jars.excludes": ",".join((*SHIPPED_BY_SPARK, *without)),
    }


def maven_command() -> str:
    """What fetches the jars into the folder where they are looked for."""
    _, artifact, version = delta_package().split(":")
    return (
        f"mvn -f {POM} dependency:copy-dependencies -DincludeGroupIds=io.delta,io.unitycatalog "
        f"-Ddelta.artifact={artifact} -Ddelta.version={version} -DoutputDirectory={jar_folder()}"
    )


@contextmanager
def told_if_not_fetched(settings: Mapping[str, str]) -> Iterator[None]:
    """Wrap the start of a JVM, which ends before it answers if Ivy cannot fetch a jar.

    Raises:
        InfrastructureError: with what to set.
    """
    try:
        yield
    except Exception as error:
        if _PACKAGES not in settings or "Java gateway process exited" not in str(error):
            raise
        raise InfrastructureError(
            f"Java ended before Spark was there; its own words are above. If Ivy could not fetch {settings[_PACKAGES]}: "
            "Ivy reads neither the proxy variables nor Maven's settings. Name the proxy (JAVA_TOOL_OPTIONS="
            "-Dhttps.proxyHost=... -Dhttps.proxyPort=...) or a mirror (spark.options in segspark.yaml: "
            f"spark.jars.ivySettings), or fetch the jars with Maven: {maven_command()}\n"
            f"If it names memory: set spark.driver_memory in segspark.yaml to a size that this machine has."
        ) from error
