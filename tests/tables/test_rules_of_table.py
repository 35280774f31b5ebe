"""What a log asks of a writer, read without Spark; tables/io/test_by_spark.py has Spark set each rule."""

import json
from pathlib import Path

import deltalake
import pytest
from tables.io.toy_tables import BOXES

from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake
from segspark.tables.rules_of_table import why_spark_writes

MARKS = {
    "delta.invariants": '{"expression": {"expression": "n < 3"}}',
    "delta.generationExpression": "n + 1",
    "delta.identity.start": 1,
    "CURRENT_DEFAULT": "3",
}


def made(folder: Path, schema: object = None, **properties: str) -> deltalake.DeltaTable:
    text = json.dumps(schema) if schema else schema_json(BOXES)
    return deltalake.DeltaTable.create(
        folder, schema=deltalake.Schema.from_json(text), configuration={f"delta.{k}": v for k, v in properties.items()}
    )


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_the_tables_of_every_contract_are_for_any_reader_and_ask_nothing(tmp_path: Path, contract: object) -> None:
    lake = Lake(tmp_path)
    table = lake.create(contract)  # type: ignore[arg-type]
    protocol = table.protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert (protocol.reader_features or [], protocol.writer_features or []) == ([], [])
    assert why_spark_writes(table) is None


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("within", ["column", "struct", "list", "map"])
def test_a_mark_on_a_column_or_within_it_is_seen(tmp_path: Path, mark: str, within: str) -> None:
    """A table of an older protocol names no features: only the marks tell."""
    field = {"name": "n", "type": "long", "nullable": True, "metadata": {mark: MARKS[mark]}}
    struct = {"type": "struct", "fields": [field]}
    kinds = {
        "struct": struct,
        "list": {"type": "array", "elementType": struct, "containsNull": True},
        "map": {"type": "map", "keyType": "string", "valueType": struct, "valueContainsNull": True},
    }
    outer = {"name": "outer", "type": kinds.get(within), "nullable": True, "metadata": {}}
    log = tmp_path / "_delta_log" / f"{0:020}.json"
    log.parent.mkdir()
    schema = json.dumps({"type": "struct", "fields": [field if within == "column" else outer]})
    meta = {"id": "x", "format": {"provider": "parquet", "options": {}}, "schemaString": schema, "partitionColumns": [],
            "configuration": {}, "createdTime": 0}  # fmt: skip
    actions = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 6}}, {"metaData": meta}]
    log.write_text("\n".join(map(json.dumps, actions)))
    assert f"({'n' if within == 'column' else 'outer'})" in (why_spark_writes(deltalake.DeltaTable(tmp_path)) or "")


def test_a_constraint_and_properties_are_named_where_they_hold(tmp_path: Path) -> None:
    table = made(tmp_path / "a")
    assert why_spark_writes(table) is None
    table.alter.add_constraint({"few": "n < 100"})
    assert why_spark_writes(table) == "the CHECK constraint few"
    table.alter.drop_constraint("few")
    assert why_spark_writes(table) is None
    assert why_spark_writes(made(tmp_path / "b", appendOnly="true")) == "rows that may only be added (delta.appendOnly)"
    assert why_spark_writes(made(tmp_path / "c", appendOnly="false")) is None
    # A change feed is read from added and removed files where these are all that a commit does.
    assert why_spark_writes(made(tmp_path / "d", enableChangeDataFeed="true")) is None
