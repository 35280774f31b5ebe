"""How good announced probabilities were on people whose outcome is known, beside what is simpler: as it is stored.

Nothing heavy is imported: pages and the command line read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# Who was judged: people of a cut after all that the model and its calibration learnt from, or people who were held out
# of the newest cut where the history carries no later one, or in turn every part of a table without a time.
NEXT_CUT, HELD_OUT, CROSS_VALIDATED = "next_cut", "held_out", "cross_validated"


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        return self.low > 0

    @property
    def verdict(self) -> str:
        """Of a gain: ``better``, ``worse``, or ``open`` where the interval covers zero."""
        if self.low <= 0 <= self.high:
            return "open"
        return "better" if self.is_above_zero else "worse"

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    @classmethod
    def from_dict(cls, content: Mapping[str, float]) -> "Estimate":
        return cls(content["value"], content["low"], content["high"])


@dataclass(frozen=True)
class CalibrationMap:
    """Points of a rising curve from score to probability, straight between them and level beyond."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    @classmethod
    def from_dict(cls, content: Mapping[str, Sequence[float]]) -> "CalibrationMap":
        return cls(tuple(content["scores"]), tuple(content["probabilities"]))


@dataclass(frozen=True)
class Blend:
    """Log-odds of a blend: ``intercept + weight * log-odds of the trees + of_other * log-odds of a simpler model``.

    Attributes:
        centre: mean log-odds of the simpler model, over the people that the weights were fitted on.
    """

    intercept: float
    weight: float
    of_other: float
    centre: float


@dataclass(frozen=True)
class CalibrationBin:
    """A tenth of the people by announced probability, the lowest first."""

    n: int
    announced: float
    observed: float


@dataclass(frozen=True)
class CalibrationError:
    """Attributes:
    error: mean distance between announced and observed over the bins.
    by_chance: the same that perfect probabilities would have on so many people.
    """

    n: int
    error: float
    by_chance: float
    bins: tuple[CalibrationBin, ...]

    @property
    def excess(self) -> float:
        """What chance does not explain."""
        return self.error - self.by_chance

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "CalibrationError":
        bins = tuple(CalibrationBin(**b) for b in content["bins"])
        return cls(content["n"], content["error"], content["by_chance"], bins)


@dataclass(frozen=True)
class Threshold:
    """Of everybody at or above a probability: whom it finds, and what being wrong costs, in the configured unit.

    Attributes:
        n: people found.
        n_true: of those with the outcome; ``n - n_true`` are found in vain.
        n_missed: people with the outcome below it.
        cost: of those found in vain and those missed.
    """

    probability: float
    n: int
    n_true: int
    n_missed: int
    cost: float


@dataclass(frozen=True)
class Slice:
    """A part of the people judged.

    Attributes:
        by, part: e.g. ``tenure_days`` and ``90-364``.
        announced, observed: mean probability, and share with the outcome.
    """

    by: str
    part: str
    n: int
    announced: float
    observed: float
    roc_auc: float


@dataclass(frozen=True)
class LearningPoint:
    """Trees fitted to a part of the people, judged on the people of the judgement.

    Attributes:
        share: of the people of the training cuts.
        n_rows: of the fit.
        log_loss: of its probabilities, calibrated by the other half of the people judged, so that the points differ by
            what the model has learnt alone.
    """

    share: float
    n_rows: int
    roc_auc: float
    log_loss: float


@dataclass(frozen=True)
class Beside:
    """A baseline on the same people.

    Attributes:
        log_loss_gain: its log-loss minus the model's, person by person: above zero the model is better.
        top_tenth_rate: how many of the tenth where it finds the rarer outcome most likely have it.
    """

    roc_auc: float
    log_loss: float
    log_loss_gain: Estimate
    top_tenth_rate: float


@dataclass(frozen=True)
class Judgement:
    """Attributes:
    how: NEXT_CUT, HELD_OUT or CROSS_VALIDATED.
    brier_skill: 1 - Brier / Brier of announcing the base rate for everybody.
    rarer_rate: share of people with the rarer outcome.
    top_tenth_rate: how many of the tenth where it is most likely have the rarer outcome.
    """

    how: str
    n: int
    base_rate: float
    roc_auc: Estimate
    log_loss: Estimate
    brier_skill: Estimate
    calibration: CalibrationError
    rarer_rate: float
    top_tenth_rate: float
    baselines: Mapping[str, Beside]

    @property
    def lift(self) -> float:
        """How many times as frequent the rarer outcome is in the tenth where it is most likely."""
        return self.top_tenth_rate / self.rarer_rate if self.rarer_rate else float("nan")

    def metrics(self) -> dict[str, float]:
        """Flat numbers, for MLflow."""
        return {
            "judged_n": float(self.n),
            "judged_roc_auc": self.roc_auc.value,
            "log_loss": self.log_loss.value,
            "brier_skill": self.brier_skill.value,
            "calibration_error": self.calibration.error,
            "calibration_excess": self.calibration.excess,
            "judged_lift": self.lift,
            **{f"{name}_log_loss": b.log_loss for name, b in self.baselines.items()},
        }

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Judgement":
        estimates = {k: Estimate.from_dict(content[k]) for k in ("roc_auc", "log_loss", "brier_skill")}
        baselines = {
            name: Beside(**{**b, "log_loss_gain": Estimate.from_dict(b["log_loss_gain"])})
            for name, b in content["baselines"].items()
        }
        calibration = CalibrationError.from_dict(content["calibration"])
        return cls(**{**content, **estimates, "calibration": calibration, "baselines": baselines})
