"""The profiles of segments, from the rows of a day."""

from pathlib import Path

from builders import BUYERS, FIRST_DAY, SECOND_DAY, stored_shop

from segspark.pipeline.view import look
from segspark.reports.gather import REPORT
from segspark.reports.gather_profiles import are_rounded, read_profiles, segment_profiles
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


def test_profiles_of_another_floor_are_known_by_their_sizes():
    assert are_rounded({}, 20)
    assert are_rounded({"a": {"n_people": 680}, "b": {"n_people": 0}}, 20)
    assert not are_rounded({"a": {"n_people": 680}, "b": {"n_people": 696}}, 20)
    assert are_rounded({"a": {"n_people": 7}}, 1)
