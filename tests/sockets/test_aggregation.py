"""An aggregation in one file, this one, goes through every engine: the largest daily total, which nothing takes back."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import make_workspace, rows_of
from features.engine.histories import CALENDAR, FIRST, N_DAYS, History, histories
from hypothesis import given, settings
from hypothesis import strategies as st
from lakes import ACTS_TAKEN_IN, MAY, Lakes, address
from pyspark.cloudpickle import register_pickle_by_value

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.acts import acts_of
from segspark.features.aggregations.registry import AGGREGATIONS
from segspark.features.check import FEATURE_CHECK, REPAIR
from segspark.features.describe import describe_feature
from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.backfill import backfill_features
from segspark.features.engine.failures import AggregationFailed
from segspark.features.engine.incremental import advance_features, changing_days, splice, walk_day_by_day
from segspark.features.engine.kernel import compute_features
from segspark.features.engine.restore import of_window, restored
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

# Workers cannot import this file: tasks carry the functions themselves.
register_pickle_by_value(sys.modules[__name__])


def _total(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return values


def _by_zero(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    raise ZeroDivisionError("by zero")


LARGEST = Aggregation(
    "largest_daily_total",
    lift=_total,
    merge=np.maximum,
    nothing=0,
    unmerge=None,
    words="largest daily total of",
    windowed=True,
    type="int",
    null_if_nothing=True,
    motion="still",
    unit="minor units a day",
    column="optional",
    names_acts=True,
)
BROKEN = replace(LARGEST, name="broken", lift=_by_zero)

# The kernels, over random histories -----------------------------------------------------------------------------------

CATALOGUE = Catalogue(
    (
        Measure("n_order", ("order",), "profiling", "orders", "Orders"),
        Measure("n_open", ("open",), "open_tracking", "opens", "Opens"),
    ),
    (
        Feature("largest", "n_order", "Most in a day", LARGEST, (1, 3, 7, 0)),
        Feature("largest_sale", "n_order", "Most in a day of a sales period", LARGEST, (3, 0), only_sales=True),
        Feature("largest_open", "n_open", "Most in a day", LARGEST, (3, 0)),
    ),
    (),
)


def by_hand(history: History, n: int) -> list[dict[str, Any]]:
    """The features as of the nth day, counted one by one."""
    as_of, rows = FIRST + timedelta(days=n), []
    for person in history.people(n).to_pylist():
        row: dict[str, Any] = {"person_id": person["person_id"]}
        for feature, window in ((f, w) for f in CATALOGUE.features for w in f.windows):
            since = person[CATALOGUE.purpose_of(feature)]
            net: dict[date, int] = {}
            for r in history.activity.to_pylist():
                day = r["activity_date"]
                if r["person_id"] == person["person_id"] and r["applied_as_of"] <= as_of and day < as_of:
                    net[day] = net.get(day, 0) + r[feature.measure]
            counted = [
                value
                for day, value in net.items()
                if since is not None
                and day >= since
                and (not window or day >= as_of - timedelta(days=window))
                and (not feature.only_sales or (day - date(1970, 1, 1)).days in CALENDAR.sales_days)
            ]
            row[feature.column(window)] = max([0, *counted]) or None
        rows.append(row)
    return rows


def told(table: pa.Table) -> list[dict[str, Any]]:
    columns = ["person_id", *(f.column(w) for f in CATALOGUE.features for w in f.windows)]
    return table.select(columns).to_pylist()


@given(histories())
@settings(max_examples=40, deadline=None)
def test_all_days_and_the_day_before_equal_a_count_by_hand(history: History) -> None:
    """Under ties, late events, corrections downward, evictions, permissions that move, and withdrawals."""
    state = None
    for n in range(N_DAYS):
        as_of, people = FIRST + timedelta(days=n), history.people(n)
        expected = by_hand(history, n)
        whole = compute_features(history.activity, people, CATALOGUE, [as_of], CALENDAR)
        assert told(whole) == expected
        if state is not None:
            activity = history.activity
            learnt = activity.filter(pc.equal(activity["applied_as_of"], pa.scalar(as_of, pa.date32())))
            days = sorted(changing_days(learnt, CATALOGUE, as_of))
            near = activity.filter(pc.is_in(activity["activity_date"].cast(pa.int32()), pa.array(days, pa.int32())))
            done = advance_features(state, near, people, CATALOGUE, as_of, CALENDAR)
            rows = restored(
                done.rows, done.lost, lambda lost, _, all_=activity: of_window(all_, lost), CATALOGUE, CALENDAR
            )
            rows = splice(rows, compute_features(activity, done.rest, CATALOGUE, [as_of], CALENDAR))
            assert told(rows) == expected, as_of
        state = whole


@given(histories(), st.sets(st.integers(0, N_DAYS - 1), min_size=1))
@settings(max_examples=40, deadline=None)
def test_many_days_in_one_pass_equal_a_count_by_hand(history: History, chosen: set[int]) -> None:
    dates = [FIRST + timedelta(days=n) for n in sorted(chosen)]
    people = pa.concat_tables([history.people(n) for n in sorted(chosen)])
    expected = [by_hand(history, n) for n in sorted(chosen)]
    for walk in (backfill_features, walk_day_by_day):
        assert [told(t) for t in walk(history.activity, people, CATALOGUE, dates, CALENDAR)] == expected, walk


# The flows, over a lake -----------------------------------------------------------------------------------------------

DAYS = (3, 4, 5, 6, 7)
ANN, BOB, EVE = "ann", "bob", "eve"
IN_YAML = """
measures:
  - {name: largest_order, event_types: [order], aggregate: largest_daily_total, column: amount_cents, windows: [2, 0],
     purpose: profiling, description: Most ordered in a day}
  - {name: most_orders, event_types: [order], aggregate: largest_daily_total, windows: [0],
     purpose: profiling, description: Most orders in a day}
"""
IN_PYTHON = """
from segspark.features.feature import Feature, Measure

NET = "case when event_type = 'refund' then -amount_cents else amount_cents end"
MEASURES = [Measure("net", ("order", "refund"), "profiling", "minor units", "Ordered less given back", value=NET)]
FEATURES = [Feature("largest_net", "net", "Most kept in a day", "largest_daily_total", (2, 0))]
"""
RULES = """
segments:
  - {name: once_large, title: {fr: Un jour, en: Once}, when: largest_order_lifetime >= 9000}
  - {name: now_large, title: {fr: En ce moment, en: Now}, when: largest_order_2d >= 9000}
"""
COLUMNS = (
    "largest_order_2d",
    "largest_order_lifetime",
    "largest_net_2d",
    "largest_net_lifetime",
    "most_orders_lifetime",
)
# As of each day: who -> the columns. A window of two days holds the two days before.
EXPECTED: dict[int, dict[str, tuple[int | None, ...]]] = {
    3: {ANN: (12000, 12000, 12000, 12000, 1), BOB: (5500, 5500, 5500, 5500, 2)},
    4: {ANN: (12000, 12000, 12000, 12000, 1), BOB: (5500, 5500, 5500, 5500, 2)},
    # The 2nd leaves the window: of ann the 3rd is left, of bob the 4th.
    5: {ANN: (4500, 12000, 4500, 12000, 1), BOB: (2000, 5500, 2000, 5500, 2), EVE: (1000, 1000, 1000, 1000, 1)},
    # Learnt on the 5th: ann gave back most of the 2nd, bob had ordered more on the 4th.
    6: {ANN: (None, 12000, None, 4500, 1), BOB: (9000, 9000, 9000, 9000, 2), EVE: (1000, 1000, 1000, 1000, 1)},
    # bob withdrew.
    7: {ANN: (None, 12000, None, 4500, 1), BOB: (None,) * 5, EVE: (None, 1000, None, 1000, 1)},
}  # fmt: skip


def with_files(workspace: Workspace, **files: str) -> Workspace:
    """The workspace with feature files of its own."""
    paths = []
    for name, text in files.items():
        path = workspace.folder / name.replace("_", ".")
        path.write_text(text)
        paths.append(path)
    return workspace.model_copy(update={"features": workspace.features.model_copy(update={"files": tuple(paths)})})


def names(workspace: Workspace) -> dict[str, str]:
    """The people of orders; others are there too."""
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    return {pseudonyms.identifier_id("email", address(name)) or "": name for name in (ANN, BOB, EVE)}


def stored(workspace: Workspace, lake: Lake, day: int) -> dict[str, Any]:
    known = names(workspace)
    rows = [r for r in rows_of(lake, gold.FEATURES, MAY[day]) if r["person_id"] in known]
    return {known[r["person_id"]]: tuple(r[c] for c in COLUMNS) for r in rows}


@pytest.fixture(scope="module")
def acts(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    return lakes.copy(ACTS_TAKEN_IN, tmp_path_factory.mktemp("largest") / "w")


@pytest.fixture(scope="module", autouse=True)
def _plugged_in(acts: tuple[Workspace, SparkLake]) -> Iterator[None]:
    with AGGREGATIONS.added(LARGEST, BROKEN):
        yield


@pytest.fixture(scope="module")
def shop(acts: tuple[Workspace, SparkLake]) -> tuple[Workspace, SparkLake]:
    """Five days, each made from the day before."""
    workspace, lake = acts
    (workspace.folder / "rules.yaml").write_text(RULES)
    workspace = with_files(open_workspace(workspace.folder, {}), own_yaml=IN_YAML, own_py=IN_PYTHON)
    run_flow(TILES, workspace, lake, MAY[7])
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
    slow = workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": "spark"})})
    for day in (5, 6, 7):
        outcome = run_flow(FEATURES, slow, lake, MAY[day])
        assert (outcome["lane"], outcome["made_from"]) == ("spark", "the day before")
        assert rows_of(lake, gold.FEATURES, MAY[day]) == before[day]
    monkeypatch.setattr("segspark.features.check.WHOLE_ON", MAY[6].weekday())
    for settings_ in (workspace, slow):
        assert run_flow(FEATURE_CHECK, settings_, lake, MAY[6])["checked"] == "everybody"
    run_flow(REPAIR, workspace, lake, MAY[6])
    assert rows_of(lake, gold.FEATURES, MAY[6]) == before[6]
    for settings_ in (workspace, slow):
        request = Request(days=tuple(MAY[day] for day in DAYS))
        run_flow(FEATURES_BACKFILL, settings_, lake, MAY[7], request=request)
        assert {day: rows_of(lake, gold.FEATURES, MAY[day]) for day in DAYS} == before


def test_rules_know_how_it_moves(shop: tuple[Workspace, Lake]) -> None:
    """Since ever it changes by an event alone; from a window days leave."""
    workspace, lake = shop
    run_flow(SEGMENTS, workspace, lake, MAY[6])
    known = names(workspace)
    rows = [r for r in rows_of(lake, gold.SEGMENTS, MAY[6]) if r["scheme"] == "rules"]
    assert {(known[r["person_id"]], r["path"], (r["valid_until"] - MAY[6]).days) for r in rows} == {
        (ANN, "once_large", 365),
        (BOB, "once_large", 365),
        (BOB, "now_large", 1),
    }


def test_sequences_may_name_its_acts(shop: tuple[Workspace, Lake]) -> None:
    acts = acts_of(load_catalogue(shop[0]))
    assert (acts["largest_order"], acts["largest_net"]) == ("largest_order", "net")


def test_the_table_and_the_documentation_say_what_it_is(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    fields = {f.name: f for f in lake.read(gold.FEATURES).schema.fields}
    assert fields["largest_order_2d"].dataType.simpleString() == "int"
    assert fields["largest_order_2d"].metadata["comment"] == (
        "Most ordered in a day in the last 2 local days [minor units a day; purpose profiling]"
    )
    row = describe_feature(load_catalogue(workspace), "largest_order_2d")
    assert (row["formula"], row["empty"], row["unit"]) == (
        "largest daily total of largest_order over [as_of - 2, as_of)", "null", "minor units a day",
    )  # fmt: skip
    assert row["value"] == "coalesce(cast(round(amount_cents) as bigint), 0)"


def test_one_that_fails_is_named_with_its_feature_and_the_next_run_goes_on(shop: tuple[Workspace, Lake]) -> None:
    """No row may lack a column: the run fails, and writes nothing."""
    workspace, lake = shop
    bad = IN_YAML.replace("largest_daily_total, windows: [0]", "broken, windows: [0]")
    for lane in ("direct", "spark"):
        failing = with_files(workspace, bad_yaml=bad, own_py=IN_PYTHON)
        failing = failing.model_copy(update={"features": failing.features.model_copy(update={"lane": lane})})
        with pytest.raises(
            AggregationFailed, match="Feature most_orders: its aggregation broken failed, ZeroDiv"
        ) as caught:
            run_flow(FEATURES, failing, lake, MAY[7])
        assert "\n" not in str(caught.value)
        assert stored(workspace, lake, 7) == EXPECTED[7]
    run_flow(REPAIR, workspace, lake, MAY[7])
    assert stored(workspace, lake, 7) == EXPECTED[7]


def catalogue_of(folder: Path, **files: str) -> Catalogue:
    return load_catalogue(with_files(make_workspace(folder), **files))


def test_one_that_is_not_plugged_in_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no aggregation 'smallest_daily_total'. Did you mean largest_daily_total\?"):
        catalogue_of(tmp_path / "w", own_yaml=IN_YAML.replace("largest_daily", "smallest_daily"))


def test_what_cannot_be_restored_is_refused() -> None:
    with pytest.raises(ValueError, match="aggregation gcd: without unmerge, merge must give one of its two values"):
        replace(LARGEST, name="gcd", merge=np.gcd)
