"""The view of all features gives in each engine what the program computes itself."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
import pytest
import sqlglot
from builders import make_workspace, store_rows
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.duck.functions import Dialect
from segspark.features.engine.windows import with_derived
from segspark.features.feature import Derived
from segspark.features.resources import load_catalogue
from segspark.query.ddl import ddl
from segspark.query.duck.projections import TRINO, projection
from segspark.query.features_view import features_view
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

DAY = date(2026, 5, 4)
FILES = (
    "CREATE MACRO delta_scan(place) AS TABLE SELECT * FROM "
    "read_parquet(place || '/**/*.parquet', union_by_name = true, hive_partitioning = true)"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """ann buys much, bob never, eve is known by her profile alone."""
    workspace = make_workspace(tmp_path_factory.mktemp("view") / "w")
    lake = Lake(workspace.lake)
    ann = {"n_order_365d": 3, "order_cents_365d": 9_000, "refund_cents_365d": 1_000, "last_order_date": date(2026, 4, 30),
           "n_active_h09_365d": 2, "n_active_h21_365d": 2, "n_order_90d": 2, "n_click_7d": 1, "n_click_30d": 4,
           "first_order_date": date(2025, 4, 1)}  # fmt: skip
    contract = gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns())
    store_rows(lake, contract, *[
        {"person_id": who, "as_of_date": DAY, **values} for who, values in (("ann", ann), ("bob", {}), ("eve", {}))
    ])  # fmt: skip
    profile = {"age_years": 41, "gender": "female", "signup_date": date(2025, 3, 9), "country": "FR"}
    store_rows(lake, gold.PEOPLE, *[
        {"person_id": who, "as_of_date": DAY, "is_contactable": True, **values}
        for who, values in (("ann", profile), ("bob", {}), ("eve", {"age_years": 17}))
    ])  # fmt: skip
    return workspace


def by_person(names: list[str], rows: list[Any]) -> dict[str, dict[str, Any]]:
    return {row["person_id"]: row for row in (dict(zip(names, values, strict=True)) for values in rows)}


def in_duckdb(workspace: Workspace, text: str) -> dict[str, dict[str, Any]]:
    engine = duckdb.connect()
    engine.execute(FILES)
    engine.execute(text)
    found = engine.execute("SELECT * FROM shop.gold_features_view ORDER BY person_id")
    return by_person([d[0] for d in found.description or ()], found.fetchall())


def differences(one: Mapping[str, Any], other: Mapping[str, Any], names: list[str]) -> list[str]:
    def same(a: Any, b: Any) -> bool:
        if isinstance(a, float) or isinstance(b, float):
            return a is not None and b is not None and math.isclose(float(a), float(b), rel_tol=1e-12)
        return bool((list(a) if isinstance(a, list) else a) == b)

    return [f"{n}: {one[n]} or {other[n]}" for n in names if not (one[n] is other[n] is None or same(one[n], other[n]))]


def test_duckdb_and_spark_give_what_the_program_computes(workspace: Workspace, spark: SparkSession) -> None:
    catalogue = load_catalogue(workspace)
    text = ddl(workspace, "duckdb", "shop").partition("LOAD delta;\n")[2]
    ducks = in_duckdb(workspace, text)
    assert ducks["ann"]["days_since_order"] == 4
    assert ducks["ann"]["net_order_cents_365d"] == 8_000
    assert ducks["ann"]["preferred_hour"] == 9
    assert (ducks["ann"]["age_band"] is None, ducks["bob"]["age_band"] is None) == (False, True)
    assert ducks["bob"]["days_since_order"] is None
    for statement in ddl(workspace, "catalog", "shop").split(";\n"):
        if statement.strip():
            spark.sql(statement)
    view = spark.table("shop.gold_features_view")
    sparks = by_person(view.columns, [tuple(row) for row in view.collect()])
    names = [d.name for d in (*catalogue.derived, *catalogue.of_profile)]
    stored = spark.table("shop.gold_features")
    ours = with_derived(stored, catalogue)
    computed = by_person(ours.columns, [tuple(row) for row in ours.collect()])
    for who in ("ann", "bob", "eve"):
        assert differences(sparks[who], ducks[who], names) == []
        assert differences(sparks[who], computed[who], [d.name for d in catalogue.derived]) == []
    comments = {c.name: c.metadata.get("comment") for c in view.schema.fields}
    assert comments["days_since_order"] == next(d.describe for d in catalogue.derived if d.name == "days_since_order")
    spark.sql("DROP SCHEMA shop CASCADE")


def test_athenas_text_is_its_dialect_and_means_the_same(workspace: Workspace) -> None:
    """By sqlglot's reading of it, since no such engine runs here."""
    tables = {
        "features": '"shop"."gold_features"',
        "people": '"shop"."gold_people"',
        "view": '"shop"."gold_features_view"',
    }
    lake, catalogue = Lake(workspace.lake), load_catalogue(workspace)
    columns = {c: [f.name for f in lake.table(c).schema().fields] for c in (gold.FEATURES, gold.PEOPLE)}
    lines = features_view("athena", catalogue, tables, columns[gold.FEATURES], columns[gold.PEOPLE])
    (read,) = [tree.sql(dialect=Dialect) for tree in sqlglot.parse("\n".join(lines), read="trino") if tree]
    duck = ddl(workspace, "duckdb", "shop", ["gold.features", "gold.people"]).partition("LOAD delta;\n")[2]
    base = duck[: duck.index('CREATE OR REPLACE VIEW "shop"."gold_features_view"')]
    ducks, athenas = (
        in_duckdb(workspace, duck),
        in_duckdb(workspace, f"{base}CREATE MACRO array_max(x) AS list_max(x);{read}"),
    )
    names = [d.name for d in (*catalogue.derived, *catalogue.of_profile)]
    for who in ("ann", "bob", "eve"):
        assert differences(ducks[who], athenas[who], names) == []


def test_what_an_engine_might_compute_otherwise_is_left_out_with_the_reason(workspace: Workspace) -> None:
    catalogue = load_catalogue(workspace)
    odd = (
        Derived("odd", "n_order_365d % 2", "bigint", "Odd"),
        Derived("new", "of_tomorrow + 1", "bigint", "New"),
        Derived("on_odd", "odd + 1", "bigint", "On odd"),
    )
    more = type(catalogue)(catalogue.measures, catalogue.features, odd, catalogue.items, ())
    lines = features_view(
        "duckdb", more, {"features": "f", "people": "p", "view": "v"}, ["person_id", "n_order_365d"], []
    )
    assert lines[:3] == [
        "-- odd is left out: it uses mod", "-- new is left out: it reads of_tomorrow, which no stored day has",
        "-- on_odd is left out: it reads odd, which no stored day has",
    ]  # fmt: skip
    assert lines[3] == 'CREATE OR REPLACE VIEW v AS SELECT f."person_id", f."n_order_365d" FROM f AS f;'


def test_trino_skips_what_is_unknown_as_spark_does() -> None:
    most = projection(Derived("most", "greatest(a, b)", "bigint", ""), TRINO).node.sql(dialect="trino")
    assert most == 'CAST(ARRAY_MAX(FILTER(ARRAY["a", "b"], "v" -> NOT "v" IS NULL)) AS BIGINT)'
