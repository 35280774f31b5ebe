"""Statements by which other engines find the tables of a lake: views and external tables, with the contracts' comments."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.resources import load_catalogue
from segspark.near import find_named
from segspark.query.features_view import ENGINES as VIEWS
from segspark.query.features_view import NAME, features_view
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import stored_columns
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

# Layers that other programs are shown unless a table is named. The vault is never.
LAYERS = ("silver", "gold")
NEVER = "privacy"
# Longer comments are refused by Glue.
_GLUE_COMMENT, _GLUE_DESCRIPTION = 255, 2048


@dataclass(frozen=True)
class Found:
    """A table as its log describes it.

    Attributes:
        location: URL without a slash at its end.
        columns: name, type in Spark's words, comment; in the order in which they are stored.
        days: values of the partition columns that there are.
    """

    name: str
    location: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    partition_by: tuple[str, ...]
    partitions: tuple[Mapping[str, str], ...] = ()

    @property
    def stored(self) -> list[tuple[str, str, str]]:
        return [c for c in self.columns if c[0] not in self.partition_by]

    @property
    def partition_columns(self) -> list[tuple[str, str, str]]:
        return [c for c in self.columns if c[0] in self.partition_by]


def ddl(workspace: Workspace, engine: str, database: str, tables: Sequence[str] = ()) -> str:
    """The statements for an engine.

    Args:
        tables: names; all of silver and gold by default.

    Raises:
        ConfigError: a table that is not there, or the vault.
    """
    if workspace.catalog:
        raise ConfigError(
            f"The tables are in a catalog: {workspace.catalog} names them for every engine that reads it."
        )
    lake = open_lake(workspace)
    found = [_found(lake, contract) for contract in _wanted(lake, tables)]
    return ENGINES[engine](found, database) + _view(workspace, engine, database, found)


def _view(workspace: Workspace, engine: str, database: str, found: Sequence[Found]) -> str:
    """gold.features_view, for an engine that has views, beside gold.features."""
    columns = {table.name: [name for name, _, _ in table.columns] for table in found}
    if engine not in VIEWS or gold.FEATURES.name not in columns:
        return ""
    place = {"catalog": f"{_quoted(database, '`')}.", "duckdb": f'"{database}".', "athena": f'"{database}".'}[engine]
    quote = VIEWS[engine].quote
    tables = {"features": gold.FEATURES.name, "people": gold.PEOPLE.name, "view": f"gold.{NAME}"}
    names = {what: f"{place}{quote}{_flat(name)}{quote}" for what, name in tables.items()}
    people = columns.get(gold.PEOPLE.name, [])
    lines = features_view(engine, load_catalogue(workspace), names, columns[gold.FEATURES.name], people)
    return "\n".join(lines) + "\n"


def _quoted(database: str, quote: str) -> str:
    return ".".join(f"{quote}{part}{quote}" for part in database.split("."))


def _wanted(lake: Lake, tables: Sequence[str]) -> list[Contract]:
    shown = [c for c in ALL if c.layer != NEVER and lake.exists(c)]
    if not tables:
        return [c for c in shown if c.layer in LAYERS]
    named = {find_named("table to show", name, shown, lambda table: (table.name,)).name for name in tables}
    return [c for c in shown if c.name in named]


def _found(lake: Lake, contract: Contract) -> Found:
    table = lake.table(contract)
    columns = stored_columns(table.schema().to_json())
    partitions = tuple(sorted(table.partitions(), key=str)) if contract.partition_by else ()
    place = lake.path(contract).rstrip("/")
    return Found(contract.name, place, table.metadata().description or "", columns, contract.partition_by, partitions)


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _flat(name: str) -> str:
    return name.replace(".", "_")


def _athena(tables: Sequence[Found], database: str) -> str:
    """Athena reads columns, partitions and comments from the Delta log, and refuses to be told them."""
    lines = [f"CREATE DATABASE IF NOT EXISTS `{database}`;"]
    for table in tables:
        lines += [
            f"-- {table.comment}",
            f"CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{_flat(table.name)}`",
            f"LOCATION {_text(f'{table.location}/')}",
            "TBLPROPERTIES ('table_type' = 'DELTA');",
        ]
    return "\n".join(lines) + "\n"


def _duckdb(tables: Sequence[Found], database: str) -> str:
    lines = ["INSTALL delta;", "LOAD delta;", f'CREATE SCHEMA IF NOT EXISTS "{database}";']
    for table in tables:
        name = f'"{database}"."{_flat(table.name)}"'
        lines.append(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM delta_scan({_text(table.location)});")
        lines.append(f"COMMENT ON VIEW {name} IS {_text(table.comment)};")
        lines += [
            f'COMMENT ON COLUMN {name}."{column}" IS {_text(words)};' for column, _, words in table.columns if words
        ]
    return "\n".join(lines) + "\n"


def _redshift(tables: Sequence[Found], database: str) -> str:
    """Spectrum reads a Delta table by the list of files that ``generate`` of delta-rs or Delta writes."""
    lines = [
        "-- Spectrum reads the files that a manifest names. Write the manifests anew after each run:",
        "-- deltalake.DeltaTable(LOCATION).generate(), or GENERATE symlink_format_manifest FOR TABLE delta.`LOCATION`.",
        "-- Its reader wants `compatibility: wide`.",
        f"CREATE EXTERNAL SCHEMA IF NOT EXISTS {database} FROM DATA CATALOG DATABASE {_text(f'{database}_manifests')}",
        "IAM_ROLE default CREATE EXTERNAL DATABASE IF NOT EXISTS;",
    ]
    for table in tables:
        name, manifests = f"{database}.{_flat(table.name)}", f"{table.location}/_symlink_format_manifest"
        columns = ",\n".join(f'  "{n}" {_redshift_type(kind)}' for n, kind, _ in table.stored)
        by = ", ".join(f'"{n}" {_redshift_type(kind)}' for n, kind, _ in table.partition_columns)
        lines += [
            f"-- {table.comment}",
            f"CREATE EXTERNAL TABLE {name} (\n{columns}\n)",
            *([f"PARTITIONED BY ({by})"] if by else []),
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'",
            "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'",
            "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
            f"LOCATION {_text(f'{manifests}/')};",
        ]
        for values in table.partitions:
            what = ", ".join(f"{n} = {_text(str(values[n]))}" for n in table.partition_by)
            where = "/".join(f"{n}={values[n]}" for n in table.partition_by)
            lines.append(
                f"ALTER TABLE {name} ADD IF NOT EXISTS PARTITION ({what}) LOCATION {_text(f'{manifests}/{where}/')};"
            )
    return "\n".join(lines) + "\n"


def _redshift_type(kind: str) -> str:
    simple = {"string": "varchar(65535)", "double": "double precision", "binary": "varbyte"}
    if "<" in kind:
        return kind.replace("string", "varchar(65535)").replace(":double", ":double precision")
    return simple.get(kind, kind)


def _glue(tables: Sequence[Found], database: str) -> str:
    """One input for ``aws glue create-table --cli-input-json`` a line."""
    return "".join(json.dumps(glue_input(table, database), ensure_ascii=False) + "\n" for table in tables)


def glue_input(table: Found, database: str) -> dict[str, Any]:
    """The request of Glue's CreateTable for a native Delta table, as Athena, EMR and Glue jobs find it."""

    def columns(of: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
        return [{"Name": n, "Type": kind, "Comment": _cut(words, _GLUE_COMMENT)} for n, kind, words in of]

    return {
        "DatabaseName": database,
        "TableInput": {
            "Name": _flat(table.name),
            "Description": _cut(table.comment, _GLUE_DESCRIPTION),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "EXTERNAL": "TRUE",
                "table_type": "DELTA",
                "classification": "delta",
                "spark.sql.sources.provider": "delta",
            },
            "PartitionKeys": [],
            "StorageDescriptor": {
                "Columns": columns(table.columns),
                "Location": f"{table.location}/",
                "InputFormat": "org.apache.hadoop.mapred.SequenceFileInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                    "Parameters": {"serialization.format": "1", "path": f"{table.location}/"},
                },
            },
        },
    }


def _cut(words: str, n_bytes: int) -> str:
    """At most so many bytes, whole characters."""
    return words.encode()[:n_bytes].decode(errors="ignore")


def _catalog(tables: Sequence[Found], database: str) -> str:
    """Names in Spark's catalog (Unity, Glue, Hive, or Spark's own) over the lake's folders; dropping one leaves the folder.

    Columns, partitions and comments are those of the log.
    """
    place = _quoted(database, "`")
    lines = [f"CREATE SCHEMA IF NOT EXISTS {place};"]
    for table in tables:
        lines.append(
            f"CREATE TABLE IF NOT EXISTS {place}.`{_flat(table.name)}` USING delta LOCATION {_spark_text(table.location)};"
        )
    return "\n".join(lines) + "\n"


def _spark_text(words: str) -> str:
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"


ENGINES: Mapping[str, Callable[[Sequence[Found], str], str]] = MappingProxyType(
    {"athena": _athena, "glue": _glue, "redshift": _redshift, "duckdb": _duckdb, "catalog": _catalog}
)
