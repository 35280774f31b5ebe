"""From clicks to hours, or to the reason why there are none."""

import numpy as np
import pytest
from models.send_hour.clicks import clicks_of

from segspark.models.send_hour.counts import Clicks
from segspark.models.send_hour.learn import NoSendHours, SendHours, learn_hours

ONE = np.zeros(800, dtype=int)


def test_people_with_own_hours_get_them_and_they_hold_later() -> None:
    clicks, favourite = clicks_of(800, 20, own=0.7)
    found = learn_hours(clicks, ONE, 1, seed=1)
    assert isinstance(found, SendHours)
    assert found.held_out.over_list.low > 0.3
    assert found.held_out.hits_gained.low > 0.3
    published = found.hours.is_published
    assert published.mean() > 0.6
    apart = np.abs(found.hours.best_hour - favourite)[published]
    assert np.mean(np.minimum(apart, 24 - apart) <= 1) > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_people_without_any_preference_are_refused(seed: int) -> None:
    found = learn_hours(clicks_of(800, 20, own=0.0, seed=seed)[0], ONE, 1, seed)
    assert isinstance(found, NoSendHours)
    assert found.reasons[0].code == "no_better_than_list"
    assert found.held_out is not None
    assert found.held_out.n_published == 0


def test_the_prior_dominates_a_few_clicks() -> None:
    many, _ = clicks_of(800, 20, own=0.4)
    kept = (many.person >= 100) | (many.day < 1)
    found = learn_hours(many.part(kept), ONE, 1, seed=1)
    assert isinstance(found, SendHours)
    assert found.hours.is_published[:100].mean() < 0.05
    assert found.hours.is_published[100:].mean() > 0.2


def test_whoever_never_clicked_has_the_lists_hour() -> None:
    found = learn_hours(clicks_of(800, 20, own=0.7)[0], np.zeros(801, dtype=int), 1, seed=1)
    assert isinstance(found, SendHours)
    assert found.hours.best_hour[800] == found.hours.list_hour
    assert not found.hours.is_published[800]


def test_too_few_people_with_two_days() -> None:
    clicks = Clicks(np.arange(800), np.zeros(800, dtype=int), np.full(800, 9))
    found = learn_hours(clicks, ONE, 1, seed=1)
    assert isinstance(found, NoSendHours)
    assert (found.reasons[0].code, found.reasons[0].values) == ("few_with_two_days", {"n": 0, "needed": 100})
