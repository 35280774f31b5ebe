"""``sweep.json``: the search for k."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, plain


@dataclass(frozen=True)
class SweepRow:
    """One k of the search.

    Attributes:
        silhouette: with squared Euclidean distances.
        inertia: sum of squares per person.
        smallest_share: share of the smallest group among all people; None in old models.
        stability: agreement of the groups found in two halves of the people, adjusted Rand index; 1 is the same groups;
            None if it was not measured.
    """

    k: int
    silhouette: float
    inertia: float
    smallest_share: float | None = None
    stability: float | None = None


@dataclass(frozen=True)
class Sweep:
    """One row per k, ascending."""

    rows: tuple[SweepRow, ...]

    def of(self, k: int) -> SweepRow | None:
        """The row of a k; None if it was not tried."""
        return next((row for row in self.rows if row.k == k), None)

    def to_json(self) -> Json:
        return {"rows": plain(self.rows)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Sweep":
        return cls(
            tuple(
                SweepRow(r["k"], r["silhouette"], r["inertia"], r.get("smallest_share"), r.get("stability"))
                for r in content["rows"]
            )
        )
