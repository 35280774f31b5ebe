"""The card of a table says how it was judged, and what was left out."""

from dataclasses import replace

from models.propensity.test_card import said
from reports.card_samples import REVIEW, churn

from segspark.models.table.card import table_card
from segspark.models.table.documents import TableDocuments

DOCUMENTS = TableDocuments(REVIEW, {"spent": 0.0}, {"spent": 0.7, "plan=year": 0.3}, (0.81, 0.84), ("same",))
RECORD = {"label": "left", "positive": "['yes']", "rows": "900", "positives": "630", "file_digest": "abc"}


def test_it_says_that_the_table_has_no_time_and_each_part_was_judged_by_the_others() -> None:
    content = table_card("leaves", replace(churn(), documents=DOCUMENTS, record=RECORD))
    told = " ".join(said((content.title, *content.about, *content.data, *content.evidence, *content.limits)))
    for text in (
        "left (table leaves)",
        "The table has no time",
        "0.810",
        "0.840",
        "plan=year",
        "left out",
        "same",
        "900",
    ):
        assert text in told, text
    assert "have the outcome left" in told or "do not have the outcome left" in told


def test_without_documents_it_says_what_it_is_for() -> None:
    content = table_card("leaves", replace(churn(), documents=None, record=RECORD))
    assert content.about
    assert content.evidence == ()
