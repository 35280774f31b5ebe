"""The digest of a model's files changes with every file, its name and its content."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from segspark.errors import CheckFailed
from segspark.models.artifact import EVERYTHING, digests_of, handed_over, verify


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {"MLmodel": "m", "sparkml/metadata/part-0": "p", "sparkml/metadata/.part-0.crc": "c"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_a_copy_with_what_mlflow_adds_is_the_same(folder: Path) -> None:
    tags = digests_of(folder)
    (folder / "registered_model_meta").write_text("model_name: x")
    verify(folder, tags, "m", "1")


@pytest.mark.parametrize("name", ["MLmodel", "sparkml/metadata/part-0", "sparkml/metadata/.part-0.crc", "code/x.py"])
def test_any_other_file_counts(folder: Path, name: str) -> None:
    tags = digests_of(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("other")
    with pytest.raises(CheckFailed, match="m version 1"):
        verify(folder, tags, "m", "1")
    # What a name loses its content does not gain.
    assert digests_of(folder)[EVERYTHING] != tags[EVERYTHING]


@pytest.mark.parametrize(("shared", "meanwhile"), [("/shared/tmp", "file:///"), ("s3://lakes/tmp", "s3://lakes/tmp")])
def test_mlflow_fetches_a_model_from_the_store_that_executors_wrote_it_to(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, shared: str, meanwhile: str
) -> None:
    monkeypatch.setenv("MLFLOW_DFS_TMP", shared)
    settings = spark.sparkContext._jsc.hadoopConfiguration()
    with handed_over():
        assert settings.get("fs.defaultFS") == meanwhile
    assert settings.get("fs.defaultFS") == "file:///"
