"""An upsert without Spark's own commit: tasks write the files that hold updated rows anew, and one commit replaces them.

In a bucket delta-rs commits to our tables, and Spark must not (tables/committer.py); MERGE is Spark's commit.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.tables.contracts.contract import Contract
from segspark.tables.own_commits import LoggedFile

_FILE = "_segspark_file"
# The last part of a file's address, which is drawn; a store's part of it is spelled in several ways.
_NAME = "element_at(split(_metadata.file_path, '/'), -1)"


def files_to_update(
    files: Sequence[LoggedFile], old: DataFrame, new: DataFrame, contract: Contract
) -> list[LoggedFile]:
    """The files that hold a row of a new key: few, as each has thousands of rows.

    Args:
        old: the rows of the table, read from its files.
    """
    named = old.select(*contract.key, F.expr(_NAME).alias(_FILE))
    met = new.select(*contract.key).distinct().alias("new").join(named.alias("old"), _same_key(contract), "inner")
    found = {row[0] for row in met.select(f"old.{_FILE}").distinct().collect()}
    return [file for file in files if _last(file) in found]


def rows_of_files(old: DataFrame, files: Sequence[LoggedFile]) -> DataFrame:
    """The rows of some files of a table."""
    return old.where(F.expr(_NAME).isin([_last(file) for file in files]))


def merged(old: DataFrame, new: DataFrame, contract: Contract, newer: str) -> DataFrame:
    """Rows by key: the new one where there is no old one, or where the condition over ``old`` and ``new`` holds."""
    of_old = old.withColumn("_is_old", F.lit(True)).alias("old")
    of_new = new.withColumn("_is_new", F.lit(True)).alias("new")
    is_new = F.col("new._is_new") & (F.col("old._is_old").isNull() | F.coalesce(F.expr(newer), F.lit(False)))
    column = contract.partition_by[0] if contract.partition_by else contract.key[0]
    return (
        of_old.join(of_new, _same_key(contract), "full_outer")
        .select(*[F.when(is_new, F.col(f"new.{n}")).otherwise(F.col(f"old.{n}")).alias(n) for n in new.columns])
        .repartition(column)
        .sortWithinPartitions(column, *contract.key)
    )


def _same_key(contract: Contract) -> Column:
    return F.expr(" AND ".join(f"old.{name} <=> new.{name}" for name in contract.key))


def _last(file: LoggedFile) -> str:
    return file.path.rpartition("/")[2]
