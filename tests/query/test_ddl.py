"""Other engines take the statements, find the tables and show the comments of the contracts."""

import json
from pathlib import Path

import duckdb
import pytest
import sqlglot
from builders import stored_shop
from click.testing import CliRunner
from pyspark.sql import SparkSession

from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.query.ddl import ENGINES, Found, ddl, glue_input
from segspark.tables.contracts import gold, ops, privacy
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.stamp import stamp_of
from segspark.tables.lake import Lake

# DuckDB's extension for Delta is fetched from its maker; here files are read in its place.
FILES = (
    "CREATE MACRO delta_scan(place) AS TABLE SELECT * FROM read_parquet(place || '/**/*.parquet', union_by_name = true)"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = stored_shop(tmp_path_factory.mktemp("shop") / "w")
    for contract in (privacy.IDENTITIES, ops.RUNS):
        Lake(workspace.lake).create(contract)
    return workspace


def names(workspace: Workspace) -> list[str]:
    lake = Lake(workspace.lake)
    return [c.name.replace(".", "_") for c in ALL if c.layer in ("silver", "gold") and lake.exists(c)]


def test_duckdb_shows_views_with_comments_and_the_rows_of_the_lake(workspace: Workspace) -> None:
    engine = duckdb.connect()
    engine.execute(FILES)
    text = ddl(workspace, "duckdb", "shop")
    assert text.startswith("INSTALL delta;\nLOAD delta;\n")
    engine.execute(text.partition("LOAD delta;\n")[2])
    views = engine.execute("SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'shop'").fetchall()
    assert sorted(v[0] for v in views) == sorted(names(workspace))
    assert dict(views)["gold_segments"] == stamp_of(gold.SEGMENTS)
    columns = dict(
        engine.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'gold_segments'"
        ).fetchall()
    )
    assert columns["person_id"] == "Person"
    (n,) = engine.execute("SELECT count(*) FROM shop.gold_segments").fetchone() or (None,)
    assert n == Lake(workspace.lake).n_rows(gold.SEGMENTS)


@pytest.mark.parametrize("engine", ["athena", "redshift"])
def test_the_statements_are_of_the_engines_dialect(workspace: Workspace, engine: str) -> None:
    text = ddl(workspace, engine, "shop")
    found = [s for s in sqlglot.parse(text, dialect=engine) if s is not None]
    assert len([s for s in found if s.key == "create" and s.args.get("kind") == "TABLE"]) == len(names(workspace))


def test_athena_is_told_no_columns_and_redshift_each_day(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    athena, redshift = (ddl(workspace, engine, "shop", ["gold.segments"]) for engine in ("athena", "redshift"))
    assert "person_id" not in athena
    assert f"LOCATION '{lake.path(gold.SEGMENTS)}/'\nTBLPROPERTIES ('table_type' = 'DELTA');" in athena
    assert '"person_id" varchar(65535)' in redshift
    assert '"score" double precision' in redshift
    assert 'PARTITIONED BY ("segment_date" date)' in redshift
    days = lake.days(gold.SEGMENTS)
    assert redshift.count("ADD IF NOT EXISTS PARTITION") == len(days)
    assert (
        f"(segment_date = '{days[0]}') LOCATION '{lake.path(gold.SEGMENTS)}/_symlink_format_manifest/segment_date={days[0]}/'"
        in redshift
    )


def test_glue_takes_a_table_as_it_is_told(workspace: Workspace) -> None:
    lines = [json.loads(line) for line in ddl(workspace, "glue", "shop").splitlines()]
    assert [line["TableInput"]["Name"] for line in lines] == names(workspace)
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("glue").operation_model("CreateTable").input_shape
    from botocore.validate import ParamValidator

    assert [ParamValidator().validate(line, shape).generate_report() for line in lines] == [""] * len(lines)
    nested = next(line for line in lines if line["TableInput"]["Name"] == "gold_segment_registry")
    kinds = {c["Name"]: c["Type"] for c in nested["TableInput"]["StorageDescriptor"]["Columns"]}
    assert kinds["centre"] == "array<double>"


def test_what_is_too_long_for_glue_is_cut_at_a_whole_character() -> None:
    table = Found("gold.x", "s3://b/x", "é" * 2000, (("a", "string", "é" * 200),), ())
    given = glue_input(table, "d")["TableInput"]
    assert given["Description"] == "é" * 1024
    assert given["StorageDescriptor"]["Columns"][0]["Comment"] == "é" * 127


def test_the_vault_is_shown_to_nobody_and_an_unknown_table_is_named(workspace: Workspace) -> None:
    for engine in ENGINES:
        assert "privacy_identities" not in ddl(workspace, engine, "shop")
        assert "ops_runs" not in ddl(workspace, engine, "shop")
        for name in ("privacy.identities", "gold.nothing"):
            with pytest.raises(ConfigError, match=rf"There is no table to show '{name}'"):
                ddl(workspace, engine, "shop", [name])
    assert "ops_runs" in ddl(workspace, "duckdb", "shop", ["ops.runs"])


def test_words_with_quotes_stay_words(tmp_path: Path) -> None:
    table = Found("gold.x", "/a'b", "it's", (("a", "map<string,string>", "one's"), ("n", "bigint", "")), ())
    for engine in ("athena", "redshift"):
        assert sqlglot.parse(ENGINES[engine]([table], "shop"), dialect=engine)
    assert "delta_scan('/a''b')" in ENGINES["duckdb"]([table], "shop")


def test_the_command_prints_it(workspace: Workspace) -> None:
    asked = ["ddl", "--config", str(workspace.folder), "--for", "athena", "gold.segments"]
    shown = CliRunner().invoke(cli, [*asked, "--database", "shop"])
    assert (shown.exit_code, shown.output) == (0, ddl(workspace, "athena", "shop", ["gold.segments"]))
    assert CliRunner().invoke(cli, [*asked, "--database", "a;b"]).exit_code == 2
    assert CliRunner().invoke(cli, [*asked, "--database", "main.shop"]).exit_code == 2
    of_spark = [
        "ddl",
        "--config",
        str(workspace.folder),
        "--for",
        "catalog",
        "--database",
        "main.shop",
        "gold.segments",
    ]
    assert "`main`.`shop`.`gold_segments` USING delta" in CliRunner().invoke(cli, of_spark).output


def test_sparks_catalog_finds_the_tables_with_their_rows_and_comments(
    workspace: Workspace, spark: SparkSession
) -> None:
    lake = Lake(workspace.lake)
    version = lake.version(gold.SEGMENTS)
    for statement in ddl(workspace, "catalog", "shop", ["gold.segments", "gold.segment_registry"]).split(";\n"):
        if statement:
            spark.sql(statement)
    try:
        found = {r["tableName"] for r in spark.sql("SHOW TABLES IN shop").collect()}
        assert found == {"gold_segments", "gold_segment_registry"}
        assert spark.table("shop.gold_segments").count() == lake.n_rows(gold.SEGMENTS)
        told = {r["col_name"]: r["comment"] for r in spark.sql("DESCRIBE TABLE EXTENDED shop.gold_segments").collect()}
        assert told["person_id"] == "Person"
        comments = {
            r["col_name"]: r["data_type"] for r in spark.sql("DESCRIBE TABLE EXTENDED shop.gold_segments").collect()
        }
        assert stamp_of(gold.SEGMENTS) in comments.values()
        # A name is all that is made: the table is as it was, and stays when the name goes.
        assert lake.version(gold.SEGMENTS) == version
    finally:
        spark.sql("DROP SCHEMA shop CASCADE")
    assert lake.n_rows(gold.SEGMENTS) > 0
