"""What Spark refuses of a mapping is an error of the configuration, told before a record is read."""

from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from segspark.errors import ConfigError
from segspark.sources.mapping import Mapping, compile_mapping
from segspark.sources.spec import Source
from segspark.sources.trial import try_out


def mapping(**sql: str) -> Mapping:
    """Of events, with some columns' Spark SQL replaced by what the check does not know."""
    columns = {"event_type": "'click'", "occurred_at": "at", "url": "upper(page)", "topic": "`the topic`"}
    record = {"target": "events", "identifier": {"kind": "email", "value": "mail"}, "columns": columns}
    content = {"name": "web", "kind": "mapped", "path": "*", "format": "csv", "time_zone": "UTC", "records": [record]}
    made = compile_mapping(Source.model_validate(content))
    outputs = (
        replace(o, compiled=replace(o.compiled, sql=sql[o.label])) if o.label in sql else o for o in made.outputs
    )
    return replace(made, outputs=tuple(outputs))


def test_expressions_that_spark_calculates_pass(spark: SparkSession) -> None:
    try_out(spark, mapping())


@pytest.mark.parametrize("sql", ["regexp_like(column_1, '(')", "no_such_function(column_1)", "cast(column_1 as int)"])
def test_the_expression_and_its_place_are_named(spark: SparkSession, sql: str) -> None:
    with pytest.raises(
        ConfigError, match=r"source web, url: 'upper\(page\)' cannot be calculated, Spark says: "
    ) as told:
        try_out(spark, mapping(url=sql))
    assert len(str(told.value).splitlines()) == 1
