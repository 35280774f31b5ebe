from segspark.reports.labels import FEATURES, feature_label
from segspark.segments.values import CALENDAR, CONTACT, PROFILE, SCORES


def test_features_are_named_with_their_window():
    assert feature_label("n_click_90d", "fr") == "Clics humains, 90\u00a0j"
    assert feature_label("n_order_lifetime", "en") == "Orders, ever"
    assert feature_label("days_since_order", "en") == "Days since last order"
    assert feature_label("moon_phase_30d", "fr") == "moon_phase_30d"


def test_what_rules_say_of_profile_scores_and_calendar_has_a_label():
    outside = {**PROFILE, **SCORES, **CONTACT, **CALENDAR}
    assert [n for n in outside if n not in FEATURES] == []
