"""A challenger takes the place of the trees and nothing else; it is judged on the same people, and cannot harm the model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from segspark.models.propensity import challenger_contest as module
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.challenger import CHALLENGERS, Challenger
from segspark.models.propensity.challenger_contest import challenger_contest
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.fits import Announced
from segspark.models.propensity.judged import Scored
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.trees_contest import MODEL, TreesContest

RNG = np.random.default_rng(1)
N = 3000
TRUTH = RNG.uniform(0.1, 0.9, N)
Y = (RNG.random(N) < TRUTH).astype(float)
BLUNT = 0.5 + 0.3 * (TRUTH - 0.5)
PEOPLE = Scored(Sample({}, Y), BLUNT, np.arange(N) % 2)
OF_MODEL = Announced(PEOPLE, BLUNT, "next_cut", 60.0)
FROZEN: Any = SimpleNamespace(rows=SimpleNamespace(sparkSession="session"), of=lambda cuts: 100 * len(cuts))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A challenger that knows the truth; ``fitted`` holds the rows and settings that it was given."""
    it = SimpleNamespace(fitted=[], why="", p=TRUTH, notes=[], other=None)

    def fit(rows: Any, n: int, config: Any) -> Any:
        it.fitted.append((rows, n, config.max_depth))
        return lambda rows: rows

    def announce(frozen: Any, window: Any, config: Any, other: Any, fit: Any) -> Announced:
        it.other = other
        fit([date(2026, 1, 1), date(2026, 2, 1)])
        return replace(OF_MODEL, p=it.p, seconds=5.0)

    monkeypatch.setattr(module, "announce", announce)
    monkeypatch.setattr(module, "of_cuts", lambda rows, cuts: cuts)
    with CHALLENGERS.added(Challenger("oracle", "Oracle", "numpy", "oracle", lambda session: it.why, fit)):
        yield it


def compared(world: SimpleNamespace, name: str | None = "oracle") -> TreesContest | None:
    step: Any = SimpleNamespace(note=world.notes.append)
    config = Propensity(challenger=name, max_depth=3)
    return challenger_contest(step, FROZEN, Window(28), config, "simpler", OF_MODEL)  # type: ignore[arg-type]


def test_it_is_fitted_as_the_trees_are_and_judged_beside_the_model(world: SimpleNamespace) -> None:
    found = compared(world)
    assert found is not None
    assert found.judged is not None
    assert found.model is not None
    assert world.fitted == [([date(2026, 1, 1), date(2026, 2, 1)], 200, 3)]
    # The simpler model is blended with its trees as with the model's.
    assert world.other == "simpler"
    loss = {
        name: -float(np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))) for name, p in ((MODEL, BLUNT), ("its", TRUTH))
    }
    assert (found.judged.n, found.judged.log_loss.value) == (N, pytest.approx(loss["its"]))
    assert found.model.log_loss_gain.value == pytest.approx(loss[MODEL] - loss["its"])
    assert found.model.log_loss_gain.verdict == "better"
    assert (found.seconds, found.model_seconds) == (5.0, 60.0)


def test_the_same_announcement_is_neither_better_nor_worse(world: SimpleNamespace) -> None:
    world.p = BLUNT
    found = compared(world)
    assert found is not None
    assert found.model is not None
    assert found.model.log_loss_gain.verdict == "open"


def test_none_is_fitted_where_none_is_asked_for(world: SimpleNamespace) -> None:
    assert compared(world, None) is None
    assert world.fitted == []


def test_where_it_cannot_run_it_is_not_fitted(world: SimpleNamespace) -> None:
    world.why = "connect"
    assert compared(world) == TreesContest("Oracle", "connect")
    assert world.fitted == []


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Iterator[None]:
    def announce(*_: Any) -> Announced:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(module, "announce", announce)
        yield


def test_if_it_fails_that_is_the_result_and_the_run_is_told(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing(monkeypatch, MemoryError("of an executor at /place")):
        assert compared(world) == TreesContest("Oracle", "failed", {"error": "MemoryError"})
    (note,) = world.notes
    assert "of an executor at /place" in note
