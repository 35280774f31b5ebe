"""What is stored with a model of a flat table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.propensity.documents import FEATURES, REVIEW, Review

TABLE = "table.json"


@dataclass(frozen=True)
class TableDocuments:
    """Attributes:
    fold_aucs: ROC-AUC of each part, by a fit to the others.
    left_out: columns of the file that became no input.
    """

    review: Review
    fill: Mapping[str, float]
    importances: Mapping[str, float]
    fold_aucs: tuple[float, ...]
    left_out: tuple[str, ...]

    def to_files(self) -> dict[str, Any]:
        return {
            REVIEW: self.review.as_dict(),
            FEATURES: {"features": list(self.fill), "fill": dict(self.fill)},
            TABLE: {
                "fold_aucs": list(self.fold_aucs),
                "importances": dict(self.importances),
                "left_out": list(self.left_out),
            },
        }

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> "TableDocuments":
        table = files[TABLE]
        return cls(
            Review.from_dict(files[REVIEW]),
            files[FEATURES]["fill"],
            table["importances"],
            tuple(table["fold_aucs"]),
            tuple(table["left_out"]),
        )
