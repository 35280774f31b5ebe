"""Sizes for every threshold: as previews of each, one by one."""

from dataclasses import replace

import pytest
from api.tiny import SECOND, tiny
from builders import make_workspace, store_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.features.resources import load_catalogue
from segspark.query import curve as module
from segspark.query.curve import CurvePoint, Direction
from segspark.query.curves import curve as feature_curve
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.segments.rules.sql import parse_text
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

SIGN = {"at_least": ">=", "at_most": "<="}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(tiny(tmp_path_factory.mktemp("curves") / "w"), {})


def points(workspace: Workspace, condition: str, along: str, direction: Direction | None = None) -> tuple[object, ...]:
    (rule,) = rules_named(workspace, condition)
    curve = feature_curve(workspace, Lake(workspace.lake), rule, along, None, direction)
    return curve.direction, curve.unit, [(p.threshold, p.people, p.contactable, p.revenue_cents) for p in curve.points]


def test_a_count_is_at_least_so_many(workspace: Workspace) -> None:
    # ann 3 orders for 9,000, bob, not contactable, 2 for 5,000, joe 5 for 20,000, eve none.
    assert points(workspace, "country = 'FR'", "n_order_365d") == (
        "at_least", "orders", [(0, 4, 3, 34_000), (2, 3, 2, 34_000), (3, 2, 2, 29_000), (5, 1, 1, 20_000)],
    )  # fmt: skip


def test_days_since_something_are_at_most_so_many_and_the_unknown_are_in_no_point(workspace: Workspace) -> None:
    assert points(workspace, "country = 'FR'", "days_since_order") == (
        "at_most", "days", [(10, 1, 1, 9_000), (40, 2, 1, 14_000), (90, 3, 2, 34_000)],
    )  # fmt: skip


def test_the_rule_s_own_threshold_is_the_one_that_moves(workspace: Workspace) -> None:
    assert points(workspace, "n_order_365d >= 3 and days_since_order > 60", "days_since_order") == (
        "at_least", "days", [(10, 2, 2, 29_000), (90, 1, 1, 20_000)],
    )  # fmt: skip
    alone = points(workspace, "days_since_order > 60", "days_since_order")
    assert alone == ("at_least", "days", [(10, 3, 2, 34_000), (40, 2, 1, 25_000), (90, 1, 1, 20_000)])


def test_a_threshold_on_the_other_side_stays(workspace: Workspace) -> None:
    window = "days_since_order > 20 and days_since_order < 80"
    assert points(workspace, window, "days_since_order")[2] == [(10, 2, 1, 14_000), (40, 1, 0, 5_000)]
    assert points(workspace, window, "days_since_order", "at_most")[2] == [(40, 1, 0, 5_000), (90, 2, 1, 25_000)]
    between = "days_since_order between 20 and 80 and country = 'FR'"
    assert points(workspace, between, "days_since_order") == (
        "at_most",
        "days",
        [(40, 1, 0, 5_000), (90, 2, 1, 25_000)],
    )
    assert points(workspace, between, "days_since_order", "at_least")[2] == [(10, 2, 1, 14_000), (40, 1, 0, 5_000)]


@pytest.mark.parametrize("own", ["n_order_365d = 3", "not n_order_365d < 3", "n_order_365d > 2 or country = 'BE'"])
def test_what_is_no_threshold_of_the_whole_rule_stays(workspace: Workspace, own: str) -> None:
    (_, _, found) = points(workspace, own, "n_order_365d")
    assert found[0] == (3, 2, 2, 29_000) or found == [(3, 1, 1, 9_000)]


def test_the_side_may_be_chosen(workspace: Workspace) -> None:
    assert points(workspace, "country = 'FR'", "n_order_365d", "at_most")[2][1] == (2, 2, 1, 5_000)


def test_nobody_has_no_point(workspace: Workspace) -> None:
    assert points(workspace, "country = 'BE'", "n_order_365d")[2] == []


def test_a_window_that_nobody_declared_has_its_points(workspace: Workspace) -> None:
    # Its counts come from the tiles, which this lake does not have: everybody has none.
    assert points(workspace, "country = 'FR'", "n_order_366d") == ("at_least", "orders", [(0, 4, 3, 34_000)])


@pytest.mark.parametrize("name", ["country", "last_order_date", "n_orders_366d"])
def test_along_what_is_no_number_there_is_no_curve(workspace: Workspace, name: str) -> None:
    with pytest.raises(ConfigError, match=r"is a text|is a date|no value or act"):
        points(workspace, "country = 'FR'", name)


@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_an_amount_has_round_thresholds_that_count_exactly(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, direction: Direction
) -> None:
    monkeypatch.setattr(module, "MOST_POINTS", 3)
    _, unit, found = points(workspace, "country = 'FR'", "order_cents_365d", direction)
    amounts = [0, 5_000, 9_000, 20_000]
    assert unit == "minor units"
    # A third of 20,000 is 6,667; the next round step is 10,000.
    assert [t for t, *_ in found] == ([0, 20_000] if direction == "at_least" else [0, 10_000, 20_000])
    for threshold, people, *_ in found:
        assert people == sum(a >= threshold if direction == "at_least" else a <= threshold for a in amounts)


PERSON = st.tuples(
    st.integers(0, 5), st.integers(0, 9), st.sampled_from([None, "no_consent"]), st.sampled_from(["FR", "BE"])
)


@settings(max_examples=10)
@given(people=st.lists(PERSON, min_size=1, max_size=12), direction=st.sampled_from(["at_least", "at_most"]))
def test_every_point_is_the_preview_of_its_threshold(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[int, int, str | None, str]], direction: Direction
) -> None:
    workspace = make_workspace(tmp_path_factory.mktemp("any") / "w")
    lake = Lake(workspace.lake)
    day = {"as_of_date": SECOND}
    features = gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns())
    store_rows(lake, features, *[
        {**day, "person_id": f"p{at}", "n_order_365d": orders, "n_click_30d": clicks, "order_cents_365d": 100 * orders,
         "refund_cents_365d": 0} for at, (orders, clicks, _, _) in enumerate(people)
    ])  # fmt: skip
    store_rows(lake, gold.PEOPLE, *[
        {**day, "person_id": f"p{at}", "is_contactable": reason is None, "not_contactable_reason": reason, "country": country}
        for at, (_, _, reason, country) in enumerate(people)
    ])  # fmt: skip
    store_rows(lake, gold.SEGMENTS, {"segment_date": SECOND, "person_id": "p0", "scheme": "rules", "segment_id": "s",
                                     "segment_name": "S"})  # fmt: skip
    (rule,) = rules_named(workspace, "n_order_365d >= 2 or country = 'FR'")
    curve = feature_curve(workspace, lake, rule, "n_click_30d", None, direction)
    for point in curve.points:
        when = parse_text(f"(n_order_365d >= 2 or country = 'FR') and n_click_30d {SIGN[direction]} {point.threshold}")
        (told,) = preview(workspace, lake, [replace(rule, when=when)], None)
        assert point == CurvePoint(point.threshold, told["people"], told["contactable"], told["revenue_cents_365d"])


def test_a_score_of_a_day_without_any_is_told_and_nobody_is_counted(workspace: Workspace) -> None:
    with pytest.raises(GateClosed, match=r"no rows of 2026-05-0\d, and churn_90d would be missing of everybody"):
        preview(workspace, Lake(workspace.lake), rules_named(workspace, "churn_90d > 0.5"), None)
