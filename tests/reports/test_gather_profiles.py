"""The profiles of segments, from the rows of a day."""

from datetime import date
from pathlib import Path
from typing import Any

from builders import BUYERS, FIRST_DAY, SECOND_DAY, stored_shop

from segspark.pipeline.view import look
from segspark.reports.gather import REPORT
from segspark.reports.gather_profiles import (
    are_rounded,
    members_measured,
    read_profiles,
    segment_profiles,
    small_segments,
)
from segspark.tables.lake import Lake


def test_the_measures_of_a_day_stand_below_their_segment(tmp_path: Path) -> None:
    view = look(REPORT, shop := stored_shop(tmp_path / "w"), Lake(shop.lake))
    buyers = read_profiles(view, SECOND_DAY)[BUYERS]
    assert (buyers["scheme"], buyers["name"], buyers["n_people"]) == ("rules", "Buyers", 2)
    assert {name: row["measure"] for name, row in buyers["m"].items()} == {name: name for name in buyers["m"]}
    assert set(read_profiles(view, FIRST_DAY)) == {BUYERS}


def test_profiles_come_by_scheme_also_from_a_day_before_they_were_tested():
    row = {"value": 2.0, "z_score": 0.5}
    profiles = {
        "x": {"scheme": "rules", "name": "X", "n_people": 30, "m": {"n_order_365d": row}},
        "y": {
            "scheme": "rfm",
            "name": "Y",
            "n_people": 40,
            "m": {"n_order_365d": {**row, "p_value": 0.01, "denominator": 39.0}},
        },
    }
    found = segment_profiles(profiles, {"x": "Ix"}, {})
    assert found is not None
    (rfm, (y,)), (rules, (x,)) = found
    assert (rfm, rules, x.name, y.name) == ("rfm", "rules", "Ix", "Y")
    assert x.measures["n_order_365d"].p_value is None
    assert (y.measures["n_order_365d"].p_value, y.measures["n_order_365d"].n) == (0.01, 39.0)
    assert segment_profiles({}, {}, {}) is None


def test_groups_that_have_earlier_members_are_told_from_those_measured_on_their_own_days():
    def profile(name: str, **days: date | None) -> dict[str, Any]:
        return {"name": name, "m": {measure: {"members_date": day} for measure, day in days.items()}}

    old = {"a": profile("A", orders_30d=FIRST_DAY, n_order_365d=SECOND_DAY), "b": profile("B", orders_30d=SECOND_DAY)}
    measured = ["orders_30d", "revenue_30d"]
    assert members_measured(old, measured, {"b": "Bee"}, SECOND_DAY) == (FIRST_DAY, ("Bee",))
    assert members_measured({"b": old["b"]}, measured, {}, SECOND_DAY) == (None, ("B",))
    # Rows of earlier versions do not tell their day: it is the page's.
    assert members_measured({"c": profile("C", orders_30d=None)}, measured, {}, SECOND_DAY) == (None, ("C",))
    assert members_measured({"d": profile("D")}, measured, {}, SECOND_DAY) == (None, ())


def test_segments_without_a_profile_are_known_from_the_run_and_have_no_numbers():
    outcomes = {"small_segments": {"rules": ["x", "y"]}}
    found = small_segments(outcomes, {"y": "Why"}, {"x": {}})
    assert found == {"y": {"scheme": "rules", "n_people": 0, "name": "Why", "m": {}}}
    assert segment_profiles(found, {}, {})[0][1][0].measures == {}
    # Of a run of an earlier version nothing is known of them.
    assert small_segments({}, {}, {}) == {}


def test_profiles_of_another_floor_are_known_by_their_sizes():
    assert are_rounded({}, 20)
    assert are_rounded({"a": {"n_people": 680}, "b": {"n_people": 0}}, 20)
    assert not are_rounded({"a": {"n_people": 680}, "b": {"n_people": 696}}, 20)
    assert are_rounded({"a": {"n_people": 7}}, 1)
