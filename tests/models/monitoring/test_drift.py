"""What has moved beyond chance, and what only seems to."""

import numpy as np
import pytest

from segspark.config.models import Monitoring
from segspark.models.monitoring.binning import bins_of_people, count_people
from segspark.models.monitoring.drift import level_of, moved
from segspark.models.monitoring.reference import ALARM, LOOK, STEADY, Bins

CONFIG = Monitoring()  # type: ignore[call-arg]
HALVES = Bins((), (0.0,), (0.5, 0.5, 0.0))


def test_by_hand() -> None:
    # .3 ln 4, and one degree of freedom (nobody is without a value) for 1/10 + 1/100.
    index, by_chance = moved(HALVES, 100, [8, 2, 0])
    assert index == pytest.approx(0.41588831)
    assert by_chance == pytest.approx(0.11)


@pytest.mark.parametrize(
    ("index", "level"), [(0.05, STEADY), (0.1199, STEADY), (0.1201, LOOK), (0.2699, LOOK), (0.2701, ALARM)]
)
def test_levels_are_of_what_chance_does_not_explain(index: float, level: str) -> None:
    assert level_of(index, 0.02, CONFIG) == level


def test_levels_are_those_of_the_configuration() -> None:
    assert level_of(0.05, 0.0, Monitoring(psi_look=0.01, psi_alarm=0.04, max_rate_change=0.1)) == ALARM


@pytest.mark.parametrize("n", [60, 300])
def test_chance_gives_what_it_is_said_to_give(n: int) -> None:
    rng = np.random.default_rng(5)
    bins = bins_of_people(rng.normal(size=20_000))
    found = [moved(bins, 20_000, list(count_people(bins, rng.normal(size=n)))) for _ in range(400)]
    mean = np.mean([index for index, _ in found])
    # Of few people the floor of empty bins makes it larger, never smaller.
    assert 0.9 <= mean / found[0][1] <= (1.2 if n >= 300 else 1.7)


def test_a_small_list_that_has_not_changed_raises_no_alarm() -> None:
    rng = np.random.default_rng(6)
    bins = bins_of_people(rng.normal(size=1000))
    levels = [level_of(*moved(bins, 1000, list(count_people(bins, rng.normal(size=200)))), CONFIG) for _ in range(200)]
    assert levels.count(ALARM) == 0
    assert levels.count(STEADY) >= 190


def test_a_shift_of_half_a_deviation_is_to_be_looked_at_and_of_a_whole_one_an_alarm() -> None:
    rng = np.random.default_rng(7)
    bins = bins_of_people(rng.normal(size=5000))

    def level(shift: float) -> str:
        return level_of(*moved(bins, 5000, list(count_people(bins, rng.normal(shift, size=5000)))), CONFIG)

    # Of two normal numbers the index is the square of the distance of their means, less what bins lose.
    assert [level(s) for s in (0.0, 0.45, 1.0)] == [STEADY, LOOK, ALARM]
