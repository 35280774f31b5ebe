"""Clicks counted by person and local hour, and the last days of each person held out."""

from dataclasses import dataclass

import numpy as np

HOURS = 24
HELD_OUT = 0.2


@dataclass(frozen=True, eq=False)
class Clicks:
    """Human clicks; one entry per click. Who counts opens too must have the permission for it.

    Attributes:
        person: number of the person, from 0.
        day: local day, as days since any day.
        hour: local hour, 0 to 23.
    """

    person: np.ndarray
    day: np.ndarray
    hour: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.person) == len(self.day) == len(self.hour):
            raise ValueError("persons, days and hours are of different numbers of clicks.")
        if len(self.hour) and (self.hour.min() < 0 or self.hour.max() >= HOURS):
            raise ValueError(f"hours from {self.hour.min()} to {self.hour.max()}; they lie between 0 and 23.")

    def part(self, rows: np.ndarray) -> "Clicks":
        """Some of the clicks."""
        return Clicks(self.person[rows], self.day[rows], self.hour[rows])


def count_hours(clicks: Clicks, n_people: int) -> np.ndarray:
    """People by hours. Clicks of one person in the same hour of a day count once: five links of a mail are one visit."""
    rows = np.unique(np.column_stack([clicks.person, clicks.day, clicks.hour]).astype(np.int64), axis=0)
    flat = np.bincount(rows[:, 0] * HOURS + rows[:, 2], minlength=n_people * HOURS)
    return flat.reshape(n_people, HOURS)


def hold_out(clicks: Clicks, share: float = HELD_OUT) -> tuple[Clicks, Clicks]:
    """The earlier clicks and the later ones: the last days of each person, at least one.

    Whole days are held out, as clicks of one day are not independent. A person with a single day keeps it.
    """
    days = np.unique(np.column_stack([clicks.person, clicks.day]).astype(np.int64), axis=0)
    people, first, at, n_days = np.unique(days[:, 0], return_index=True, return_inverse=True, return_counts=True)
    n_held = np.where(n_days > 1, np.maximum(1, np.round(share * n_days)), 0).astype(int)
    place = np.arange(len(days)) - first[at]
    is_late = place >= (n_days - n_held)[at]
    cut = np.full(int(clicks.person.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(cut, days[is_late, 0], days[is_late, 1])
    late = clicks.day >= cut[clicks.person]
    return clicks.part(~late), clicks.part(late)
