"""A person's hour from their clicks and their group's histogram."""

import numpy as np
import pytest

from segspark.models.send_hour.hour_model import HourModel
from segspark.models.send_hour.prior import Prior


def at_hours(**share: float) -> np.ndarray:
    """A histogram with shares at hours h09 and so on, and the rest spread over all."""
    histogram = np.full(24, (1 - sum(share.values())) / 24)
    for hour, value in share.items():
        histogram[int(hour[1:])] += value
    return histogram


OF_LIST, MOBILE = at_hours(h09=0.6), at_hours(h20=0.6)
MODEL = HourModel(Prior(OF_LIST, np.array([MOBILE]), np.array([4.0]), 0.0), ("mobile",), 0.9, 1.5)


def clicks(**at: int) -> np.ndarray:
    counts = np.zeros((1, 24))
    for hour, n in at.items():
        counts[0, int(hour[1:])] = n
    return counts


@pytest.mark.parametrize(
    ("counts", "group", "hour"),
    [
        (clicks(h14=12), "", 14),
        # One click among a firm histogram says little.
        (clicks(h14=1), "", None),
        # The group's habit counts where the person's own clicks say nothing else.
        (clicks(h20=1), "mobile", 20),
        (clicks(h09=12), "", None),
        # The training has met nobody with a tablet: the list stands in.
        (clicks(h14=1), "tablet", None),
        (clicks(h14=12), None, 14),
    ],
)
def test_the_hour_of_a_person(counts: np.ndarray, group: str | None, hour: int | None) -> None:
    (found,) = MODEL.hours_of(counts, [group])
    assert (None if np.isnan(found) else found) == hour


def test_more_may_be_asked_of_an_hour() -> None:
    strict = HourModel(MODEL.prior, MODEL.groups, 0.9, 30.0)
    assert np.isnan(strict.hours_of(clicks(h14=12), [""])).all()


def test_it_is_stored_as_numbers() -> None:
    again = HourModel.from_dict(MODEL.as_dict())
    assert again.as_dict() == MODEL.as_dict()
    assert again.list_hour == MODEL.list_hour == 9
