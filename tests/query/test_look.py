"""Looking at a lake without Spark: tables, segments, definitions, what a change of features costs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import ACTIVE, BUYERS, FIRST_DAY, SECOND_DAY, make_workspace, store_rows, stored_shop

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.resources import load_catalogue
from segspark.pipeline.runs import record
from segspark.pipeline.view import look
from segspark.query.look import (
    LOOK,
    check_definitions,
    describe_segment,
    list_tables,
    plan_of_features,
    segment_sizes,
    stored_condition,
)
from segspark.segments.lookup import find_segment
from segspark.segments.rules.tree import Compare
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return stored_shop(tmp_path / "w")


def test_every_table_is_listed_and_only_those_that_are_there_have_rows(shop: Workspace) -> None:
    rows = {r["table"]: r for r in list_tables(shop)}
    assert list(rows) == [c.name for c in ALL]
    assert (rows["gold.segments"]["rows"], rows["gold.segments"]["version"]) == (5, 1)
    assert rows["gold.segments"]["path"] == Lake(shop.lake).path(gold.SEGMENTS)
    assert (rows["silver.events"]["rows"], rows["silver.events"]["version"]) == (None, None)


def test_sizes_are_of_the_newest_day_and_say_how_many_may_be_written_to(shop: Workspace) -> None:
    assert segment_sizes(shop, None) == [
        {"scheme": scheme, "segment_name": name, "segment_id": segment, "people": people, "contactable": contactable,
         "segment_date": SECOND_DAY, "is_provisional": False}
        for scheme, name, segment, people, contactable in (("levels", "Active", ACTIVE, 1, 1), ("rules", "Buyers", BUYERS, 2, 1))
    ]  # fmt: skip
    assert [r["people"] for r in segment_sizes(shop, FIRST_DAY)] == [1, 1]


def test_within_a_scheme_the_largest_segment_comes_first(shop: Workspace) -> None:
    day = {"segment_date": date(2026, 5, 6), "scheme": "rules", "is_provisional": True}
    people = [("a", "few"), ("b", "many"), ("c", "many"), ("d", "also one")]
    store_rows(Lake(shop.lake), gold.SEGMENTS, *[
        {**day, "person_id": who, "segment_id": name, "segment_name": name} for who, name in people
    ])  # fmt: skip
    rows = segment_sizes(shop, None)
    assert [(r["segment_name"], r["is_provisional"]) for r in rows] == [
        ("many", True), ("also one", True), ("few", True)
    ]  # fmt: skip


def test_a_segment_is_described_with_its_newest_definition_and_the_day_s_profile(shop: Workspace) -> None:
    found = describe_segment(shop, "Acheteurs", SECOND_DAY)
    assert (found["segment_id"], found["scheme"], found["description"]) == (BUYERS, "rules", "Have bought")
    assert (found["segment_date"], found["people"], found["contactable"]) == (SECOND_DAY, 2, 1)
    assert json.loads(found["definition"]) == {"name": "n_order_lifetime", "op": ">=", "value": 2}
    measures = {p["measure"]: p for p in found["profile"]}
    assert set(measures) == {"orders_30d", "click_rate_30d", "is_contactable"}
    assert (measures["orders_30d"]["value"], measures["orders_30d"]["median"]) == (3.0, 1.0)


def test_a_segment_that_nobody_is_in_that_day_has_no_people(shop: Workspace) -> None:
    row = {"scheme": "rules", "segment_id": "new", "segment_key": "new", "name_fr": "n", "name_en": "new"}
    store_rows(Lake(shop.lake), gold.SEGMENT_REGISTRY, row)
    found = describe_segment(shop, "new", None)
    assert (found["people"], found["contactable"], found["definition"], found["profile"]) == (0, 0, None, [])


def test_only_rules_have_a_condition_of_their_own(shop: Workspace) -> None:
    view = look(LOOK, shop, Lake(shop.lake))
    assert stored_condition(view, find_segment(view, "buyers")) == Compare("n_order_lifetime", ">=", 2)
    assert stored_condition(view, find_segment(view, "active")) is None


def test_faults_of_definitions_are_returned_and_those_of_the_file_raised(shop: Workspace) -> None:
    assert check_definitions(shop) == []
    (shop.folder / "rules.yaml").write_text("segments: []\n")
    (issue,) = check_definitions(shop)
    assert issue.where == "rules.yaml:1"
    with pytest.raises(ConfigError, match="no_such"):
        check_definitions(
            shop.model_copy(update={"features": shop.features.model_copy(update={"files": (Path("no_such.yaml"),)})})
        )


# What a change of features costs ----------------------------------------------------------------------------------


def with_tiles(folder: Path, **changed: str) -> Workspace:
    """A workspace whose tiles were closed with the measures as they are, but for some hashes."""
    workspace = make_workspace(folder)
    lake = Lake(workspace.lake)
    for day in (date(2026, 5, 1), date(2026, 5, 2)):
        store_rows(lake, gold.ACTIVITY_DAILY, {"person_id": "ann", "activity_date": day})
    measures = {**load_catalogue(workspace).measure_hashes, **changed}
    record(lake, run_id="t", flow="tiles", as_of=date(2026, 5, 3), state="done", outputs={"measures": measures})
    return workspace


def test_without_tiles_the_first_run_makes_them(tmp_path: Path) -> None:
    plan = plan_of_features(make_workspace(tmp_path / "w"))
    assert plan == {"tiles": "there are no tiles yet; the first run makes them", "measures": [], "columns": []}


def test_unchanged_measures_are_not_read_again(tmp_path: Path) -> None:
    plan = plan_of_features(with_tiles(tmp_path / "w"))
    assert plan["tiles"] == "the tiles carry every feature; nothing is read from silver again"
    assert plan["measures"] == []


def test_a_changed_measure_costs_all_tiles_and_is_named_with_its_columns(tmp_path: Path) -> None:
    plan = plan_of_features(with_tiles(tmp_path / "w", n_search="of another formula", gone="of a removed one"))
    assert plan["tiles"] == "all tiles, 2026-05-01 to 2026-05-02, are made again from silver"
    rows: dict[str, Any] = {r["measure"]: r for r in plan["measures"]}
    assert {name: r["change"] for name, r in rows.items()} == {"n_search": "changed", "gone": "removed"}
    assert "n_search_30d" in rows["n_search"]["features"].split(", ")


def test_a_new_column_that_the_tiles_carry_already_costs_nothing(tmp_path: Path) -> None:
    workspace = with_tiles(tmp_path / "w", n_search="of another formula")
    store_rows(Lake(workspace.lake), gold.FEATURES, {"person_id": "ann", "as_of_date": date(2026, 5, 3)})
    columns = plan_of_features(workspace)["columns"]
    assert "n_click_30d" in columns
    # Its own measure is made again.
    assert "n_search_30d" not in columns
    assert "person_id" not in columns
