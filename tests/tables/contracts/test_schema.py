"""Type names of the contracts as the one JSON form that Spark, Delta and Arrow share."""

import json
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from pyspark.sql import types as T

from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.contracts.schema import ARROW_TYPES, ddl, schema_json, type_json


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("string", "string"),
        ("bigint", "long"),
        ("int", "integer"),
        (" date ", "date"),
        ("decimal(18,6)", "decimal(18,6)"),
        ("array<bigint>", {"type": "array", "elementType": "long", "containsNull": True}),
        (
            "map<string,int>",
            {"type": "map", "keyType": "string", "valueType": "integer", "valueContainsNull": True},
        ),
    ],
)
def test_names_of_types(name: str, said: Any) -> None:
    assert type_json(name) == said


def test_types_within_types() -> None:
    made = type_json("array<struct<name:string, price:decimal(18,6), tags:map<string,array<int>>>>")
    assert made["type"] == "array"
    fields = {f["name"]: f["type"] for f in made["elementType"]["fields"]}
    assert list(fields) == ["name", "price", "tags"]
    assert fields["price"] == "decimal(18,6)"
    assert fields["tags"]["valueType"] == {"type": "array", "elementType": "integer", "containsNull": True}


def test_a_schema_has_every_column_in_order_with_its_comment() -> None:
    toys = Contract("gold.toys", "one toy", ("a",), (required("a", "string", "Name"), optional("b", "bigint", "Cents")))
    assert json.loads(schema_json(toys)) == {
        "type": "struct",
        "fields": [
            {"name": "a", "type": "string", "nullable": False, "metadata": {"comment": "Name"}},
            {"name": "b", "type": "long", "nullable": True, "metadata": {"comment": "Cents"}},
        ],
    }
    assert ddl(toys.columns) == "`a` string, `b` bigint"


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_spark_delta_and_arrow_read_every_contract_alike(contract: Contract) -> None:
    text = schema_json(contract)
    by_spark = T.StructType.fromJson(json.loads(text))
    by_delta = deltalake.Schema.from_json(text)
    assert by_spark.names == [f.name for f in by_delta.fields] == contract.column_names
    assert json.loads(by_spark.json())["fields"] == json.loads(by_delta.to_json())["fields"]
    by_arrow = pa.schema(by_delta)
    for column in contract.columns:
        assert by_spark[column.name].nullable is not column.required
        if column.type in ARROW_TYPES:
            of_tasks = pa.table({column.name: pa.nulls(1, ARROW_TYPES[column.type])})
            assert of_tasks.cast(pa.schema([(column.name, by_arrow.field(column.name).type)])).num_rows == 1
