"""``sweep.json``: the search for k."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.models.clustering.documents.plain import Json, plain


@dataclass(frozen=True)
class SweepRow:
    """One k of the search.

    Attributes:
        silhouette: mean over people; ``Sweep.distance`` says with which distances.
        inertia: sum of squares per person.
        smallest_share: share of the smallest group among all people; None in old models.
        stability: agreement of the groups found in two halves of the people, adjusted Rand index; 1 is the same groups;
            None if it was not measured.
        failed: the gates that this k does not pass (gates.py); none in models from before the gates.
    """

    k: int
    silhouette: float
    inertia: float
    smallest_share: float | None = None
    stability: float | None = None
    failed: tuple[str, ...] = ()


# The distances of the silhouettes. Earlier releases computed them with squared ones, and did not say so.
EUCLIDEAN, SQUARED = "euclidean", "squared_euclidean"


@dataclass(frozen=True)
class Sweep:
    """One row per k, ascending.

    Attributes:
        distance: of the silhouettes.
    """

    rows: tuple[SweepRow, ...]
    distance: str = EUCLIDEAN

    def of(self, k: int) -> SweepRow | None:
        """The row of a k; None if it was not tried."""
        return next((row for row in self.rows if row.k == k), None)

    def to_json(self) -> Json:
        rows = [{n: v for n, v in row.items() if n != "failed" or v} for row in plain(self.rows)]
        # What an earlier release stored keeps its form.
        return {"rows": rows, **({} if self.distance == SQUARED else {"distance": self.distance})}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Sweep":
        return cls(
            tuple(
                SweepRow(
                    r["k"],
                    r["silhouette"],
                    r["inertia"],
                    r.get("smallest_share"),
                    r.get("stability"),
                    tuple(r.get("failed", ())),
                )
                for r in content["rows"]
            ),
            content.get("distance", SQUARED),
        )
