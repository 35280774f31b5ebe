"""A contest compares two announcements of the same people, and asks nobody what they have already seen."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from segspark.models.propensity import contest as module
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.contest import Entrant, contest, contest_of
from segspark.models.propensity.cuts import Cuts
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.judged import Scored
from segspark.models.propensity.outcome import Window
from segspark.models.tracking import Loaded

RNG = np.random.default_rng(1)
TRUTH = RNG.uniform(0.1, 0.9, 3000)
Y = (RNG.random(3000) < TRUTH).astype(float)
FOLD = np.arange(3000) % 2
BLUNT = 0.5 + 0.2 * (TRUTH - 0.5) + RNG.normal(0, 0.2, 3000)
PARAMS = {
    "measure": "n_order", "is_absence": "True", "label_days": "90", "gap_days": "0", "population": "all", "max_iter": "60",
    "max_depth": "4", "step_size": "0.15", "seed": "42", "max_training_rows": "100", "n_training_cuts": "12",
    "cut_step_days": "30", "blended_with": "",
}  # fmt: skip
# The validation cut is 3 March: its window begins with it.
CUTS = Cuts((date(2025, 11, 3), date(2025, 12, 3)), date(2026, 3, 3))


class Frozen:
    cuts, rows, n_rows = CUTS, "rows", {CUTS.validate: 3000}
    all_inputs = Input("a", 0.0), Input("pace", 0.0)

    def __init__(self, *, has_pace: bool = True) -> None:
        self.beside = self.all_inputs[1:] if has_pace else ()

    def of(self, cuts: Any) -> int:
        return len(cuts)

    def at(self, cut: date) -> str:
        return f"rows of {cut}"


def entrant(p: np.ndarray = TRUTH) -> Entrant:
    scored = Scored(Sample({}, Y), p, FOLD)
    return Entrant(Frozen(), scored, Window(90), Propensity(), PARAMS, "mlflow")  # type: ignore[arg-type]


def champion(label_end: str) -> Loaded:
    return Loaded("shop_churn", "1", "pipeline", {"run_id": "r", "label_end_date": label_end})  # type: ignore[arg-type]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the champion recorded, what a model fitted as it was says, and what it says itself."""
    it = SimpleNamespace(record=dict(PARAMS), inputs=["a"], fitted=[], asked=[], theirs=BLUNT)
    monkeypatch.setattr(module, "read_params", lambda mlflow, run: it.record)
    monkeypatch.setattr(module, "read_inputs", lambda mlflow, loaded: it.inputs)

    def fit(rows: Any, cuts: Any, n: int, config: Propensity) -> SimpleNamespace:
        it.fitted.append((cuts, config))
        return SimpleNamespace(model="twin")

    monkeypatch.setattr(module, "fit_trees", fit)
    monkeypatch.setattr(module, "scored_by", lambda model, rows: (model, rows))
    monkeypatch.setattr(module, "announced", lambda model, rows, names: it.asked.append(model))
    monkeypatch.setattr(module, "read_scored", lambda *_: Scored(Sample({}, Y), it.theirs, FOLD))
    return it


def test_the_better_announcement_loses_less_for_sure() -> None:
    found = contest_of(TRUTH, np.full(3000, Y.mean()), Y)
    assert found.n == 3000
    assert found.challenger_loss < found.champion_loss
    assert found.high < 0
    same = contest_of(TRUTH, TRUTH, Y)
    assert (same.low, same.high) == (0, 0)


def test_a_version_that_knows_no_day_of_the_window_speaks_for_itself(world: SimpleNamespace) -> None:
    found = contest(entrant(), champion("2026-03-03"))
    assert found is not None
    assert found.high < 0
    assert (world.asked, world.fitted) == (["pipeline"], [])


def test_in_place_of_one_that_has_seen_it_stands_a_model_fitted_as_it_was(world: SimpleNamespace) -> None:
    world.record |= {"max_iter": "5", "n_training_cuts": "1"}
    found = contest(entrant(), champion("2026-03-04"))
    assert found is not None
    assert found.high < 0
    ((cuts, config),) = world.fitted
    # The newest of the challenger's cuts, as many as it had.
    assert cuts == (date(2025, 12, 3),)
    assert (config.max_iter, config.max_depth) == (5, 4)
    assert world.asked == []


def test_fitted_alike_they_are_equal(world: SimpleNamespace) -> None:
    found = contest(entrant(), champion("2026-06-01"))
    assert found is not None
    assert (found.low, found.high, world.fitted) == (0, 0, [])


@pytest.mark.parametrize("key", ["label_days", "population", "measure"])
def test_another_question_is_no_contest(world: SimpleNamespace, key: str) -> None:
    world.record[key] = "other"
    assert contest(entrant(), champion("2026-03-03")) is None


def test_a_version_that_looks_at_what_the_challenger_lacks_cannot_be_asked(world: SimpleNamespace) -> None:
    world.inputs = ["a", "b"]
    assert contest(entrant(), champion("2026-03-03")) is None


def test_of_a_blend_its_simpler_model_must_have_what_it_looks_at(world: SimpleNamespace) -> None:
    world.record["blended_with"] = "bgnbd"
    assert contest(entrant(), champion("2026-03-03")) is not None
    bare = replace(entrant(), frozen=Frozen(has_pace=False))  # type: ignore[arg-type]
    assert contest(bare, champion("2026-03-03")) is None


def test_ever_worse_models_lose_to_the_first(world: SimpleNamespace) -> None:
    world.record["max_iter"] = "50"
    world.theirs = TRUTH
    for noise in (0.05, 0.1, 0.2):
        worse = np.clip(TRUTH + np.random.default_rng(7).normal(0, noise, 3000), 0, 1)
        found = contest(replace(entrant(), judged=Scored(Sample({}, Y), worse, FOLD)), champion("2026-06-01"))
        assert found is not None
        assert found.challenger_loss > found.champion_loss


def test_the_twin_of_a_blend_is_a_blend(world: SimpleNamespace) -> None:
    # Trees of noise beside a simpler model that knows the truth.
    noise = np.random.default_rng(5).uniform(0.3, 0.7, 3000)
    blend = replace(
        entrant(), judged=Scored(Sample({}, Y), noise, FOLD, TRUTH), params=PARAMS | {"blended_with": "pace"}
    )
    world.theirs = noise
    alone = contest(blend, champion("2026-06-01"))
    assert alone is not None
    assert alone.high < 0
    world.record |= {"blended_with": "pace", "max_iter": "9"}
    equal = contest(blend, champion("2026-06-01"))
    assert equal is not None
    assert (equal.low, equal.high) == (0, 0)
