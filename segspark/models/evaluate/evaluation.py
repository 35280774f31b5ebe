"""The quality of a predicted probability, as it is stored with a model."""

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

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def metrics(self) -> dict[str, float]:
        return {k: float(v) for k, v in asdict(self).items() if isinstance(v, float | int)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Evaluation":
        """As it was stored, by this release or an earlier one."""
        own = {f.name: content[f.name] for f in fields(cls) if f.name != "deciles"}
        deciles = tuple(Decile(**{f.name: d[f.name] for f in fields(Decile)}) for d in content["deciles"])
        return cls(**own, deciles=deciles)
