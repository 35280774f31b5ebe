"""How a discrete-time hazard of orders does beside BG/NBD, as it is stored with a model of customer value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.models.evaluate.judgement import Estimate


@dataclass(frozen=True)
class Chances:
    """Probabilities of an order in the window, judged: the lower the log-loss, and the higher the AUC, the better.

    Attributes:
        announced: their mean.
    """

    log_loss: float
    roc_auc: float
    announced: float


@dataclass(frozen=True)
class HazardContest:
    """The hazard and BG/NBD on the same people of a held-out window. The hazard gives no score, whoever is better.

    Attributes:
        why: the code of why there was nothing to compare; empty where both were judged.
        values: its figures.
        cut, days: the window begins on the cut, and is that long.
        n: people judged.
        n_periods: rows that the hazard was fitted to: a person in a period.
        observed: share of the people who ordered.
        gain: the log-loss of BG/NBD less that of the hazard, with its paired bootstrap interval.
        inputs: what the hazard looks at.
    """

    why: str = ""
    values: Mapping[str, int] | None = None
    cut: date | None = None
    days: int = 0
    n: int = 0
    n_periods: int = 0
    observed: float = 0.0
    bgnbd: Chances | None = None
    hazard: Chances | None = None
    gain: Estimate | None = None
    inputs: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``open``, by whether the interval of the gain covers zero."""
        return "open" if self.gain is None else self.gain.verdict

    @property
    def metrics(self) -> dict[str, float]:
        pairs = (("bgnbd", self.bgnbd), ("hazard", self.hazard))
        return {f"order_{k}_{name}": v for name, found in pairs if found for k, v in asdict(found).items()}

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "cut": self.cut.isoformat() if self.cut else None}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "HazardContest":
        given = {
            **content,
            "cut": date.fromisoformat(content["cut"]) if content["cut"] else None,
            "bgnbd": Chances(**content["bgnbd"]) if content["bgnbd"] else None,
            "hazard": Chances(**content["hazard"]) if content["hazard"] else None,
            "gain": Estimate(**content["gain"]) if content["gain"] else None,
            "inputs": tuple(content["inputs"]),
        }
        return cls(**given)
