from segspark.reports.reasons import explain_reason


def test_reasons_are_explained_with_or_without_their_column():
    assert explain_reason("scale:total_price", "en") == explain_reason("scale", "en") != ""
    assert explain_reason("moon_phase", "fr") == ""
