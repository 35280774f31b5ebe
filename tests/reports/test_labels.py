from segspark.reports.labels import FEATURES, feature_label, not_contactable_label, scheme_label
from segspark.segments.values import CALENDAR, CONTACT, PROFILE, SCORES


def test_features_are_named_with_their_window():
    assert feature_label("n_click_90d", "fr") == "Clics humains, 90\u00a0j"
    assert feature_label("n_order_lifetime", "en") == "Orders, ever"
    assert feature_label("days_since_order", "en") == "Days since last order"
    assert feature_label("moon_phase_30d", "fr") == "moon_phase_30d"


def test_what_rules_say_of_profile_scores_and_calendar_has_a_label():
    outside = {**PROFILE, **SCORES, **CONTACT, **CALENDAR}
    assert [n for n in outside if n not in FEATURES] == []


def test_a_name_with_a_window_of_its_own_is_not_taken_apart():
    # n_click and 90 are known, but days_since_order has no windows.
    assert feature_label("n_click_90", "en") == "n_click_90"
    assert feature_label("n_order_lifetime", "fr") == "Commandes, en tout"


def test_schemes_and_reasons_are_named_in_the_report_s_language_and_unknown_ones_stay():
    assert [scheme_label("behaviour", language) for language in ("fr", "en")] == ["Comportements", "Behaviour"]
    assert scheme_label("moon", "fr") == "moon"
    assert [not_contactable_label("no_consent", language) for language in ("fr", "en")] == [
        "Pas de consentement à l'e-mail", "No consent to e-mail",
    ]  # fmt: skip
    assert not_contactable_label("moon", "fr") == "moon"
