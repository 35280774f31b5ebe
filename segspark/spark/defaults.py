"""Settings for a bare ``spark-submit`` of this environment: jars by full path, this Python, quiet logs."""

import sys
from pathlib import Path

from segspark.spark.environment import jar_folder
from segspark.spark.jars import jar_settings
from segspark.spark.settings import COMPILE_LATE, EVERYWHERE, JVM_OPTIONS, LOCAL, quiet_log


def spark_defaults(jars: Path) -> str:
    """The text of a spark-defaults.conf; if the folder has no jars, Ivy fetches them."""
    # Not the loopback address: this Spark may be given another master, whose executors must reach the driver.
    local = {key: value for key, value in LOCAL.items() if not key.startswith("spark.driver.")}
    settings = {
        **EVERYWHERE,
        **local,
        **jar_settings(jars),
        "spark.driver.extraJavaOptions": f"{JVM_OPTIONS} {COMPILE_LATE} {quiet_log()}",
        "spark.pyspark.python": sys.executable,
        "spark.pyspark.driver.python": sys.executable,
    }
    return "".join(f"{key} {value}\n" for key, value in settings.items())


def write_spark_defaults(spark_home: Path, jars: Path) -> Path:
    """Write ``conf/spark-defaults.conf`` of a Spark installed in this environment."""
    path = spark_home / "conf" / "spark-defaults.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spark_defaults(jars), encoding="utf-8")
    return path


def main() -> int:
    """``python -m segspark.spark.defaults``; configures only the Spark of a virtual environment."""
    import pyspark

    if sys.prefix == sys.base_prefix:
        print("This Python is shared; pass --properties-file conf/spark-local.conf to spark-submit.", file=sys.stderr)
        return 1
    print(write_spark_defaults(Path(pyspark.__file__).parent, jar_folder()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
