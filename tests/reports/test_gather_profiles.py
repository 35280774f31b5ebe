"""The profiles of segments, from the rows of a day."""

from segspark.reports.gather_profiles import segment_profiles


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
