"""The parent of the workers imports what they need, once, and keeps Spark's zips off their path."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.spark.worker_daemon import leave_zips_out


def test_workers_find_what_they_need_imported(spark: SparkSession) -> None:
    """By their parent, so that not each of them takes two seconds for it."""

    def loaded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import sys

        there = [name in sys.modules for name in ("pandas", "segspark.features.engine.arrow")]
        yield pa.RecordBatch.from_pydict({"there": there})

    rows = spark.range(1).mapInArrow(loaded, "there boolean").collect()
    assert {r["there"] for r in rows} == {True}


def test_workers_do_not_read_the_zips_of_spark(spark: SparkSession) -> None:
    """Each task would read the list of their files again."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import sys

        paths = [p for p in (*sys.path, *sys.path_importer_cache) if "pyspark.zip" in p or "py4j-" in p]
        yield pa.RecordBatch.from_pydict({"path": pa.array(paths, pa.string())})

    assert spark.range(1).mapInArrow(read, "path string").collect() == []


def test_a_zip_stays_where_the_package_is_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zips = [str(tmp_path / "pyspark.zip"), str(tmp_path / "py4j-0.10.9-src.zip")]
    elsewhere = [str(tmp_path / "empty"), *zips]
    monkeypatch.setattr(sys, "path", list(elsewhere))
    leave_zips_out()
    assert sys.path == elsewhere
    for name in ("pyspark", "py4j"):
        (tmp_path / "there" / name).mkdir(parents=True)
        (tmp_path / "there" / name / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [zips[0], str(tmp_path / "there"), zips[1], str(tmp_path / "other.zip")])
    monkeypatch.setitem(sys.path_importer_cache, zips[0], None)
    leave_zips_out()
    assert sys.path == [str(tmp_path / "there"), str(tmp_path / "other.zip")]
    assert zips[0] not in sys.path_importer_cache
