"""What groups must fulfil to be published: a number of groups that fails a gate is not chosen.

Groups that are not found again in another half of the people, that overlap, or that hold too few people are no groups
that somebody should write to. The limits are conventions: an adjusted Rand index of .7 and a silhouette of .3 are
usual floors of acceptance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.sweep import SweepRow

STABILITY, SILHOUETTE, SIZE = "stability", "silhouette", "size"


@dataclass(frozen=True)
class Gates:
    """The least that a number of groups needs.

    Attributes:
        stability: adjusted Rand index of the groups of two halves of the people.
        silhouette: mean silhouette, Euclidean.
        people: of the smallest group.
    """

    stability: float
    silhouette: float
    people: int

    def failed(self, row: SweepRow, n_people: int) -> tuple[str, ...]:
        """The gates that a number of groups does not pass; a figure that was not measured fails."""
        found = {
            STABILITY: (row.stability, self.stability),
            SILHOUETTE: (row.silhouette, self.silhouette),
            SIZE: (smallest_group(row, n_people), self.people),
        }
        # A figure that is no number is not enough either.
        return tuple(gate for gate, (value, least) in found.items() if value is None or not value >= least)


def gates_of(config: Clustering, least_shown: int) -> Gates:
    """The configured gates.

    Args:
        least_shown: the smallest group that pages show, which is the size floor if the configuration has none.
    """
    people = least_shown if config.min_people is None else config.min_people
    return Gates(config.min_stability, config.min_silhouette, people)


def smallest_group(row: SweepRow, n_people: int) -> int | None:
    """People of the smallest group."""
    return None if row.smallest_share is None else round(row.smallest_share * n_people)


def gated(sweep: Sequence[SweepRow], gates: Gates, n_people: int) -> tuple[SweepRow, ...]:
    """The search for k, each row with the gates that it fails."""
    return tuple(replace(row, failed=gates.failed(row, n_people)) for row in sweep)


def reasons_of(sweep: Sequence[SweepRow], gates: Gates, n_people: int) -> tuple[Mapping[str, Any], ...]:
    """Why no number of groups is published, as data: the figures of each, and what was needed."""
    return tuple(
        {
            "code": "groups",
            "values": {
                "k": row.k,
                "stability": _rounded(row.stability),
                "min_stability": gates.stability,
                "silhouette": _rounded(row.silhouette),
                "min_silhouette": gates.silhouette,
                "people": smallest_group(row, n_people) or 0,
                "min_people": gates.people,
                "failed": list(row.failed),
            },
        }
        for row in sweep
    )


def _rounded(value: float | None) -> float:
    """Three digits downwards, so that a figure that fails does not look as if it passed."""
    return 0.0 if value is None or value != value else float(int(value * 1000 - (value < 0)) / 1000)


def told(sweep: Sequence[SweepRow], gates: Gates, n_people: int) -> str:
    """The same in a line, for the record of the run."""
    rows = (
        f"k = {r.k}: adjusted Rand of halves {_rounded(r.stability):.3f}, Euclidean silhouette "
        f"{_rounded(r.silhouette):.3f}, smallest group {smallest_group(r, n_people) or 0:,} people"
        for r in sweep
    )
    needed = (
        f"no number of groups has an adjusted Rand of halves of {gates.stability:g}, a Euclidean silhouette of "
        f"{gates.silhouette:g} and {gates.people:,} people in its smallest group"
    )
    return f"{needed} ({'; '.join(rows)})"
