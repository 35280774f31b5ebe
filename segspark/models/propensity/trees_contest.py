"""How a challenger does beside a model's own trees, as it is stored with the model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segspark.models.evaluate.judgement import Beside, Judgement

# The model's own announcement, among what a challenger is judged beside.
MODEL = "model"


@dataclass(frozen=True)
class TreesContest:
    """A challenger in the place of the model's trees, on the same people. It gives no score, whoever is better.

    Attributes:
        name: of the challenger, as readers know it.
        why: the code of why there was nothing to compare; empty where it was judged.
        values: what the sentence of ``why`` says besides.
        judged: the challenger, beside MODEL.
        seconds: of its fits and scores, and ``model_seconds`` of those of the model's trees.
    """

    name: str
    why: str = ""
    values: Mapping[str, str] | None = None
    judged: Judgement | None = None
    seconds: float = 0.0
    model_seconds: float = 0.0

    @property
    def model(self) -> Beside | None:
        """The model on the same people; above zero its ``log_loss_gain`` says that the challenger is better."""
        return None if self.judged is None else self.judged.baselines[MODEL]

    @property
    def metrics(self) -> dict[str, float]:
        if self.judged is None or self.model is None:
            return {}
        return {
            "challenger_roc_auc": self.judged.roc_auc.value,
            "challenger_log_loss": self.judged.log_loss.value,
            "challenger_calibration_error": self.judged.calibration.error,
            "challenger_calibration_excess": self.judged.calibration.excess,
            "challenger_gain": self.model.log_loss_gain.value,
            "challenger_gain_low": self.model.log_loss_gain.low,
            "challenger_gain_high": self.model.log_loss_gain.high,
            "challenger_seconds": self.seconds,
            "model_seconds": self.model_seconds,
        }

    @property
    def note(self) -> str:
        """For the record of the run."""
        if self.judged is None or self.model is None:
            return f"{self.name} not compared ({', '.join([self.why, *(self.values or {}).values()])})"
        return (
            f"log-loss of {self.name} lower by {self.model.log_loss_gain}, ROC-AUC {self.judged.roc_auc.value:.3f}, "
            f"{self.seconds:.0f} s against {self.model_seconds:.0f} s"
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "TreesContest":
        return cls(**{**content, "judged": Judgement.from_dict(content["judged"]) if content["judged"] else None})
