"""BG/NBD by maximum likelihood: planted and published parameters are found again, and what cannot be fitted is refused."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models.value.cdnow import cohort
from models.value.simulated import grouped, simulate
from scipy.integrate import quad
from scipy.stats import gamma

from segspark.models.value import bgnbd_fit
from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.bgnbd_fit import BgNbdFit, Likelihood, WithoutStopping, fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.models.value.maximum import Maximum, NoMaximum, maximise

PLANTED = BgNbd(r=0.8, alpha=60.0, a=0.9, b=3.0)


def fitted(cells: Cells) -> BgNbdFit:
    found = fit_bgnbd(cells)
    assert isinstance(found, BgNbdFit)
    return found


def numbers(model: BgNbd) -> list[float]:
    return [model.r, model.alpha, model.a, model.b]


@pytest.fixture(scope="module")
def people() -> Cells:
    """60,000 buyers, in whole days as tables have them."""
    ages = np.random.default_rng(7).integers(1, 700, 60_000).astype(float)
    cells = simulate(PLANTED, ages, seed=8).cells
    return Cells.of_people(cells.x, np.where(cells.x > 0, np.minimum(np.round(cells.t_x), ages), 0), ages)


@pytest.mark.parametrize(
    "model", [PLANTED, BgNbd(0.25, 30.0, 0.7, 2.2), BgNbd(3.0, 90.0, 0.5, 8.0)], ids=["planted", "rare", "often"]
)
def test_planted_parameters_are_found_again(model: BgNbd) -> None:
    ages = np.random.default_rng(7).uniform(50, 700, 60_000)
    found = fitted(simulate(model, ages, seed=9).cells)
    distance = (np.log(numbers(found.model)) - np.log(numbers(model))) / found.errors
    # Four parameters within four standard errors, which are small.
    assert np.abs(distance).max() < 4
    assert max(found.errors) < 0.15


def test_people_and_their_cells_give_the_same(people: Cells) -> None:
    by_person, by_cell = fitted(people), fitted(grouped(people))
    assert len(grouped(people).n) < len(people.n)
    assert by_cell.log_likelihood == pytest.approx(by_person.log_likelihood, rel=1e-12)
    assert numbers(by_cell.model) == pytest.approx(numbers(by_person.model), rel=1e-7)


def test_of_many_cells_all_decide_in_the_end(people: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []

    def watched(likelihood: Likelihood, starts: Sequence[Sequence[float]], n: float) -> Maximum | NoMaximum:
        searched.append((n, len(starts)))
        return maximise(likelihood, starts, n)

    whole = fitted(grouped(people))
    monkeypatch.setattr(bgnbd_fit, "MANY_CELLS", 5000)
    monkeypatch.setattr(bgnbd_fit, "maximise", watched)
    assert numbers(fitted(grouped(people)).model) == pytest.approx(numbers(whole.model), rel=1e-7)
    (part, several), (everybody, one) = searched
    assert (several, one, everybody) == (3, 1, 60_000)
    assert part < 20_000


def test_the_unit_of_time_changes_alpha_alone(people: Cells) -> None:
    days, weeks = fitted(people).model, fitted(people.scaled(1 / 7)).model
    assert numbers(weeks) == pytest.approx([days.r, days.alpha / 7, days.a, days.b], rel=1e-6)


def test_the_likelihood_is_the_mean_over_rate_and_probability_of_stopping() -> None:
    # Two repeat orders at fixed times, the last at 5 of 9: lambda^2 (1-p) [p e^(-5 lambda) + (1-p) e^(-9 lambda)].
    model = BgNbd(1.4, 6.0, 0.8, 2.5)
    # Means of p (1-p) and of (1-p)^2 over Beta(a, b).
    total = model.a + model.b
    stopped = model.a * model.b / (total * (total + 1))
    active = model.b * (model.b + 1) / (total * (total + 1))
    of_rate = gamma(model.r, scale=1 / model.alpha)

    def density(rate: float) -> float:
        return float(rate**2 * (stopped * np.exp(-5 * rate) + active * np.exp(-9 * rate)) * of_rate.pdf(rate))

    by_hand = quad(density, 0, np.inf, epsabs=0, epsrel=1e-9)[0]
    value, _ = Likelihood(Cells(np.array([2]), np.array([5]), np.array([9]), np.array([3])))(np.log(numbers(model)))
    assert value == pytest.approx(np.log(by_hand), rel=1e-6)


@settings(deadline=None)
@given(st.tuples(*[st.floats(-2, 2)] * 4))
def test_the_gradient_is_the_slope_of_the_likelihood(logs: tuple[float, ...]) -> None:
    cells = Cells(np.array([0, 1, 3, 40]), np.array([0, 2, 5, 7]), np.array([4, 2, 9, 8]), np.array([9, 5, 2, 1]))
    likelihood, at = Likelihood(cells), np.array(logs)
    slopes = [(likelihood(at + h)[0] - likelihood(at - h)[0]) / 2e-5 for h in 1e-5 * np.eye(4)]
    assert likelihood(at)[1] == pytest.approx(slopes, rel=1e-5, abs=1e-7)


def buyers_who_stay(seed: int) -> Cells:
    """10,000 buyers at paces of their own, none of whom stops."""
    rng = np.random.default_rng(seed)
    ages, rates = rng.uniform(50, 300, 10_000), rng.gamma(0.8, 1 / 60.0, 10_000)
    x = rng.poisson(rates * ages)
    # The last of x uniform times.
    last = np.where(x > 0, ages * rng.random(10_000) ** (1 / np.maximum(x, 1)), 0.0)
    return Cells.of_people(x, last, ages)


@pytest.mark.parametrize("seed", [2, 3, 5, 6])
def test_where_nobody_stops_hardly_anybody_is_said_to(seed: int) -> None:
    cells = buyers_who_stay(seed)
    found = fitted(cells)
    assert [found.model.r, found.model.alpha] == pytest.approx([0.8, 60.0], rel=0.12)
    assert found.model.p_alive(cells).mean() > 0.97
    # By chance the best model may have somebody stop now and then; else it is the limit.
    assert found.model.a == 0 or len(found.errors) == 4


def test_the_limit_without_stopping_is_fitted_where_it_is_the_most_likely() -> None:
    cells, found = next((c, f) for c in map(buyers_who_stay, range(8)) if (f := fitted(c)).model.a == 0)
    assert (found.model.b, len(found.errors)) == (1, 2)
    assert (found.model.p_alive(cells) == 1).all()
    expected = (found.model.r + cells.x) * 30 / (found.model.alpha + cells.age)
    assert found.model.expected_orders(cells, 30) == pytest.approx(expected)


@given(st.tuples(*[st.floats(-2, 2)] * 2))
def test_the_limit_is_what_the_likelihood_tends_to_and_has_its_own_slope(logs: tuple[float, ...]) -> None:
    cells = Cells(np.array([0, 1, 3]), np.array([0, 2, 5]), np.array([4, 2, 9]), np.array([9, 5, 2]))
    limit, at = WithoutStopping(cells), np.array(logs)
    near = Likelihood(cells)(np.array([*logs, np.log(1e-10), 0.0]))[0]
    assert limit(at)[0] == pytest.approx(near, abs=1e-6)
    slopes = [(limit(at + h)[0] - limit(at - h)[0]) / 2e-5 for h in 1e-5 * np.eye(2)]
    assert limit(at)[1] == pytest.approx(slopes, rel=1e-5, abs=1e-7)


def test_where_nobody_orders_again_there_is_nothing_to_fit() -> None:
    assert fit_bgnbd(Cells(np.zeros(2), np.zeros(2), np.array([5, 9]), np.array([100, 50]))) == NoMaximum("no_repeats")
    assert fit_bgnbd(Cells.of_people(*[np.array([])] * 3)) == NoMaximum("no_repeats")


def test_buyers_all_alike_leave_their_spread_open() -> None:
    # Everybody orders three times in the same days: one rate, and no sign of a second one.
    found = fit_bgnbd(Cells(np.array([3]), np.array([80]), np.array([100]), np.array([1000])))
    assert isinstance(found, NoMaximum)
    assert found.code == "flat_likelihood"


@pytest.mark.parametrize(
    ("which", "parameters", "log_likelihood"),
    [
        # Table 2 of the paper has three digits of these: .243, 4.414, .793, 2.426, -9582.4.
        ("sample", [0.2425945, 4.4136018, 0.7929221, 2.4259071], -9582.429),
        ("master", [0.251624, 4.788943, 0.723434, 2.161088], -95368.444),
    ],
)
def test_cdnow_gives_the_published_parameters(which: str, parameters: list[float], log_likelihood: float) -> None:
    found = fitted(cohort(which).cells)
    assert numbers(found.model) == pytest.approx(parameters, rel=1e-5)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=5e-4)
