"""The files of a registered model: what is verified is what is loaded, and nothing else of them is.

A version is copied once into a private folder; the digest of every file of the copy is compared with the one that was
registered, and Spark loads the pipeline of that copy. MLflow's own loaders are not asked: they follow what ``MLmodel``
says, which may be another model, or code.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from segspark.errors import CheckFailed
from segspark.spark.checkpoints import is_one_process
from segspark.spark.classic import context_of

# Tags of a version: of all its files, and of its pipeline alone, which is all that versions of before have.
EVERYTHING, PIPELINE = "artifact_digest", "digest"
# Where MLflow puts the pipeline within the folder of a model.
SPARKML = "sparkml"
# MLflow writes it into each copy.
_ADDED_BY_MLFLOW = "registered_model_meta"


def digests_of(folder: Path) -> dict[str, str]:
    """The tags of a version with these files."""
    return {EVERYTHING: _digest_of_all(folder), PIPELINE: digest_of_pipeline(folder)}


def verify(folder: Path, tags: Mapping[str, str], name: str, version: str) -> None:
    """Compare a copy with what was registered.

    Raises:
        CheckFailed: a file was changed, added or removed.
    """
    is_same = (
        _digest_of_all(folder) == tags[EVERYTHING]
        if EVERYTHING in tags
        else digest_of_pipeline(folder) == tags[PIPELINE]
    )
    if not is_same:
        raise CheckFailed(
            f"The files of {name} version {version} are not those that were registered. Restore its artifact, or train "
            "again: `segspark run train`."
        )


def load_pipeline(folder: Path) -> PipelineModel:
    """The pipeline of a copy, by Spark's own reader."""
    spark = SparkSession.builder.getOrCreate()
    path = f"file://{folder.absolute() / SPARKML}"
    context = context_of(spark)
    if is_one_process(spark) or context is None:
        return PipelineModel.load(path)
    # Executors of other machines read it too.
    shared = f"{os.environ.get('MLFLOW_DFS_TMP', '/tmp/mlflow')}/{uuid.uuid4().hex}"
    jvm = context._jvm
    assert jvm is not None
    hadoop, settings = jvm.org.apache.hadoop.fs, context._jsc.hadoopConfiguration()  # type: ignore[union-attr]
    target = hadoop.Path(shared)
    files = target.getFileSystem(settings)
    # File by file: S3A's own copyFromLocalFile of a folder waits for its own threads for ever.
    hadoop.FileUtil.copy(hadoop.FileSystem.getLocal(settings), hadoop.Path(path), files, target, False, settings)
    try:
        return PipelineModel.load(shared)
    finally:
        files.delete(target, True)


@contextmanager
def handed_over() -> Iterator[None]:
    """While MLflow logs a pipeline: executors write it to MLFLOW_DFS_TMP, and MLflow fetches it from there by Hadoop's
    default file system, whatever the address says. So that is the one of the address meanwhile."""
    context, shared = context_of(SparkSession.builder.getOrCreate()), os.environ.get("MLFLOW_DFS_TMP", "")
    if context is None or "://" not in shared:
        yield
        return
    settings = context._jsc.hadoopConfiguration()  # type: ignore[union-attr]
    before = settings.get("fs.defaultFS")
    settings.set("fs.defaultFS", shared)
    try:
        yield
    finally:
        settings.set("fs.defaultFS", before)


def digest_of_pipeline(folder: Path) -> str:
    """SHA-256 over names and contents of the pipeline's files."""
    files = [p for p in (folder / SPARKML).rglob("*") if p.is_file() and not p.name.endswith(".crc")]
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _digest_of_all(folder: Path) -> str:
    """SHA-256 over names, lengths and contents of all files."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if name != _ADDED_BY_MLFLOW:
            total.update(f"{len(name)} {name} {len(content)} ".encode())
            total.update(content)
    return total.hexdigest()
