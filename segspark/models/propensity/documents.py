"""What is stored with a model of propensity: its quality, what it looks at, and the days it was made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.models.evaluate.evaluation import Evaluation
from segspark.models.evaluate.judgement import Blend, CalibrationMap, Judgement, LearningPoint, Slice, Threshold
from segspark.models.evaluate.stability import Drift
from segspark.models.monitoring.reference import BINS, Reference
from segspark.models.promotion import GateResult
from segspark.models.propensity.trees_contest import TreesContest

EVALUATION, FEATURES, REVIEW = "evaluation.json", "features.json", "review.json"


@dataclass(frozen=True)
class CameBack:
    """How many of those without an order in the label window ordered afterwards.

    Attributes:
        cut: of the training; the label window begins with it.
        days: from the end of the label window to the day of the training.
        n, n_back: people without an order in the window, and those of them who ordered after it.
    """

    cut: date
    days: int
    n: int
    n_back: int


@dataclass(frozen=True)
class CutCount:
    """The people at a cut: those whom the training set holds, and those of them with the label."""

    cut: date
    role: str
    n: int
    n_label: int


@dataclass(frozen=True)
class Review:
    """Attributes:
    judged: on people of whom neither the model nor its calibration knew the label.
    n_trees: of the model that is published.
    cuts: empty in models of earlier releases, as are the next two.
    learning: by rising share of the people; empty where it is turned off.
    drift: of the inputs, the largest first.
    blend: of the trees with a simpler model, and ``blended_with`` its name; None where trees speak alone.
    challenger: other trees in their place; None where none were asked for, as in earlier releases.
    """

    judged: Judgement
    gates: tuple[GateResult, ...]
    thresholds: tuple[Threshold, ...]
    slices: tuple[Slice, ...]
    calibration: CalibrationMap
    n_trees: int
    cuts: tuple[CutCount, ...] = ()
    learning: tuple[LearningPoint, ...] = ()
    drift: tuple[Drift, ...] = ()
    blend: Blend | None = None
    blended_with: str = ""
    challenger: TreesContest | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "cuts": [_plain(count) for count in self.cuts]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Review":
        return cls(
            Judgement.from_dict(content["judged"]),
            tuple(GateResult(**gate) for gate in content["gates"]),
            tuple(Threshold(**row) for row in content["thresholds"]),
            tuple(Slice(**row) for row in content["slices"]),
            CalibrationMap.from_dict(content["calibration"]),
            content["n_trees"],
            tuple(CutCount(**{**c, "cut": date.fromisoformat(c["cut"])}) for c in content.get("cuts", ())),
            tuple(LearningPoint(**point) for point in content.get("learning", ())),
            tuple(map(Drift.from_dict, content.get("drift", ()))),
            Blend(**content["blend"]) if content.get("blend") else None,
            content.get("blended_with", ""),
            TreesContest.from_dict(content["challenger"]) if content.get("challenger") else None,
        )


@dataclass(frozen=True)
class PropensityDocuments:
    """``evaluation.json``, ``features.json``, ``review.json`` and ``bins.json``.

    Attributes:
        model, recency: quality on a later cut, of the model and of recency alone.
        importances: feature -> share, the largest first.
        train_cuts, validation_cut: days as of which the people were taken.
        n_train: rows of the fit.
        fill: input -> its value where it is missing.
        came_back: None in models of earlier releases, and where the outcome is that something is done.
        review: how good the announced probabilities were, and what the gates said; None in models of earlier releases.
        reference: what the people judged looked like; None in models of earlier releases.
    """

    model: Evaluation
    recency: Evaluation
    importances: Mapping[str, float]
    train_cuts: tuple[date, ...]
    validation_cut: date
    n_train: int
    fill: Mapping[str, float]
    came_back: CameBack | None = None
    review: Review | None = None
    reference: Reference | None = None

    def to_files(self) -> dict[str, Any]:
        return {
            EVALUATION: {
                "model": self.model.as_dict(),
                "recency": self.recency.as_dict(),
                "importances": dict(self.importances),
                "cuts": {
                    "train": [day.isoformat() for day in self.train_cuts],
                    "validate": self.validation_cut.isoformat(),
                },
                "n_train": self.n_train,
                **({} if self.came_back is None else {"came_back": _plain(self.came_back)}),
            },
            **({} if self.review is None else {REVIEW: self.review.as_dict()}),
            **({} if self.reference is None else {BINS: self.reference.as_dict()}),
            FEATURES: {"features": list(self.fill), "fill": dict(self.fill)},
        }

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "PropensityDocuments":
        evaluation = files[EVALUATION]
        cuts = evaluation["cuts"]
        return cls(
            Evaluation.from_dict(evaluation["model"]),
            Evaluation.from_dict(evaluation["recency"]),
            evaluation["importances"],
            tuple(date.fromisoformat(day) for day in cuts["train"]),
            date.fromisoformat(cuts["validate"]),
            evaluation["n_train"],
            files[FEATURES]["fill"],
            _came_back(evaluation["came_back"]) if "came_back" in evaluation else None,
            Review.from_dict(files[REVIEW]) if REVIEW in files else None,
            Reference.from_dict(files[BINS]) if BINS in files else None,
        )


def _plain(found: CameBack | CutCount) -> dict[str, Any]:
    return {**asdict(found), "cut": found.cut.isoformat()}


def _came_back(content: Mapping[str, Any]) -> CameBack:
    return CameBack(date.fromisoformat(content["cut"]), content["days"], content["n"], content["n_back"])
