"""What is stored with a churn model: its quality, what it looks at, and the days it was made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.models.evaluate.evaluation import Evaluation

EVALUATION, FEATURES = "evaluation.json", "features.json"


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
class ChurnDocuments:
    """``evaluation.json`` and ``features.json``.

    Attributes:
        model, recency: quality on a later cut, of the model and of recency alone.
        importances: feature -> share, the largest first.
        train_cuts, validation_cut: days as of which the people were taken.
        n_train: rows of the fit.
        fill: input -> its value where it is missing.
        came_back: None in models of earlier releases.
    """

    model: Evaluation
    recency: Evaluation
    importances: Mapping[str, float]
    train_cuts: tuple[date, ...]
    validation_cut: date
    n_train: int
    fill: Mapping[str, float]
    came_back: CameBack | None = None

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
            FEATURES: {"features": list(self.fill), "fill": dict(self.fill)},
        }

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "ChurnDocuments":
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
        )


def _plain(found: CameBack) -> dict[str, Any]:
    return {**asdict(found), "cut": found.cut.isoformat()}


def _came_back(content: Mapping[str, Any]) -> CameBack:
    return CameBack(date.fromisoformat(content["cut"]), content["days"], content["n"], content["n_back"])
