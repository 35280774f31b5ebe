"""Convert the contracts' type names to the JSON schema format shared by Spark and Delta."""

import json
from typing import Any

import pyarrow as pa

from segspark.tables.contracts.contract import Column, Contract

ARROW_TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "int": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "decimal(18,6)": pa.decimal128(18, 6),
    "array<string>": pa.list_(pa.string()),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
_PRIMITIVE = {"bigint": "long", "int": "integer"}


def type_json(name: str) -> Any:
    """A type such as ``array<struct<name:string>>`` in the JSON format of a Delta schema."""
    name = name.strip()
    if name.startswith("array<"):
        return {"type": "array", "elementType": type_json(name[6:-1]), "containsNull": True}
    if name.startswith("map<"):
        key, value = _split(name[4:-1])
        return {
            "type": "map",
            "keyType": type_json(key),
            "valueType": type_json(value),
            "valueContainsNull": True,
        }
    if name.startswith("struct<"):
        fields = (part.split(":", 1) for part in _split(name[7:-1]))
        return {
            "type": "struct",
            "fields": [{"name": n.strip(), "type": type_json(t), "nullable": True, "metadata": {}} for n, t in fields],
        }
    return _PRIMITIVE.get(name, name)


def stored_columns(schema: str) -> tuple[tuple[str, str, str], ...]:
    """Name, type and comment of each column of a schema in the log's JSON."""
    fields = json.loads(schema)["fields"]
    return tuple((f["name"], type_name(f["type"]), f["metadata"].get("comment", "")) for f in fields)


def type_name(kind: Any) -> str:
    """A type of the log in the words of Spark and Hive."""
    if isinstance(kind, str):
        return {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}.get(kind, kind)
    if kind["type"] == "array":
        return f"array<{type_name(kind['elementType'])}>"
    if kind["type"] == "map":
        return f"map<{type_name(kind['keyType'])},{type_name(kind['valueType'])}>"
    within = ",".join(f"{f['name']}:{type_name(f['type'])}" for f in kind["fields"])
    return f"struct<{within}>"


def _split(text: str) -> list[str]:
    """Split at commas outside of angle brackets and parentheses."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "<(") - (char in ">)")
        if char == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def field_json(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": type_json(column.type),
        "nullable": not column.required,
        "metadata": {"comment": column.comment},
    }


def schema_json(contract: Contract) -> str:
    return json.dumps({"type": "struct", "fields": [field_json(c) for c in contract.columns]})


def ddl(columns: tuple[Column, ...]) -> str:
    """Spark DDL of some columns, e.g. for the output of an Arrow function."""
    return ", ".join(f"`{c.name}` {c.type}" for c in columns)
