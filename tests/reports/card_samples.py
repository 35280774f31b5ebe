"""Versions of invented models with all that a card may tell; tests change what they look at."""

from datetime import date
from typing import Any

from reports.sample import DOCUMENTS as GROUPS

from segspark.models.champions import TRAINED, Move, Registered
from segspark.models.evaluate.evaluation import Decile, Evaluation
from segspark.models.evaluate.judgement import (
    NEXT_CUT,
    Beside,
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
from segspark.models.promotion import GateResult
from segspark.models.propensity.documents import CameBack, CutCount, PropensityDocuments, Review
from segspark.models.value.documents import Part, ValueDocuments
from segspark.models.value.holdout import DateRow, Holdout, HoldoutRow
from segspark.models.version import Version
from segspark.reports.card.render import Place

PLACE = Place("Maison Alizé", "EUR", 20)
VALIDATE = date(2026, 3, 3)
MOVES = (
    Move(1, date(2026, 2, 1), "1", TRAINED, "run", "2026-02-01T05:00:00+00:00", "no version is in use"),
    Move(2, date(2026, 6, 1), "2", TRAINED, "run", "2026-06-01T05:00:00+00:00", "it is better"),
)
WON = {
    "alias": "champion", "code": "won", "conceded": 0.0, "sentence": "on the same rows it is better",
    "values": {
        "version": "1", "n": 11420, "challenger_loss": 0.48, "champion_loss": 0.49, "difference": -0.0112,
        "low": -0.0151, "high": -0.0073,
    },
}  # fmt: skip
BASE = 0.68
ANNOUNCED = (0.18, 0.37, 0.5, 0.6, 0.69, 0.76, 0.82, 0.88, 0.93, 0.971)
OBSERVED = (0.16, 0.38, 0.52, 0.58, 0.71, 0.75, 0.83, 0.87, 0.94, 0.968)
BINS = tuple(CalibrationBin(1_142, a, o) for a, o in zip(ANNOUNCED, OBSERVED, strict=True))
BASELINES = {
    "recency": Beside(0.771, 0.531, Estimate(0.061, 0.055, 0.067), 0.62),
    "rfm": Beside(0.801, 0.509, Estimate(0.039, 0.034, 0.044), 0.68),
    "bgnbd": Beside(0.793, 0.512, Estimate(0.042, 0.036, 0.048), 0.66),
}
JUDGED = Judgement(
    NEXT_CUT, 11_420, BASE, Estimate(0.836, 0.828, 0.844), Estimate(0.47, 0.459, 0.481), Estimate(0.271, 0.259, 0.283),
    CalibrationError(11_420, 0.0146, 0.0101, BINS), 0.32, 0.84, BASELINES,
)  # fmt: skip
OPEN = (
    GateResult("calibration", 0.0045, 0.02, True, {"n": 11_420, "error": 0.0146, "by_chance": 0.0101}),
    GateResult("skill", 0.271, 0.0, True, {"low": 0.259, "high": 0.283}),
    GateResult("loss_recency", 0.061, 0.0, True, {"low": 0.055, "high": 0.067}),
    GateResult("loss_rfm", 0.039, 0.0, True, {"low": 0.034, "high": 0.044}),
    GateResult("loss_bgnbd", 0.042, 0.0, True, {"low": 0.036, "high": 0.048}),
    GateResult("top_tenth", 0.84, 0.62, True, {"n": 11_420}),
)
CLOSED = (GateResult("calibration", 0.031, 0.02, False, {"n": 11_420, "error": 0.041, "by_chance": 0.0101}), *OPEN[1:])
THRESHOLDS = (
    Threshold(0.981, 114, 112, 7_654, 38_272.0), Threshold(0.94, 1_142, 1_105, 6_661, 33_342.0),
    Threshold(0.86, 3_426, 3_117, 4_649, 23_554.0), Threshold(0.72, 5_710, 4_901, 2_865, 15_134.0),
)  # fmt: skip
SLICES = (
    Slice("tenure_days", "0-89", 1_204, 0.71, 0.74, 0.79), Slice("tenure_days", "730+", 4_310, 0.62, 0.61, 0.85),
    Slice("n_order_365d", "1", 5_230, 0.81, 0.8, 0.74), Slice("n_order_365d", "4+", 1_410, 0.31, 0.33, 0.81),
    Slice("provider", "gmail", 5_870, 0.68, 0.68, 0.84), Slice("provider", "orange", 1_602, 0.66, 0.69, 0.83),
    Slice("device", "mobile", 7_120, 0.69, 0.69, 0.84), Slice("device", "desktop", 3_110, 0.65, 0.64, 0.83),
)  # fmt: skip
CUTS = (
    CutCount(date(2025, 9, 4), "train", 9_812, 6_480), CutCount(date(2025, 10, 4), "train", 10_240, 6_905),
    CutCount(date(2025, 12, 3), "train", 10_811, 7_260), CutCount(date(2026, 1, 2), "recent", 11_030, 7_402),
    CutCount(VALIDATE, "validate", 11_420, 7_766),
)  # fmt: skip
LEARNING = tuple(
    LearningPoint(share, n, auc, loss)
    for share, n, auc, loss in (
        (1 / 8, 3_858, 0.811, 0.4962),
        (1 / 4, 7_715, 0.822, 0.4851),
        (1 / 2, 15_431, 0.831, 0.4762),
        (1.0, 30_863, 0.836, 0.4721),
    )
)
DRIFT = (
    Drift("n_visit_day_90d", (0.0, 2.0, 5.0), (0.4, 0.3, 0.2, 0.1), (0.15, 0.25, 0.3, 0.3)),
    Drift("n_click_90d", (0.0, 1.0), (0.5, 0.3, 0.2), (0.37, 0.31, 0.32)),
    Drift("days_since_order", (30.0, 90.0), (0.3, 0.3, 0.4), (0.31, 0.29, 0.4)),
)
REVIEW = Review(
    JUDGED, OPEN, THRESHOLDS, SLICES, CalibrationMap((0.1, 0.9), (0.1, 0.9)), 43, cuts=CUTS,
    learning=LEARNING, drift=DRIFT,
)  # fmt: skip
DECILES = tuple(Decile(1_142, a, o, o / BASE) for a, o in zip(ANNOUNCED[::-1], OBSERVED[::-1], strict=True))
EVALUATION = Evaluation(11_420, BASE, 0.836, 0.912, 0.158, 1.42, DECILES)
CHURN = PropensityDocuments(
    EVALUATION, EVALUATION,
    {"days_since_order": 0.31, "overdue": 0.17, "n_order_365d": 0.14, "days_since_visit": 0.11, "visit_trend": 0.08},
    (date(2025, 9, 4), date(2025, 10, 4), date(2025, 12, 3)), VALIDATE, 53_313,
    {"days_since_order": 1000.0, "sale_days_ahead": 0.0, "sale_days_behind": 0.0},
    CameBack(date(2025, 12, 3), 90, 7_260, 2_903), REVIEW,
)  # fmt: skip
RECORD = {
    "label_days": "90", "gap_days": "0", "active_days": "365", "population": "days_since_order <= 365",
    "dataset_id": "8f14e45fceea167a5a36dedd4bea2543", "cost_false": "1.0", "cost_missed": "5.0",
}  # fmt: skip
DATA = {
    "gold.training_sets": {"version": 7, "rows": 53_313}, "silver.consents": {"version": 31, "rows": 61_204},
}  # fmt: skip


def churn(**changes: Any) -> Version[PropensityDocuments]:
    """Version 2, champion from June on; ``changes`` replace fields of Version."""
    registered = Registered("2", date(2026, 6, 1), date(2026, 6, 1), date(2026, 11, 28))
    given: dict[str, Any] = {
        "name": "alize_churn", "registered": registered, "record": RECORD, "documents": CHURN, "moves": MOVES, "gates": OPEN,
        "decision": WON, "data": DATA, "digest": "a3" * 32, "fingerprint": "5e" * 32,
    }  # fmt: skip
    return Version(**{**given, **changes})


def groups(**changes: Any) -> Version[Any]:
    registered = Registered("2", date(2026, 6, 1), date(2026, 6, 1))
    record = {"k": "4", "method": "kmeans", "min_stability": "0.7", "min_silhouette": "0.3", "left_out": "none"}
    decision = {"code": "ranks", "values": {"metric": "as_of_day", "version": "1", "ranking": 2.0, "of_champion": 1.0}}
    given: dict[str, Any] = {
        "name": "alize_behaviour", "registered": registered, "record": record, "documents": GROUPS, "moves": MOVES,
        "decision": decision, "data": {"gold.features": {"version": 90, "rows": 35_456}}, "digest": "b4" * 32,
    }  # fmt: skip
    return Version(**{**given, **changes})


VALUE = ValueDocuments(
    {
        "orders": {"r": 0.2426, "alpha": 44.136, "a": 0.7929, "b": 2.4259},
        "spending": {"p": 6.2488, "q": 3.7446, "v": 1544.77},
        "horizon": {"days": 365.0, "yearly_discount": 0.0},
    },
    Part((0.05, 0.08, 0.23, 0.29), -9582.4, 23_570), Part((0.19, 0.05, 0.2), -4055.9, 9_470), 9_470, 0.11,
    Holdout(
        180.0, 21_000, 9_120.0, 9_844.0, 15_310.0, 4_420.0, 4_610.0,
        (HoldoutRow(0, 12_010, 1_410.0, 1_502.0), HoldoutRow(1, 4_810, 1_620.0, 1_841.0), HoldoutRow(7, 640, 3_010.0, 3_204.0)),
        (DateRow(0.1, 18_240, 0.104, 0.107), DateRow(0.5, 6_310, 0.504, 0.522)),
    ),
    "", ("n_order_day_lifetime", "days_since_order"),
)  # fmt: skip


def value(**changes: Any) -> Version[ValueDocuments]:
    registered = Registered("2", date(2026, 6, 1), date(2026, 6, 1), date(2028, 5, 31))
    record = {"horizon_days": "365", "yearly_discount": "0.0", "max_error": "0.5"}
    given: dict[str, Any] = {
        "name": "alize_customer_value", "registered": registered, "record": record, "documents": VALUE, "moves": MOVES,
        "decision": {"code": "no_champion", "values": {}}, "data": DATA, "digest": "c5" * 32, "fingerprint": "6f" * 32,
    }  # fmt: skip
    return Version(**{**given, **changes})
