"""Sizes at every threshold and for every window, by bitmaps and by DuckDB: the same numbers."""

import subprocess
import sys
from pathlib import Path

import deltalake
import pytest
from query.bits.shop_of_bits import AS_OF, ago, make_shop

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed, UnknownName
from segspark.query import curve as curve_module
from segspark.query import curves
from segspark.query.curve import Curve, CurvePoint, Direction, moved
from segspark.query.curves import curve, curve_of
from segspark.query.targets import rules_named
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_shop(tmp_path_factory.mktemp("curves") / "w")


def sizes(found: Curve) -> list[tuple[float, int, int, int]]:
    return [(p.threshold, p.people, p.contactable, p.revenue_cents) for p in found.points]


def test_a_value_has_the_people_at_each_threshold_and_above(shop: Workspace) -> None:
    found = curve_of(shop, "n_order_365d >= 1", "days_since_order", direction="at_least")
    assert sizes(found) == [(2, 3, 2, 33_000), (10, 2, 1, 13_000), (70, 1, 0, 5_000)]
    assert (found.name, found.as_of, found.unit, found.engine, found.direction) == (
        "condition", AS_OF, "days", "bitmaps", "at_least",
    )  # fmt: skip


def test_duckdb_gives_the_same_where_there_are_no_bitmaps(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    by_bits = [
        curve_of(shop, "n_click_30d < 2", along) for along in ("days_since_order", "n_order_365d", "order_cents_365d")
    ]
    monkeypatch.setattr(curves, "features_stored", lambda view: frozenset())
    by_duckdb = [curve_of(shop, "n_click_30d < 2", each.along) for each in by_bits]
    assert {(a.engine, b.engine) for a, b in zip(by_bits, by_duckdb, strict=True)} == {("bitmaps", "DuckDB")}
    assert [each.points for each in by_bits] == [each.points for each in by_duckdb]
    assert all(each.points for each in by_bits)


def test_what_bitmaps_do_not_hold_duckdb_answers(shop: Workspace) -> None:
    by_text = curve_of(shop, "country = 'FR'", "n_order_365d")
    assert (by_text.engine, sizes(by_text)[0]) == ("DuckDB", (0, 4, 3, 33_000))
    derived = curve_of(shop, "everybody", "avg_order_cents_365d")
    assert (derived.engine, len(derived.points)) == ("DuckDB", 3)


def test_an_act_has_every_window_up_to_the_kept_days(shop: Workspace) -> None:
    found = curve_of(shop, "everybody", "click")
    assert (len(found.points), found.direction, found.unit) == (30, "at_most", "days")
    by_days = {p.threshold: (p.people, p.contactable, p.revenue_cents) for p in found.points}
    # ann is counted once, by her newest click; the click of 40 days ago lies before the kept days.
    assert (by_days[1], by_days[2], by_days[3], by_days[30]) == (
        (1, 1, 8_000),
        (1, 1, 8_000),
        (2, 2, 8_000),
        (2, 2, 8_000),
    )


def test_a_rule_that_bitmaps_do_not_hold_is_joined_by_ordinals(shop: Workspace) -> None:
    within = curve_of(shop, "country = 'FR' and n_order_365d >= 1", "click")
    assert within.engine == "bitmaps, within a rule by DuckDB"
    assert (within.points[-1].people, within.points[-1].revenue_cents) == (1, 8_000)


def test_distinct_days_within_a_window(shop: Workspace) -> None:
    assert sizes(curve_of(shop, "everybody", "click", within=9)) == [(1, 2, 2, 8_000), (2, 1, 1, 8_000)]
    assert sizes(curve_of(shop, "everybody", "click", within=8)) == [(1, 2, 2, 8_000)]


def test_who_enters_or_leaves_between_two_thresholds(shop: Workspace) -> None:
    by_value = curve_of(shop, "n_order_365d >= 1", "days_since_order", direction="at_least")
    # Nobody's value lies between 10 and 11.
    assert moved(by_value.points, "at_least", 5, 60) == CurvePoint(60, -1, -1, -8_000)
    assert moved(by_value.points, "at_least", 71, 70) == CurvePoint(70, 1, 0, 5_000)
    by_window = curve_of(shop, "everybody", "click")
    assert moved(by_window.points, "at_most", 2, 9) == CurvePoint(9, 1, 1, 0)
    assert moved(by_window.points, "at_most", 0, 1) == CurvePoint(1, 1, 1, 8_000)


def test_a_rule_and_everybody_are_asked_for_in_the_library_too(shop: Workspace) -> None:
    lake = Lake(shop.lake)
    (rule,) = rules_named(shop, "n_order_365d >= 1")
    assert curve(shop, lake, rule, "n_click_30d", AS_OF).points[0].people == 3
    assert curve(shop, lake, None, "n_order_365d").points[0].people == 4


def test_nobody_has_no_points(shop: Workspace) -> None:
    assert curve_of(shop, "n_order_365d > 9", "n_click_30d").points == ()


@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_many_values_have_the_round_thresholds_that_duckdb_gives(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, direction: Direction
) -> None:
    monkeypatch.setattr(curve_module, "MOST_POINTS", 2)
    by_bits = curve_of(shop, "everybody", "order_cents_365d", direction=direction)
    monkeypatch.setattr(curves, "features_stored", lambda view: frozenset())
    by_duckdb = curve_of(shop, "everybody", "order_cents_365d", direction=direction)
    assert (by_bits.engine, by_duckdb.engine) == ("bitmaps", "DuckDB")
    assert by_bits.points == by_duckdb.points
    assert 1 < len(by_bits.points) < 4


def test_wrong_questions_are_told(shop: Workspace) -> None:
    with pytest.raises(UnknownName, match=r"no value or act 'clik'\. Did you mean click"):
        curve_of(shop, "everybody", "clik")
    with pytest.raises(ConfigError, match="country is a text; a curve goes along a number"):
        curve_of(shop, "everybody", "country")
    with pytest.raises(ConfigError, match="days_since_order is no act"):
        curve_of(shop, "everybody", "days_since_order", within=3)
    with pytest.raises(ConfigError, match=r"30 days are kept \(bits.kept_days\), and 31 are asked for"):
        curve_of(shop, "everybody", "click", within=31)
    with pytest.raises(ConfigError, match=f"no features of {ago(1)}; stored days are {AS_OF}"):
        curve_of(shop, "everybody", "click", ago(1))
    with pytest.raises(ConfigError, match=r"rules\.yaml holds 3 segments; a curve is of one"):
        curve_of(shop, "rules.yaml", "click")


def test_a_day_that_only_spark_reads_is_told_and_is_no_bug(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "w")
    for table in (gold.PEOPLE, gold.BITS):
        deltalake.DeltaTable(Lake(shop.lake).path(table)).delete()
    for along in ("n_order_365d", "click"):
        with pytest.raises(GateClosed, match=f"no such curve without Spark.*gold.people has no rows of {AS_OF}"):
            curve_of(shop, "everybody", along)


def test_no_jvm_and_nothing_slow_is_imported(shop: Workspace, tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from segspark.app.workspace import open_workspace
from segspark.query.curves import curve_of
for along in ("days_since_order", "click"):
    assert curve_of(open_workspace(Path({str(shop.folder)!r})), "n_order_365d >= 1", along).points
print([name for name in ("pyspark", "pandas", "mlflow", "sklearn", "scipy", "matplotlib") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
