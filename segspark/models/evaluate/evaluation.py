"""The quality of a predicted probability, as it is stored with a model."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Decile:
    """A tenth of the people by score, the riskiest first."""

    n: int
    mean_score: float
    rate: float
    lift: float


@dataclass(frozen=True)
class Evaluation:
    """PR-AUC (average precision), ROC-AUC, Brier, lift of the riskiest tenth, and the deciles."""

    n: int
    base_rate: float
    roc_auc: float
    pr_auc: float
    brier: float
    top_decile_lift: float
    deciles: tuple[Decile, ...]

    @property
    def is_label_rarer(self) -> bool:
        """Whether fewer people have the label than not."""
        return self.base_rate <= 0.5

    @property
    def rarer_lift(self) -> float:
        """How many times as frequent the rarer outcome is in the tenth where it is most likely as on average. A lift of
        the other one could never be large: of four fifths the most is 1.25 times."""
        if self.is_label_rarer:
            return self.deciles[0].rate / self.base_rate if self.base_rate else math.nan
        return (1 - self.deciles[-1].rate) / (1 - self.base_rate) if self.base_rate < 1 else math.nan

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def metrics(self) -> dict[str, float]:
        numbers = {k: float(v) for k, v in asdict(self).items() if isinstance(v, float | int)}
        return {**numbers, "rarer_lift": self.rarer_lift}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Evaluation":
        """As it was stored, by this release or an earlier one."""
        own = {f.name: content[f.name] for f in fields(cls) if f.name != "deciles"}
        deciles = tuple(Decile(**{f.name: d[f.name] for f in fields(Decile)}) for d in content["deciles"])
        return cls(**own, deciles=deciles)
