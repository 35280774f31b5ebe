"""What is stored with a model of customer value: its parameters, how sure they are, and its error on later days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segspark.models.monitoring.reference import BINS, Reference
from segspark.models.value.amounts import BGNBD, AmountContest
from segspark.models.value.hazard import HazardContest
from segspark.models.value.holdout import Holdout

VALUE, FEATURES = "value.json", "features.json"
# Beyond, in either direction, how much somebody spends in an order tells how many orders there are.
LARGEST_CORRELATION = 0.3


@dataclass(frozen=True)
class Part:
    """A fitted model of orders or of spending.

    Attributes:
        errors: standard errors of the logarithms of its parameters, in their order.
        n: people it was fitted on.
    """

    errors: tuple[float, ...]
    log_likelihood: float
    n: int


@dataclass(frozen=True)
class ValueDocuments:
    """``value.json``, ``features.json`` and ``bins.json``.

    Attributes:
        prediction: the numbers of the pipeline's stage: parameters of both models, and the horizon.
        n_repeat: buyers with orders on two days, among those that ``orders`` was fitted on.
        correlation: of the number of order days and the mean amount, which the model takes for independent; None where
            one of them is the same for everybody.
        holdout: None if it could not be measured.
        why_no_holdout: the code of why; empty if there is one.
        inputs: columns of the feature frame that the version reads.
        amounts: the contest for value_cents; None if no other model was asked for, as in earlier releases.
        hazard: the model with seasons beside BG/NBD; None likewise.
        reference: what the buyers of the day and their scores looked like; None if none are compared, as in earlier releases.
    """

    prediction: Mapping[str, Mapping[str, float]]
    orders: Part
    spending: Part
    n_repeat: int
    correlation: float | None
    holdout: Holdout | None
    why_no_holdout: str
    inputs: tuple[str, ...]
    amounts: AmountContest | None = None
    hazard: HazardContest | None = None
    reference: Reference | None = None

    @property
    def shows_no_stopping(self) -> bool:
        """Whether the list shows nobody's stopping, so that everybody counts as active."""
        return self.prediction["orders"]["a"] == 0

    @property
    def is_correlated(self) -> bool:
        return self.correlation is not None and abs(self.correlation) > LARGEST_CORRELATION

    @property
    def value_by(self) -> str:
        """Which model gives value_cents."""
        return BGNBD if self.amounts is None else self.amounts.chosen

    def to_files(self) -> dict[str, Any]:
        return {
            VALUE: {
                "prediction": self.prediction,
                "orders": asdict(self.orders),
                "spending": asdict(self.spending),
                "n_repeat": self.n_repeat,
                "correlation": self.correlation,
                "holdout": self.holdout.as_dict() if self.holdout else None,
                "why_no_holdout": self.why_no_holdout,
                "amounts": self.amounts.as_dict() if self.amounts else None,
                "hazard": self.hazard.as_dict() if self.hazard else None,
            },
            **({} if self.reference is None else {BINS: self.reference.as_dict()}),
            FEATURES: {"features": list(self.inputs)},
        }

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "ValueDocuments":
        value = files[VALUE]
        return cls(
            value["prediction"],
            _part(value["orders"]),
            _part(value["spending"]),
            value["n_repeat"],
            value["correlation"],
            Holdout.from_dict(value["holdout"]) if value["holdout"] else None,
            value["why_no_holdout"],
            tuple(files[FEATURES]["features"]),
            AmountContest.from_dict(value["amounts"]) if value.get("amounts") else None,
            HazardContest.from_dict(value["hazard"]) if value.get("hazard") else None,
            Reference.from_dict(files[BINS]) if BINS in files else None,
        )


def _part(content: Mapping[str, Any]) -> Part:
    return Part(tuple(content["errors"]), content["log_likelihood"], content["n"])
