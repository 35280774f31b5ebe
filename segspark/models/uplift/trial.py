"""Two arms of a randomised send: who was mailed and who was left out, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Assigned:
    """Everybody who was put into an arm of a trial; one entry or row per person.

    Attributes:
        arms: the arm of each person, of all arms.
        outcome: 0 or 1, or an amount.
        features: known before the send; NaN where unknown, a column of 0 and 1 per category.
        names: of the columns of ``features``.
    """

    arms: np.ndarray
    outcome: np.ndarray
    features: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trial:
    """The people of two arms; one entry or row per person, in the same order everywhere.

    Attributes:
        is_treated: True for those who were mailed.
        outcome: 0 or 1, or an amount per person, counted alike in both arms from the moment of the send.
        features: known before the send; NaN where unknown.
        treated_share: the share of the two arms that was to be mailed by design; it is declared, never estimated.
    """

    is_treated: np.ndarray
    outcome: np.ndarray
    features: np.ndarray
    treated_share: float

    def __post_init__(self) -> None:
        lengths = {len(self.is_treated), len(self.outcome), len(self.features)}
        if len(lengths) > 1:
            raise ValueError(f"arms, outcomes and features are of {sorted(lengths)} people; they must be of the same.")
        if not 0 < self.treated_share < 1:
            raise ValueError(f"the treated share is {self.treated_share}; it lies between 0 and 1.")
        if self.is_treated.dtype != np.bool_:
            raise ValueError(f"is_treated holds {self.is_treated.dtype}; it holds True and False.")
        if not np.isfinite(self.outcome).all():
            raise ValueError("an outcome is unknown; count 0 for people of whom nothing came.")

    def __len__(self) -> int:
        return len(self.outcome)

    def part(self, rows: np.ndarray) -> "Trial":
        """Some of the people."""
        return Trial(self.is_treated[rows], self.outcome[rows], self.features[rows], self.treated_share)


def two_arms(
    arms: np.ndarray,
    outcome: np.ndarray,
    features: np.ndarray,
    declared: Mapping[str, float],
    treated: str,
    control: str,
) -> Trial:
    """The people of two arms among all arms of a send.

    Args:
        arms: the arm of each person.
        declared: arm -> its declared share of the send.

    Raises:
        ValueError: an arm is not declared, or outcomes and features are of other people.
    """
    missing = sorted({treated, control} - set(declared))
    if missing:
        raise ValueError(f"the arms {missing} are not declared; declared are {sorted(declared)}.")
    chosen = (arms == treated) | (arms == control)
    share = declared[treated] / (declared[treated] + declared[control])
    return Trial((arms == treated)[chosen], np.asarray(outcome, dtype=float)[chosen], features[chosen], share)
