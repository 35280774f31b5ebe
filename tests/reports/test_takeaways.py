from dataclasses import replace
from datetime import date

import pytest
from reports.sample import sample

from segspark.models.propensity.sections import PropensityQuality
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    LedgerRow,
    ReportData,
    Scheme,
    SegmentSize,
    Sizes,
)
from segspark.reports.formats import Formats
from segspark.reports.takeaways import take_away
from segspark.reports.texts import Texts
from segspark.reports.views import segment_lines
from segspark.sections import Reason, Refused, Section

FORMATS, TEXTS = Formats("en", "EUR"), Texts("en")
DAY = date(2026, 5, 31)
EMPTY = ReportData(workspace="w", as_of=date(2026, 6, 1), language="en")


def told(**fields):
    return take_away(replace(EMPTY, **fields), FORMATS, TEXTS)


def headline(n, contactable, **reasons):
    return Headline(n, contactable, reasons, 0, DAY, DAY)


def moved(*segments, is_exclusive=False):
    return Sizes(1_000, DAY, (Scheme("rfm" if is_exclusive else "rules", segments, is_exclusive),))


def test_a_report_without_any_section_has_nothing_to_say():
    assert told() == []
    assert told(headline=headline(0, 0), ledger=(), sizes=Sizes(0, None, ())) == []


def test_sentences_come_in_the_order_of_the_page():
    said = take_away(sample("en"), FORMATS, TEXTS)
    assert [s.split(" ")[0] for s in said] == ["39,880", "Largest", "“Champions”:", "No", "0.02%"]


def test_who_may_be_written_to_stands_beside_the_first_reason_against_it():
    assert told(headline=headline(200, 150, no_consent=20, unsubscribed=30)) == [
        "160 of 200 people may be sent an e-mail (80%). First reason for leaving people out: no consent to e-mail (40)."
    ]


def test_a_reason_of_few_people_is_not_named():
    assert told(headline=headline(200, 180, complained=12, no_address=8)) == [
        "200 of 200 people may be sent an e-mail (100%)."
    ]


def test_the_largest_rise_and_the_largest_fall_are_named():
    said = told(
        sizes=moved(
            SegmentSize("up", 130, n_before=100), SegmentSize("more", 260, n_before=200), SegmentSize("down", 60, n_before=150),
            SegmentSize("least", 99, n_before=100), SegmentSize("same", 50, n_before=50),
        )
    )  # fmt: skip
    assert said == [
        "Largest rise in people since 31 May 2026: “more”, +80 (+40.0%).",
        "Largest fall in people since 31 May 2026: “down”, −80 (−50.0%).",
    ]


def test_a_level_is_named_by_its_name_and_not_by_its_key():
    (said,) = told(sizes=moved(SegmentSize("Young › Buyers", 130, n_before=20, path="young/buyers")))
    assert "“Young › Buyers”, +80 (+200.0%)" in said


@pytest.mark.parametrize(
    "segment",
    [
        SegmentSize("small today", 19, n_before=400),
        SegmentSize("small before", 400, n_before=19),
        SegmentSize("new", 400),
        SegmentSize("same", 400, n_before=400),
    ],
    ids=lambda s: s.name,
)
def test_no_movement_is_told_that_may_not_be_shown_or_is_none(segment):
    assert told(sizes=moved(segment)) == []


def test_without_an_earlier_day_nothing_moved():
    sizes = moved(SegmentSize("up", 130, n_before=100))
    assert told(sizes=replace(sizes, previous_date=None)) == []


def test_a_movement_that_may_be_rounding_alone_is_not_told():
    sizes = moved(
        SegmentSize("most", 924, n_before=924), SegmentSize("rounded", 64, n_before=31), SegmentSize("hidden", 12, n_before=45),
        is_exclusive=True,
    )  # fmt: skip
    rounded = next(line for line in segment_lines(sizes.schemes[0], 1_000, 20) if line.name == "rounded")
    assert (rounded.size.n, rounded.before.n) == (80, 40)
    assert told(sizes=sizes) == []
    exact = replace(EMPTY, sizes=moved(SegmentSize("up", 8, n_before=7)), min_group=1)
    assert take_away(exact, FORMATS, TEXTS) == ["Largest rise in people since 31 May 2026: “up”, +1 (+14.3%)."]


def revenue(scheme, *rows):
    return told(kpis=Kpis(30, ((scheme, rows),)))


def test_the_segment_with_most_revenue_per_head_is_named():
    assert revenue(
        "rfm", KpiRow("large", 300, values={"revenue_cents_30d": 60_000}), KpiRow("rich", 100, values={"revenue_cents_30d": 40_000}),
        KpiRow("hidden", 19, values={"revenue_cents_30d": 90_000}), KpiRow("none", 81),
    ) == ["“rich”: 23% of the people, 40% of the revenue of the last 30 days."]  # fmt: skip


def test_segments_that_overlap_have_no_share_of_the_revenue():
    assert revenue("rules", KpiRow("rich", 100, values={"revenue_cents_30d": 40_000})) == []
    assert revenue("behaviour", KpiRow("rich", 100, values={"revenue_cents_30d": 0})) == []


def test_a_churn_model_says_its_lift_and_a_refused_one_why_there_is_none():
    assert told(sections=tuple(s for s in sample().sections if isinstance(s.content, PropensityQuality))) == [
        "No order within 90 days: in the tenth where it is clearest, 1.9 times as many people ordered as on average."
    ]
    section = next(s for s in sample().sections if isinstance(s.content, PropensityQuality))
    documents = section.content.documents
    few = replace(documents.model, base_rate=0.4)
    rarer = replace(section, content=replace(section.content, documents=replace(documents, model=few)))
    assert told(sections=(rarer,)) == [
        "No order within 90 days: in the tenth where it is clearest, 2.4 times as many people ordered nothing as on average."
    ]
    title, why = {"fr": "Rien", "en": "None"}, {"fr": "Pas de score.", "en": "No score today."}
    refused = Section("toy", title, Refused((Reason("no_order"),), title, why))
    silent = Section("other", title, Refused((), title))
    assert told(sections=(refused, silent)) == ["No score today."]


def test_what_was_set_aside_is_told_and_what_does_not_add_up_comes_first():
    assert told(ledger=(LedgerRow("crm", 10, 10),)) == []
    assert told(ledger=(LedgerRow("crm", 990, 980, quarantined=10), LedgerRow("shop", 10, 9))) == [
        "Attention: the counts of a source do not add up, see “Data received”.",
        "< 20 records received were set aside; none is lost.".replace("< ", "<\u00a0"),
    ]
    assert told(ledger=(LedgerRow("crm", 4_000, 3_960, quarantined=40),)) == [
        "1.00% of the records received were set aside (40); none is lost."
    ]
