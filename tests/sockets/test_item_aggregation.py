"""An aggregation of items in one file, this one, goes through every engine: how many items a person's last day named."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from builders import make_workspace, rows_of
from lakes import ACTS_TAKEN_IN, MAY, Lakes, address
from pyspark.cloudpickle import register_pickle_by_value

from segspark.config.models import Models, Workspace
from segspark.errors import ConfigError
from segspark.features.aggregations.registry import ITEM_AGGREGATIONS
from segspark.features.check import FEATURE_CHECK, REPAIR
from segspark.features.describe import describe_feature
from segspark.features.engine.failures import AggregationFailed
from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows
from segspark.features.feature import Catalogue
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.segments.values import values_of
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

# Workers cannot import this file: tasks carry the functions themselves.
register_pickle_by_value(sys.modules[__name__])


def _of_last_day(index: ItemRows, today: int, window: int) -> pa.Array:
    """How many items were seen on the last day with any, if it is within the window."""
    last = np.full(index.n_people, -1, dtype=np.int64)
    np.maximum.at(last, index.person, index.last)
    is_counted = index.last == last[index.person]
    if window:
        is_counted &= index.last >= today - window
    return pa.array(np.bincount(index.person[is_counted], minlength=index.n_people))


def _rarest(index: ItemRows, today: int, window: int) -> pa.Array:
    """The item named least within the kind's own window, of equals the first by name."""
    chosen = np.full(index.n_people, -1, dtype=np.int64)
    within = np.flatnonzero(index.n > 0)[::-1]
    order = within[np.argsort(-index.n[within], kind="stable")]
    # If a position is assigned several times, the last assignment stays.
    chosen[index.person[order]] = order
    return index.of_rows(index.items, chosen)


def _broken(index: ItemRows, today: int, window: int) -> pa.Array:
    raise ZeroDivisionError("by zero")


ON_LAST_DAY = ItemAggregation(
    "on_last_day",
    project=_of_last_day,
    horizon=lambda window, own: window,
    words="items on the last day of",
    type="int",
    windowed=True,
    own_window_only=False,
    sketchable=True,
    motion="still",
    unit="items",
)
# Of another shape: names, only in the window of the kind, and of no sketch.
RAREST = ItemAggregation(
    "rarest",
    project=_rarest,
    horizon=lambda window, own: own,
    words="item named least of",
    type="string",
    windowed=False,
    own_window_only=True,
    motion="moving",
    unit="name",
)
BROKEN = replace(ON_LAST_DAY, name="broken", project=_broken)
DAYS = (3, 4, 5, 6)
KIM, LOU = "kim", "lou"
IN_YAML = """
measures:
  - {name: looked, event_types: [product_view], aggregate: on_last_day, item: category, windows: [2, 0],
     purpose: profiling, description: Categories looked at on the last day}
"""
IN_PYTHON = """
from segspark.features.feature import Feature, ItemKind

ITEMS = [ItemKind("sort_seen", ("product_view",), "category", "profiling", "categories", "Categories", days=3)]
FEATURES = [Feature("rarest_sort", "sort_seen", "Category looked at least", "rarest")]
"""
COLUMNS = ("looked_2d", "looked_lifetime", "rarest_sort")
# As of each day: who -> the columns. The kind of the rarest counts three days.
EXPECTED: dict[int, dict[str, tuple[Any, ...]]] = {
    3: {KIM: (2, 2, "hats"), LOU: (1, 1, "caps")},
    4: {KIM: (2, 2, "hats"), LOU: (1, 1, "bags")},
    # The 2nd is older than two days. Learnt on the 4th: kim looked at shoes on the 2nd.
    5: {KIM: (0, 3, "hats"), LOU: (1, 1, "bags")},
    # kim withdrew.
    6: {KIM: (0, 0, None), LOU: (0, 1, "bags")},
}


def with_files(workspace: Workspace, **files: str) -> Workspace:
    """The workspace with feature files of its own."""
    paths = []
    for name, text in files.items():
        path = workspace.folder / name.replace("_", ".")
        path.write_text(text)
        paths.append(path)
    return workspace.model_copy(update={"features": workspace.features.model_copy(update={"files": tuple(paths)})})


def with_lane(workspace: Workspace, lane: str) -> Workspace:
    return workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": lane})})


def stored(workspace: Workspace, lake: Lake, day: int) -> dict[str, Any]:
    """The columns of those who look at things; others are there too."""
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    names = {pseudonyms.identifier_id("email", address(name)): name for name in (KIM, LOU)}
    rows = [r for r in rows_of(lake, gold.FEATURES, MAY[day]) if r["person_id"] in names]
    return {names[r["person_id"]]: tuple(r[c] for c in COLUMNS) for r in rows}


@pytest.fixture(scope="module")
def acts(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    return lakes.copy(ACTS_TAKEN_IN, tmp_path_factory.mktemp("items") / "w")


@pytest.fixture(scope="module", autouse=True)
def _plugged_in(acts: tuple[Workspace, SparkLake]) -> Iterator[None]:
    with ITEM_AGGREGATIONS.added(ON_LAST_DAY, RAREST, BROKEN):
        yield


@pytest.fixture(scope="module")
def shop(acts: tuple[Workspace, SparkLake]) -> tuple[Workspace, SparkLake]:
    """Four days, each made from the day before: a late view on the third, a withdrawal on the fourth."""
    workspace, lake = with_files(acts[0], own_yaml=IN_YAML, own_py=IN_PYTHON), acts[1]
    run_flow(TILES, workspace, lake, MAY[6])
    for day in DAYS:
        made = run_flow(FEATURES, workspace, lake, MAY[day])
        assert made["made_from"] == ("all days" if day == 3 else "the day before")
    return workspace, lake


@pytest.mark.parametrize("day", DAYS)
def test_each_day_made_from_the_day_before_holds_the_answers(shop: tuple[Workspace, Lake], day: int) -> None:
    assert stored(*shop, day) == EXPECTED[day]


def test_all_days_one_pass_and_the_spark_engine_give_the_same(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = shop
    before = {day: rows_of(lake, gold.FEATURES, MAY[day]) for day in DAYS}
    monkeypatch.setattr("segspark.features.check.WHOLE_ON", MAY[6].weekday())
    assert run_flow(FEATURE_CHECK, workspace, lake, MAY[6])["checked"] == "everybody"
    run_flow(REPAIR, workspace, lake, MAY[6])
    assert rows_of(lake, gold.FEATURES, MAY[6]) == before[6]
    run_flow(FEATURES_BACKFILL, workspace, lake, MAY[6], request=Request(days=tuple(MAY[day] for day in DAYS)))
    assert {day: rows_of(lake, gold.FEATURES, MAY[day]) for day in DAYS} == before
    for day in (5, 6):
        assert run_flow(FEATURES, with_lane(workspace, "spark"), lake, MAY[day])["lane"] == "spark"
        assert rows_of(lake, gold.FEATURES, MAY[day]) == before[day]


def test_the_table_rules_and_the_documentation_say_what_it_is(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    catalogue = load_catalogue(workspace)
    fields = {f.name: f for f in lake.read(gold.FEATURES).schema.fields}
    assert [fields[c].dataType.simpleString() for c in COLUMNS] == ["int", "int", "string"]
    assert fields["looked_2d"].metadata["comment"] == (
        "Categories looked at on the last day in the last 2 local days [items; purpose profiling]"
    )
    assert (
        describe_feature(catalogue, "looked_2d")["formula"] == "items on the last day of looked over [as_of - 2, as_of)"
    )
    assert (
        describe_feature(catalogue, "rarest_sort")["formula"] == "item named least of sort_seen over [as_of - 3, as_of)"
    )
    motions = {c: values_of(catalogue, Models())[c].motion for c in COLUMNS}
    assert motions == {"looked_2d": "moving", "looked_lifetime": "still", "rarest_sort": "moving"}


def test_one_that_fails_is_named_with_its_feature_and_the_next_run_goes_on(shop: tuple[Workspace, Lake]) -> None:
    """No row may lack a column: the run fails, and writes nothing."""
    workspace, lake = shop
    failing = with_files(workspace, own_yaml=IN_YAML, bad_py=IN_PYTHON.replace('"rarest")', '"broken", (2,))'))
    for lane in ("direct", "spark"):
        with pytest.raises(
            AggregationFailed, match="Feature rarest_sort: its aggregation broken failed, ZeroDivisionError"
        ):
            run_flow(FEATURES, with_lane(failing, lane), lake, MAY[6])
        assert stored(workspace, lake, 6) == EXPECTED[6]
    run_flow(REPAIR, workspace, lake, MAY[6])
    assert stored(workspace, lake, 6) == EXPECTED[6]


def catalogue_of(folder: Path, **files: str) -> Catalogue:
    return load_catalogue(with_files(make_workspace(folder), **files))


SKETCHED = "days=3)", "days=3, hll_sketch=10)"


@pytest.mark.parametrize(
    ("yaml", "python", "reason"),
    [
        # Marks do not name items.
        (IN_YAML, IN_PYTHON.replace(*SKETCHED), "feature rarest_sort: of a sketch .* not rarest"),
        (
            IN_YAML.replace("on_last_day,", "rarest, hll_sketch: 10,"),
            IN_PYTHON,
            "measure looked: hll_sketch is of aggregate distinct or on_last_day",
        ),
        (IN_YAML.replace("item: category, ", ""), IN_PYTHON, "aggregate on_last_day and `item` go together"),
        (IN_YAML, IN_PYTHON.replace('"rarest")', '"only_own", (7,))'), r"only_own has the window of its items, \(3,\)"),
        (IN_YAML.replace("on_last_day", "on_lst_day"), IN_PYTHON, "Did you mean on_last_day?"),
    ],
)
def test_what_does_not_go_with_it_is_refused(tmp_path: Path, yaml: str, python: str, reason: str) -> None:
    only_own = replace(RAREST, name="only_own", windowed=True)
    with ITEM_AGGREGATIONS.added(only_own), pytest.raises(ConfigError, match=reason):
        catalogue_of(tmp_path / "w", own_yaml=yaml, own_py=python)


def test_a_sketch_goes_with_one_that_needs_no_names(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path / "w", own_yaml=IN_YAML.replace("item:", "hll_sketch: 10, item:"))
    assert [i.hll_sketch for i in catalogue.items if i.name == "looked"] == [10]
