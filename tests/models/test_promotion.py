"""Which of two models is champion: tables of cases, and chains of models that are a little worse each time."""

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.promotion import MOST_CONCEDED, Champion, Contest, Decision, GateResult, closed_gates, decide


@dataclass(frozen=True)
class Fit:
    """What a decision looks at of a fitted model."""

    ranking: float = 0.5
    gates: tuple[GateResult, ...] = ()
    contest: Any = None
    allow_champion: bool = True
    ranks_by: str = "pr_auc"


OPEN = GateResult("lift", 1.4, 1.1, True)
CLOSED = GateResult("calibration", 0.12, 0.05, False)


def met(difference: float, half: float, version: str = "1", conceded: float = 0.0) -> Champion:
    """A champion with a loss of .3, and the contest against a challenger whose loss differs."""
    low, high = difference - half, difference + half
    return Champion(version, 0.5, conceded, Contest(1000, 0.3 + difference, 0.3, low, high))


def contest(loaded: object) -> None:
    """Of a model that has contests; how this one ends is in the champion."""


CONTESTED = Fit(gates=(OPEN,), contest=contest)


@pytest.mark.parametrize(
    ("fit", "champion", "alias", "code"),
    [
        (Fit(), None, "champion", "no_champion"),
        (Fit(gates=(OPEN,)), None, "champion", "no_champion"),
        (Fit(gates=(OPEN, CLOSED)), None, "challenger", "gates"),
        (Fit(allow_champion=False), None, "challenger", "baseline"),
        # Without a contest the recorded metric decides, without a tolerance.
        (Fit(0.5), Champion("1", 0.5), "champion", "ranks"),
        (Fit(0.499), Champion("1", 0.5), "challenger", "ranks_below"),
        (Fit(0.9, gates=(CLOSED,)), Champion("1", 0.5), "challenger", "gates"),
        (Fit(0.9, allow_champion=False), Champion("1", 0.5), "challenger", "baseline"),
        (Fit(0.1), Champion("1", None), "champion", "not_ranked"),
        (Fit(math.nan), Champion("1", 0.5), "challenger", "ranks_below"),
        # With a contest the metric of another season does not count.
        (replace(CONTESTED, ranking=0.1), met(-0.02, 0.01), "champion", "won"),
        (CONTESTED, met(0.002, 0.01), "champion", "drawn"),
        (CONTESTED, met(-0.002, 0.01), "champion", "drawn"),
        (replace(CONTESTED, ranking=0.9), met(0.02, 0.01), "challenger", "lost"),
        # Zero at the end of the interval favours nobody.
        (CONTESTED, met(0.0, 0.0), "champion", "drawn"),
        (CONTESTED, met(0.0078125, 0.0078125), "challenger", "conceded"),
        (CONTESTED, met(0.002, 0.01, conceded=0.004), "challenger", "conceded"),
        (CONTESTED, met(-0.002, 0.01, conceded=0.004), "champion", "drawn"),
        (CONTESTED, met(math.nan, 0.01), "challenger", "lost"),
        (replace(CONTESTED, gates=(CLOSED,)), met(-0.02, 0.01), "challenger", "gates"),
        (CONTESTED, Champion("1", 0.9), "champion", "not_scored"),
    ],
)
def test_each_case_has_its_alias_and_its_reason(fit: Fit, champion: Champion | None, alias: str, code: str) -> None:
    decision = decide(fit, champion)
    assert (decision.alias, decision.code) == (alias, code)
    # Every reason can be said.
    assert decision.sentence[0].isalpha()
    assert "{" not in decision.sentence


def test_force_overrules_everything_and_names_what_it_overruled() -> None:
    decision = decide(Fit(gates=(OPEN, CLOSED)), met(0.2, 0.01), force=True)
    against = "gates are closed: calibration (0.12, bound 0.05)"
    assert decision == Decision("champion", "forced", {"against": against})
    assert decision.sentence == f"promoted by force, although {against}"
    assert decide(CONTESTED, met(0.2, 0.01), force=True).code == "forced"
    # Where nothing speaks against it, nothing is forced.
    assert decide(Fit(), None, force=True) == decide(Fit(), None)


def test_a_contest_is_told_in_numbers() -> None:
    decision = decide(CONTESTED, met(0.02, 0.01, "3"))
    assert decision.sentence == (
        "on the same 1000 rows it is worse than version 3: the loss differs by +0.0200 [+0.0100, +0.0300]"
    )
    stored = json.loads(json.dumps(decision.as_dict()))
    assert (stored["alias"], stored["code"], stored["sentence"]) == ("challenger", "lost", decision.sentence)
    assert stored["values"]["n"] == 1000


def test_gates_are_told_with_value_and_bound() -> None:
    assert closed_gates([OPEN, CLOSED, GateResult("size", None, "20 people", False)]) == [
        "calibration (0.12, bound 0.05)", "size (None, bound 20 people)",
    ]  # fmt: skip


# Chains -------------------------------------------------------------------------------------------------------------


def champions(losses: list[float], halves: list[float]) -> list[int]:
    """Who is champion after each training, by contests whose intervals have these half widths."""
    best, conceded, found = 0, 0.0, [0]
    for at in range(1, len(losses)):
        difference, half = losses[at] - losses[best], halves[at]
        one = Contest(1000, losses[at], losses[best], difference - half, difference + half)
        decision = decide(CONTESTED, Champion(str(best), None, conceded, one))
        if decision.is_promoted:
            best, conceded = at, decision.conceded
        found.append(best)
    return found


halves = st.lists(st.floats(0, 1), min_size=40, max_size=40)


@given(halves)
def test_seven_models_that_are_a_hundredth_worse_each_never_move_the_champion(halves: list[float]) -> None:
    assert champions([0.30, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36], halves) == [0] * 7


@given(st.lists(st.floats(0.1, 0.9), min_size=1, max_size=40), halves)
def test_no_chain_leads_further_from_the_best_champion_than_is_conceded(
    losses: list[float], halves: list[float]
) -> None:
    in_use = champions(losses, halves)
    for at in range(len(losses)):
        best = min(losses[one] for one in in_use[: at + 1])
        assert losses[in_use[at]] <= best + MOST_CONCEDED + 1e-9


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20, unique=True))
def test_ever_lower_rankings_never_move_a_champion_without_contests(rankings: list[float]) -> None:
    first, *worse = sorted(rankings, reverse=True)
    assert not any(decide(Fit(ranking), Champion("1", first)).is_promoted for ranking in worse)


def test_a_small_win_does_not_open_the_way_to_the_next_concession() -> None:
    assert champions([0.300, 0.304, 0.3035, 0.3082], [0, 1, 0.0001, 1]) == [0, 1, 2, 2]


def test_a_better_model_takes_the_place_after_a_chain_of_worse_ones() -> None:
    assert champions([0.30, 0.31, 0.32, 0.29, 0.295], [0.001] * 5) == [0, 0, 0, 3, 3]


def test_groups_follow_the_day_of_their_training_as_long_as_their_gates_are_open() -> None:
    today = Fit(738_000.0, (OPEN,), ranks_by="as_of_day")
    assert decide(today, Champion("1", 737_900.0)).is_promoted
    assert not decide(replace(today, gates=(CLOSED,)), Champion("1", 737_900.0)).is_promoted
