"""The settings of a cluster as a file for ``spark-submit --properties-file``."""

from string import Template

from segspark.config.url import Url
from segspark.spark.jars import fetched_by_ivy
from segspark.spark.settings import EVERYWHERE, WIDE_METHODS
from segspark.spark.versions import CLAIMED, delta_package, package_of

_WIDTH = 52

_CLUSTER = Template("""\
# A cluster: segspark pack FOLDER
#   spark-submit --properties-file FOLDER/spark-cluster.conf --py-files FOLDER/segspark.zip FOLDER/jobs/daily.py --config ... --as-of ...
#
# Master, memory, cores and the number of executors are the cluster's or the command line's; segspark never sets them.
# What must be there:
# - Spark 4.0 or later with the Delta of that Spark. $delta
$packages
# - On every executor the Python packages that segspark needs (requirements.txt beside this file): by an image, or by an
#   archive. A .whl in --py-files imports on the driver only; a .zip works, and code alone fits in it.
#   spark.archives                                   environment.tar.gz#environment
#   spark.pyspark.python                             ./environment/bin/python
# - The lake and the sources' files in a store that driver and executors reach (s3://bucket/folder), or in folders that all
#   of them share under the same path. Each run asks every executor first, and says what is missing.
# - The credentials of the store on every executor: a role, or the environment that its machine gives it.
# - The key of the pseudonyms on the driver and on every executor, as keys.environment (SEGSPARK_KEY) or keys.file of
#   segspark.yaml say. Kubernetes has it as a secret:
#   spark.kubernetes.executor.secretKeyRef.SEGSPARK_KEY  segspark-key:key
#   spark.kubernetes.driver.secretKeyRef.SEGSPARK_KEY    segspark-key:key
#   An executor of a standalone cluster has the environment of its worker (conf/spark-env.sh). What spark.executorEnv names
#   is sent with each task: only under the encryption below. With that on, the driver alone may have the key.
$everywhere

# Wide aggregations make methods over 8,000 bytes, which the JIT else refuses.
$methods

# Between driver and executors nothing travels in clear, and nothing lies on their disks in clear. YARN and Kubernetes
# make the secret; a standalone cluster needs it in its own configuration too: spark.authenticate.secret
# spark.authenticate                                 true
# spark.network.crypto.enabled                       true
# spark.io.encryption.enabled                        true
# Settings of these names are not shown on Spark's web page and in its logs.
spark.redaction.regex                                (?i)secret|password|token|access[.]?key|segspark_key

# About two or three tasks a core, and one for each 250,000 people; segspark.yaml's spark.shuffle_partitions goes over it.
# spark.sql.shuffle.partitions                       200

# MLflow hands a fitted model over through this folder; on local disks of the executors the model would be saved empty. A
# lake in a store has one; where the lake is a folder, name one that all share.
# spark.yarn.appMasterEnv.MLFLOW_DFS_TMP             /shared/mlflow-tmp
""")


def cluster_conf(fetch_delta: bool = False, fetch_s3: bool = False, package: str | None = None) -> str:
    """The text of a spark-cluster.conf.

    Args:
        fetch_delta: Ivy fetches Delta at the start of each run, for a platform that has none.
        fetch_s3: it fetches what Spark needs for S3 too.
        package: Maven's name of Delta's jar; that of this environment's Spark by default.
    """
    delta = package or delta_package()
    fetched = fetched_by_ivy(Url("s3://bucket") if fetch_s3 else Url(""))
    packages = fetched["spark.jars.packages"].split(",")[1:]
    by_ivy = _lines({**fetched, "spark.jars.packages": ",".join((delta, *packages))})
    is_fetched = fetch_delta or fetch_s3
    return _CLUSTER.substitute(
        delta="It is fetched:" if is_fetched else "Where the platform has no Delta, fetch it:",
        packages=by_ivy if is_fetched else "\n".join(f"#   {line}" for line in by_ivy.splitlines()),
        everywhere=_lines(EVERYWHERE),
        methods=_lines({f"spark.{who}.extraJavaOptions": WIDE_METHODS for who in ("driver", "executor")}),
    )


def conf_of_the_clone() -> str:
    """conf/spark-cluster.conf: for the Spark of the extra [local], whatever is installed."""
    newest = CLAIMED[-1]
    return cluster_conf(package=package_of(".".join(map(str, newest.minor)), newest.delta))


def _lines(settings: dict[str, str]) -> str:
    return "\n".join(f"{key:<{_WIDTH}} {value}" for key, value in settings.items())
