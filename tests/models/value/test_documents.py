"""What is stored with a model of customer value is what is read of it."""

import json
from dataclasses import replace

import pytest
from models.value.test_amounts import CONTEST
from models.value.test_holdout import FOUND

from segspark.models.monitoring.reference import Bins, Reference
from segspark.models.value.amounts import BGNBD, HURDLE
from segspark.models.value.documents import Part, ValueDocuments

PREDICTION = {
    "orders": {"r": 0.8, "alpha": 60.0, "a": 0.9, "b": 3.0}, "spending": {"p": 4.0, "q": 3.0, "v": 2000.0},
    "horizon": {"days": 365.0, "yearly_discount": 0.0},
}  # fmt: skip
DOCUMENTS = ValueDocuments(
    PREDICTION, Part((0.1, 0.2, 0.3, 0.4), -9582.4, 2357), Part((0.1, 0.2, 0.3), -4055.9, 946), 946, 0.08, FOUND, "",
    ("n_order_day_lifetime", "first_order_date"),
)  # fmt: skip
JUDGED = replace(DOCUMENTS, amounts=CONTEST)
BINS = Bins((), (2.0,), (0.5, 0.25, 0.25))
COMPARED = replace(DOCUMENTS, reference=Reference(200, None, {"days_since_order": BINS}, {"p_alive": BINS}))
UNMEASURED = replace(DOCUMENTS, holdout=None, why_no_holdout="no_repeats", correlation=None)


@pytest.mark.parametrize("documents", [DOCUMENTS, UNMEASURED, JUDGED, COMPARED])
def test_what_is_read_is_what_was_stored(documents: ValueDocuments) -> None:
    stored = json.loads(json.dumps(documents.to_files()))
    assert stored["features.json"] == {"features": ["n_order_day_lifetime", "first_order_date"]}
    # A registered version has documents that are not the model's own.
    assert ValueDocuments.from_files({**stored, "data_versions.json": {}}) == documents


@pytest.mark.parametrize(("correlation", "is_told"), [(0.3, False), (0.31, True), (-0.5, True), (None, False)])
def test_a_correlation_is_told_from_three_tenths_on(correlation: float | None, is_told: bool) -> None:
    assert replace(DOCUMENTS, correlation=correlation).is_correlated == is_told


def test_an_earlier_release_has_compared_nothing() -> None:
    stored = DOCUMENTS.to_files()
    assert "bins.json" not in stored
    assert stored.keys() | {"bins.json"} == COMPARED.to_files().keys()
    del stored["value.json"]["amounts"]
    assert ValueDocuments.from_files(stored) == DOCUMENTS
    assert (DOCUMENTS.value_by, JUDGED.value_by) == (BGNBD, HURDLE)
