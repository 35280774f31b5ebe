"""A mapping's expressions, calculated once over made-up texts before a record is read.

What Spark refuses although the check of the YAML lets it pass is then an error of the configuration, and ends no run in
the middle.
"""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from segspark.errors import ConfigError
from segspark.sources.mapping import Mapping, Output

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

# Of each kind of text that expressions read, one.
TEXTS = ("", "a;b", "12", "19.90", "2026-05-02 10:12:00", "true")


def columns_of(output: Output, failed_name: str) -> "list[Column]":
    """The result of an expression, and whether it failed where it can."""
    from pyspark.sql import functions as F

    result = [F.expr(output.compiled.sql).alias(output.name)]
    if output.compiled.failed:
        result.append(F.expr(output.compiled.failed).alias(failed_name))
    return result


def try_out(spark: "SparkSession", mapping: Mapping) -> None:
    """Calculate every expression over a few texts; Spark does it in the driver, without a job.

    Raises:
        ConfigError: names each expression that Spark refuses, and why.
    """
    if all(map(_is_a_column, mapping.outputs)) or _error_of(spark, mapping, mapping.outputs) is None:
        return
    refused = list(_refused(spark, mapping))
    raise ConfigError("\n".join(refused or [f"source {mapping.source.name}: its expressions cannot be calculated"]))


def _is_a_column(output: Output) -> bool:
    return output.compiled.failed is None and output.compiled.sql.isidentifier()


def _refused(spark: "SparkSession", mapping: Mapping) -> Iterator[str]:
    for output in mapping.outputs:
        if (reason := _error_of(spark, mapping, (output,))) is not None:
            yield (
                f"source {mapping.source.name}, {output.label}: {output.expression!r} cannot be calculated, Spark says: "
                f"{reason}. Write it another way, or have the column delivered as it is needed."
            )


def _error_of(spark: "SparkSession", mapping: Mapping, outputs: tuple[Output, ...]) -> str | None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    names = ", ".join(f"column_{n}" for n in range(len(mapping.columns))) or "column_0"
    width = max(1, len(mapping.columns))
    rows = ", ".join("(" + ", ".join([f"'{text}'"] * width) + ")" for text in TEXTS)
    try:
        frame = spark.sql(f"SELECT * FROM VALUES {rows} AS texts({names})")
        frame.select(*chain.from_iterable(columns_of(o, f"failed of {o.name}") for o in outputs)).collect()
    except (PySparkException, Py4JError) as error:
        return str(error).splitlines()[0].rstrip(".")
    return None
