"""What says a person's hour: the histograms of groups, how firmly they hold, and what an hour of one's own must reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from segspark.models.send_hour.posterior import best_of_list, personal_hours
from segspark.models.send_hour.prior import Prior


@dataclass(frozen=True, eq=False)
class HourModel:
    """
    Attributes:
        groups: names of the rows of ``prior.of_groups``.
        min_probability, min_gain: what an hour of one's own must reach against the list's.
    """

    prior: Prior
    groups: tuple[str, ...]
    min_probability: float
    min_gain: float

    @property
    def list_hour(self) -> int:
        return best_of_list(self.prior.of_list)

    def hours_of(self, counts: np.ndarray, group: Sequence[str | None]) -> np.ndarray:
        """Each person's hour; NaN where the list's is as good.

        Args:
            counts: of clicks, people by hours.
            group: for a group that the training has not met, the list stands in.
        """
        numbers, unmet = {name: at for at, name in enumerate(self.groups)}, len(self.groups)
        at = np.array([numbers.get(name or "", unmet) for name in group], dtype=int)
        alpha = self._with_list.posterior(counts, at)
        found = personal_hours(alpha, self.list_hour, self.min_probability, self.min_gain)
        return np.where(found.is_published, found.best_hour, np.nan)

    @property
    def _with_list(self) -> Prior:
        """The prior with the list as its last group, as firm as the middle one of the others."""
        of, firm = self.prior, self.prior.concentration
        return replace(
            of, of_groups=np.vstack([of.of_groups, of.of_list]), concentration=np.append(firm, np.median(firm))
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "of_list": self.prior.of_list.tolist(),
            "of_groups": self.prior.of_groups.tolist(),
            "concentration": self.prior.concentration.tolist(),
            "width": self.prior.width,
            "groups": list(self.groups),
            "min_probability": self.min_probability,
            "min_gain": self.min_gain,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "HourModel":
        prior = Prior(
            np.array(content["of_list"]), np.array(content["of_groups"]), np.array(content["concentration"]),
            content["width"],
        )  # fmt: skip
        return cls(prior, tuple(content["groups"]), content["min_probability"], content["min_gain"])
