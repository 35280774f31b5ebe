"""What a fit announces of people is learnt on the days before, and calibrated by a fit that knew even less."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from segspark.models.evaluate.judgement import HELD_OUT, NEXT_CUT
from segspark.models.propensity import fits as module
from segspark.models.propensity.announce import crossfitted, fit_announcement
from segspark.models.propensity.baselines import Fit, Sample
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import Cuts
from segspark.models.propensity.fits import announce
from segspark.models.propensity.judged import Scored
from segspark.models.propensity.outcome import Window

OLD, TRAIN, VALIDATE = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
N = 2000
RNG = np.random.default_rng(8)
TRUTH = {cut: RNG.uniform(0.1, 0.9, N) for cut in (OLD, TRAIN, VALIDATE)}
Y = {cut: (RNG.random(N) < p).astype(float) for cut, p in TRUTH.items()}
FOLD = np.arange(N) % 2


class Frozen:
    """Rows of a cut are its day."""

    all_inputs, rows = (), "all"
    n_rows = dict.fromkeys(TRUTH, N)

    def __init__(self, *train: date) -> None:
        self.cuts = Cuts(train, VALIDATE)

    def of(self, cuts: Sequence[date]) -> int:
        return N * len(cuts)

    def at(self, cut: date) -> date:
        return cut


def said(cut: date) -> np.ndarray:
    """Too sure of themselves: calibration brings them back."""
    return np.asarray(np.clip(1.6 * TRUTH[cut] - 0.3, 0.01, 0.99))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[date, ...]]:
    """The cuts of each fit."""
    monkeypatch.setattr(module, "read_scored", lambda cut, *_: Scored(Sample({}, Y[cut]), said(cut), FOLD))
    return []


def fit(fitted: list[tuple[date, ...]]) -> Callable[[Sequence[date]], Any]:
    def noted(cuts: Sequence[date]) -> Any:
        fitted.append(tuple(cuts))
        return lambda cut: cut

    return noted


def test_a_fit_that_knew_less_calibrates_it_where_there_are_days_enough(fitted: list[tuple[date, ...]]) -> None:
    found = announce(Frozen(OLD, TRAIN), Window(28), Propensity(), None, fit(fitted))  # type: ignore[arg-type]
    assert fitted == [(OLD, TRAIN), (OLD,)]
    assert found.how == NEXT_CUT
    earlier = Scored(Sample({}, Y[TRAIN]), said(TRAIN), FOLD)
    assert found.p == pytest.approx(fit_announcement(earlier).of(found.judged))
    assert abs(found.p - TRUTH[VALIDATE]).mean() < abs(said(VALIDATE) - TRUTH[VALIDATE]).mean() / 2
    assert found.seconds >= 0


def test_without_them_people_are_held_out(fitted: list[tuple[date, ...]]) -> None:
    found = announce(Frozen(TRAIN), Window(28), Propensity(), None, fit(fitted))  # type: ignore[arg-type]
    assert (fitted, found.how) == ([(TRAIN,)], HELD_OUT)
    assert found.p == pytest.approx(crossfitted(found.judged))
    few = Propensity(min_people=N + 1)
    assert announce(Frozen(OLD, TRAIN), Window(28), few, None, fit(fitted)).how == HELD_OUT  # type: ignore[arg-type]


def test_a_simpler_model_is_asked_of_the_same_people(fitted: list[tuple[date, ...]]) -> None:
    simpler = Fit(lambda people: np.full(len(people.y), people.y.mean()))
    found = announce(Frozen(TRAIN), Window(28), Propensity(), simpler, fit(fitted))  # type: ignore[arg-type]
    assert found.judged.beside == pytest.approx(np.full(N, Y[VALIDATE].mean()))
