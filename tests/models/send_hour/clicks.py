"""Simulated clicks of people with and without an hour of their own."""

import numpy as np

from segspark.models.send_hour.counts import HOURS, Clicks

# The list clicks in the morning, and some in the evening.
OF_LIST = np.exp(-((np.arange(HOURS) - 10) ** 2) / 18) + 0.4 * np.exp(-((np.arange(HOURS) - 20) ** 2) / 8) + 0.02
OF_LIST /= OF_LIST.sum()


def clicks_of(n_people: int, n_clicks: int, own: float, seed: int = 1) -> tuple[Clicks, np.ndarray]:
    """One click a day, a share ``own`` of them within about an hour of the person's favourite; and the favourites."""
    rng = np.random.default_rng(seed)
    favourite = rng.integers(0, HOURS, n_people)
    person = np.repeat(np.arange(n_people), n_clicks)
    is_own = rng.random(len(person)) < own
    near = np.round(favourite[person] + rng.normal(0, 0.7, len(person))) % HOURS
    hour = np.where(is_own, near, rng.choice(HOURS, len(person), p=OF_LIST)).astype(int)
    return Clicks(person, np.tile(np.arange(n_clicks), n_people), hour), favourite
