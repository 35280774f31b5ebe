"""How a session gets Delta: from the folder of its jars, else by Ivy; and what to say where Ivy fails."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from segspark.errors import InfrastructureError
from segspark.spark.environment import cache_folder, jar_folder
from segspark.spark.settings import SHIPPED_BY_SPARK
from segspark.spark.versions import delta_package

_PACKAGES = "spark.jars.packages"
POM = Path(__file__).parent / "submit" / "pom.xml"


def jar_settings(folder: Path | None = None) -> dict[str, str]:
    """Of a session: the fetched jars; if there are none, Ivy fetches them at its start.

    Args:
        folder: of the jars; by default this environment's.
    """
    jars = sorted((jar_folder() if folder is None else folder).glob("*.jar"))
    if jars:
        return {"spark.jars": ",".join(map(str, jars))}
    return {**fetched_by_ivy(), "spark.jars.ivy": str(cache_folder() / "ivy")}


def fetched_by_ivy() -> dict[str, str]:
    return {_PACKAGES: delta_package(), "spark.jars.excludes": ",".join(SHIPPED_BY_SPARK)}


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
