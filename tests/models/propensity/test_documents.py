"""What is stored with a model of propensity is what is read of it, byte by byte as it always was."""

import json
from dataclasses import replace
from datetime import date

import pytest
from models.monitoring.test_reference import REFERENCE
from models.propensity.test_trees_contest import CONTEST, FAILED

from segspark.models.evaluate.evaluation import Decile, Evaluation
from segspark.models.evaluate.judgement import (
    NEXT_CUT,
    Beside,
    Blend,
    CalibrationBin,
    CalibrationError,
    CalibrationMap,
    Estimate,
    Judgement,
    LearningPoint,
    Slice,
    Threshold,
)
from segspark.models.evaluate.stability import Drift
from segspark.models.monitoring.reference import Reference
from segspark.models.promotion import GateResult
from segspark.models.propensity.documents import CameBack, CutCount, PropensityDocuments, Review
from segspark.models.propensity.trees_contest import TreesContest

DECILES = tuple(Decile(10, 0.9 - at / 20, 0.5 - at / 30, 2.5 - at / 7) for at in range(10))
MODEL = Evaluation(100, 0.2, 0.8, 0.6, 0.1, 2.5, DECILES)
RECENCY = Evaluation(100, 0.2, 0.7, 0.5, 0.15, 2.0, DECILES[::-1])
DOCUMENTS = PropensityDocuments(
    MODEL, RECENCY, {"days_since_order": 0.75, "n_order_30d": 0.25}, (date(2026, 1, 3), date(2026, 2, 2)),
    date(2026, 3, 4), 340, {"days_since_order": 1000.0, "n_order_30d": 0.0},
)  # fmt: skip
# As releases before the type wrote it.
STORED = """{"evaluation.json": {"model": {"n": 100, "base_rate": 0.2, "roc_auc": 0.8, "pr_auc": 0.6, "brier": 0.1, \
"top_decile_lift": 2.5, "deciles": [%s]}, "recency": {"n": 100, "base_rate": 0.2, "roc_auc": 0.7, "pr_auc": 0.5, \
"brier": 0.15, "top_decile_lift": 2.0, "deciles": [%s]}, "importances": {"days_since_order": 0.75, "n_order_30d": \
0.25}, "cuts": {"train": ["2026-01-03", "2026-02-02"], "validate": "2026-03-04"}, "n_train": 340}, \
"features.json": {"features": ["days_since_order", "n_order_30d"], "fill": {"days_since_order": 1000.0, \
"n_order_30d": 0.0}}}"""


def deciles(of: tuple[Decile, ...]) -> str:
    return ", ".join(f'{{"n": {d.n}, "mean_score": {d.mean_score}, "rate": {d.rate}, "lift": {d.lift}}}' for d in of)


def test_what_is_stored_is_as_it_was() -> None:
    assert json.dumps(DOCUMENTS.to_files()) == STORED % (deciles(DECILES), deciles(DECILES[::-1]))


def test_what_is_read_is_what_was_stored() -> None:
    stored = json.loads(json.dumps(DOCUMENTS.to_files()))
    assert PropensityDocuments.from_files(stored) == DOCUMENTS
    # A registered version has documents that are not the model's own.
    assert PropensityDocuments.from_files({**stored, "data_versions.json": {}}) == DOCUMENTS


def test_how_its_people_were_spread_is_stored_in_a_file_of_its_own() -> None:
    known = replace(DOCUMENTS, reference=REFERENCE)
    files = json.loads(json.dumps(known.to_files()))
    assert Reference.from_dict(files["bins.json"]) == REFERENCE
    assert PropensityDocuments.from_files(files) == known


def test_who_came_back_is_stored_where_it_was_looked_at() -> None:
    known = replace(DOCUMENTS, came_back=CameBack(date(2026, 2, 2), 30, 200, 80))
    assert PropensityDocuments.from_files(json.loads(json.dumps(known.to_files()))) == known


REVIEW = Review(
    Judgement(
        NEXT_CUT, 900, 0.7, Estimate(0.8, 0.7, 0.9), Estimate(0.4, 0.3, 0.5), Estimate(0.2, 0.1, 0.3),
        CalibrationError(900, 0.03, 0.01, (CalibrationBin(90, 0.5, 0.6),)), 0.3, 0.6,
        {"recency": Beside(0.7, 0.5, Estimate(0.1, 0.05, 0.2), 0.5)},
    ),
    (GateResult("skill", 0.2, 0.0, True, {"low": 0.1}),), (Threshold(0.5, 10, 6, 2, 14.0),),
    (Slice("tenure_days", "0-89", 200, 0.4, 0.5, 0.7),), CalibrationMap((0.1, 0.9), (0.2, 0.8)), 31,
    (CutCount(date(2026, 2, 2), "train", 240, 150),), (LearningPoint(0.5, 120, 0.7, 0.6),),
    (Drift("n_order_30d", (0.0, 1.0), (0.5, 0.3, 0.2), (0.4, 0.3, 0.3)),),
)  # fmt: skip


def test_a_review_is_stored_where_there_is_one() -> None:
    known = replace(DOCUMENTS, review=replace(REVIEW, blend=Blend(0.1, 0.3, 0.6, -0.3), blended_with="bgnbd"))
    stored = json.loads(json.dumps(known.to_files()))
    assert set(stored) == {"evaluation.json", "features.json", "review.json"}
    assert PropensityDocuments.from_files(stored) == known


@pytest.mark.parametrize("contest", [CONTEST, FAILED], ids=["judged", "failed"])
def test_a_challenger_is_stored_with_the_review(contest: TreesContest) -> None:
    known = replace(DOCUMENTS, review=replace(REVIEW, challenger=contest))
    assert PropensityDocuments.from_files(json.loads(json.dumps(known.to_files()))) == known


def test_a_review_of_an_earlier_release_lacks_what_it_did_not_know() -> None:
    stored = json.loads(json.dumps(replace(DOCUMENTS, review=REVIEW).to_files()))
    for key in ("cuts", "learning", "drift", "challenger"):
        del stored["review.json"][key]
    assert PropensityDocuments.from_files(stored).review == replace(REVIEW, cuts=(), learning=(), drift=())


def test_a_key_of_a_later_release_does_not_hinder() -> None:
    stored = json.loads(json.dumps(DOCUMENTS.to_files()))
    stored["evaluation.json"]["model"]["gini"] = 0.6
    assert PropensityDocuments.from_files(stored) == DOCUMENTS
