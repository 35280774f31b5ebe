"""Everybody on a day, with as many columns as are looked at."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from builders import make_workspace
from pyspark.sql import DataFrame, SparkSession

from segspark.config.models import Workspace
from segspark.features.catalogue import build_catalogue
from segspark.features.engine.days import Calendar
from segspark.features.engine.kernel import compute_features
from segspark.features.people import people_of_day
from segspark.features.resources import CATALOGUE
from segspark.pipeline.view import Question, look
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake

ANN, BOB = "a" * 32, "b" * 32
DAY, EVER = date(2026, 6, 1), date(1970, 1, 1)
QUESTION = Question("test", ("gold.features", "silver.identity_links", "silver.profiles"), (CATALOGUE,))
Shop = tuple[Workspace, SparkLake]


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """ann has ordered ten days before, bob never; of ann a country is known. The day before holds ann alone."""
    workspace = make_workspace(tmp_path_factory.mktemp("people") / "w")
    lake = SparkLake(workspace.lake, spark)
    catalogue = build_catalogue(workspace.features.windows)
    ordered = {m.name: pa.array([1 if m.name == "n_order" else 0], pa.int64()) for m in catalogue.measures}
    days = {"activity_date": date(2026, 5, 22), "applied_as_of": date(2026, 5, 23)}
    activity = pa.table({"person_id": [ANN], **{n: pa.array([d], pa.date32()) for n, d in days.items()}, **ordered})
    features = []
    for day, who in ((date(2026, 5, 31), [ANN]), (DAY, [ANN, BOB])):
        since = dict.fromkeys(("email_marketing", "open_tracking", "profiling"), pa.array([EVER] * len(who)))
        people = pa.table({"person_id": who, "as_of_date": pa.array([day] * len(who), pa.date32()), **since})
        features.append(compute_features(activity, people, catalogue.without_items, [day], Calendar()))
    lake.append_small(gold.FEATURES.with_columns(catalogue.stored_columns()), pa.concat_tables(features), once="test")
    at = {n: datetime(2026, 1, 1, tzinfo=UTC) for n in ("effective_at", "recorded_at", "valid_from")}
    told = {"identifier_id": ANN, "known_as_of": date(2026, 1, 2), "run_id": "r", **at}
    link = {**told, "person_id": ANN, "rule": "first_seen", "is_anonymous": False, "step": 0}
    link.pop("valid_from")
    lake.append_small(silver.IDENTITY_LINKS, pa.Table.from_pylist([link]), once="test")
    told.pop("effective_at")
    profile = {**told, "source": "crm", "country": "FR", "birth_date": date(1990, 6, 2)}
    lake.append_small(silver.PROFILES, pa.Table.from_pylist([profile]), once="test")
    return workspace, lake


def people(shop: Shop, wanted: set[str] | None = None) -> DataFrame:
    workspace, lake = shop
    return people_of_day(look(QUESTION, workspace, lake, DAY), wanted)


def test_everybody_of_the_day_has_stored_derived_and_profile_columns(shop: Shop) -> None:
    columns = ["person_id", "n_order_30d", "days_since_order", "country", "age_years", "age_band"]
    rows = {r["person_id"]: tuple(r)[1:] for r in people(shop).select(*columns).collect()}
    assert rows == {ANN: (1, 10, "FR", 35, "35-44"), BOB: (0, None, None, None, None)}


def test_what_is_looked_at_brings_only_what_it_is_made_of(shop: Shop) -> None:
    found = people(shop, {"days_since_order"})
    assert set(found.columns) == {c.name for c in gold.FEATURES.columns} | {"last_order_date", "days_since_order"}
    assert {r["person_id"]: r["days_since_order"] for r in found.collect()} == {ANN: 10, BOB: None}


@pytest.mark.parametrize("name", ["country", "age_years", "age_band", "attributes"])
def test_profiles_are_joined_where_one_of_their_columns_is_looked_at(shop: Shop, name: str) -> None:
    assert name in people(shop, {name, "n_order_30d"}).columns
    assert name not in people(shop, {"n_order_30d"}).columns
