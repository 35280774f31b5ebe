"""What Spark reads of the lake is verified before, whoever wrote it."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from tables.io.toy_tables import MAY, VISITS, visits

from segspark.errors import DamagedFile, damage_told
from segspark.store import parquet
from segspark.store.parquet import SPARK_OPTIONS, digest_of
from segspark.tables.io import verify
from segspark.tables.io.spark_lake import SparkLake

ROWS = visits(*[(f"p{n}", n, 1, "fr") for n in range(200)])


def frame_of(spark: SparkSession, rows: pa.Table):  # type: ignore[no-untyped-def]
    return spark.createDataFrame(
        rows.to_pandas(), "person_id string, seconds long, began_at timestamp, visit_date date, site string"
    )


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    parquet._VERIFIED.clear()


def files_of(lake: SparkLake) -> list[Path]:
    return sorted(Path(lake.path(VISITS)).glob("visit_date=*/*/*.parquet"))


@pytest.mark.parametrize("by_tasks", [False, True], ids=["on the driver", "in tasks"])
def test_a_damaged_file_is_named_before_spark_reads_it(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_tasks: bool
) -> None:
    if by_tasks:
        monkeypatch.setattr(verify, "BYTES_ON_DRIVER", 0)
    lake = SparkLake(tmp_path, spark)
    lake.append(VISITS, frame_of(spark, ROWS), once="1")
    file = files_of(lake)[0]
    flip(file, -20)
    with pytest.raises(DamagedFile, match=file.name):
        lake.read(VISITS)
    flip(file, -20)
    assert lake.read(VISITS).count() == 200


def test_files_of_sparks_own_writer_have_a_digest_beside_the_table(spark: SparkSession, tmp_path: Path) -> None:
    lake = SparkLake(tmp_path, spark)
    lake.replace_by_spark(VISITS, frame_of(spark, ROWS), MAY[1], MAY[2])
    file = files_of(lake)[0]
    assert digest_of(str(file)) is not None
    flip(file, -20)
    with pytest.raises(DamagedFile, match=file.name):
        lake.read(VISITS)
    # When the file goes, so does its digest.
    lake.replace_by_spark(VISITS, frame_of(spark, ROWS), MAY[1], MAY[2])
    lake.remove_unnamed_files(VISITS, 0, dry_run=False)
    assert not file.exists()
    assert len(lake.folder(VISITS).list("_digests/files/")) == len(files_of(lake))


@pytest.mark.parametrize("vectorised", ["true", "false"])
def test_sparks_readers_verify_pages(spark: SparkSession, tmp_path: Path, vectorised: str) -> None:
    path = tmp_path / "rows"
    frame_of(spark, ROWS).coalesce(1).write.options(**SPARK_OPTIONS).parquet(str(path))
    (file,) = path.glob("*.parquet")
    # Hadoop's own checksum of a local file would find it too; object stores have none.
    for crc in path.glob(".*.crc"):
        crc.unlink()
    flip(file, 60)
    reader = spark.read.options(**SPARK_OPTIONS).option("spark.sql.parquet.enableVectorizedReader", vectorised)
    spark.conf.set("spark.sql.parquet.enableVectorizedReader", vectorised)
    try:
        with pytest.raises(DamagedFile), damage_told():
            reader.parquet(str(path)).collect()
    finally:
        spark.conf.unset("spark.sql.parquet.enableVectorizedReader")
