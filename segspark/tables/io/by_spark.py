"""Writes by Spark's own writer, for tables that ask for what it alone keeps (rules_of_table.py)."""

import re
from typing import TYPE_CHECKING, Literal

from pyspark.sql import DataFrame

from segspark.points import point
from segspark.tables.committer import SPARK, require_committer
from segspark.tables.contracts.contract import Contract
from segspark.tables.io import conflicts
from segspark.tables.io.conform import conform

if TYPE_CHECKING:
    from segspark.tables.io.spark_lake import SparkLake


def write_by_spark(
    lake: "SparkLake",
    contract: Contract,
    frame: DataFrame,
    mode: Literal["append", "overwrite"],
    *,
    once: str | None = None,
    span: str = "",
    read_at: int | None = None,
) -> None:
    """One commit of a frame's rows, after the lake was asked whether it may still write.

    Args:
        once: application transaction; the caller skips a second commit under it.
        span: SQL condition of the rows that are replaced; all of them with ``overwrite`` and without one.
        read_at: version of the table from which the rows were derived; the current one by default.

    Raises:
        GateClosed: somebody else commits to this table.
        CheckFailed: a rule of the table refuses the rows, or a row lies outside of the span.
        InfrastructureError: somebody else has changed the table since it was read.
    """
    require_committer(contract, lake.table(contract), lake.path(contract), SPARK)
    version = lake.version(contract)
    if read_at not in (None, version):
        raise conflicts.lost(contract, read_at, f"it is at version {version}")
    # Spark passes over, without a word, what was committed under a name; where it can be known the caller has looked.
    options = {} if once is None else {"txnAppId": once, "txnVersion": "1"}
    rows = conform(contract, frame)
    with conflicts.translated(contract, version), conflicts.refusals_told(contract, span):
        point("to_spark")
        lake.may_commit()
        lake.save(contract, rows, mode, options, span)
    point("by_spark")
    lake.digest(contract)


def days_span(contract: Contract, first: str, end: str) -> str:
    """The condition of the partition dates [first, end), given as ISO dates."""
    column = contract.partition_by[0]
    return f"{column} >= DATE'{first}' AND {column} < DATE'{end}'"


def key_span(contract: Contract, value: str) -> str:
    """The condition of one value of the first partition column.

    Raises:
        ValueError: the value could not stand in a condition as it is.
    """
    if not re.fullmatch(r"[\w.:-]+", value):
        raise ValueError(
            f"{contract.name}: a value of {contract.partition_by[0]} has other signs than letters and digits"
        )
    return f"{contract.partition_by[0]} = '{value}'"
