"""What BG/NBD says of a history: by hand, by the published formula, by quadrature, and by buyers drawn by its assumptions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.value.simulated import grouped, simulate
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells

PAPER = BgNbd(0.243, 4.414, 0.793, 2.426)
# A shop whose buyers come back often and leave slowly, in days.
LOYAL = BgNbd(1.3, 40.0, 0.6, 6.0)

models = st.builds(BgNbd, st.floats(0.05, 20), st.floats(0.5, 300), st.floats(0.05, 8), st.floats(0.05, 30))


@st.composite
def histories(draw: st.DrawFn) -> Cells:
    x, age = draw(st.integers(0, 60)), draw(st.floats(0, 2000))
    return one(x, draw(st.floats(0, 1)) * age if x else 0.0, age)


def one(x: float, t_x: float, age: float) -> Cells:
    return Cells.of_people(np.array([x]), np.array([t_x]), np.array([age]))


def by_formula(model: BgNbd, x: float, t_x: float, age: float, t: float) -> float:
    """Equation 10 of the paper as it is printed."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    shrunk = ((alpha + age) / (alpha + age + t)) ** (r + x)
    top = (a + b + x - 1) / (a - 1) * (1 - shrunk * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t)))
    stopped = a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x) if x else 0.0
    return float(top / (1 + stopped))


def by_quadrature(model: BgNbd, x: float, age: float, t: float) -> float:
    """Orders of somebody active: the mean over p, in pieces of equal probability, so that every scale of p is seen."""
    s, z = model.r + x, t / (model.alpha + age)
    of_p = beta(model.a, model.b + x)

    def orders(share: float) -> float:
        p = of_p.ppf(share)
        return float(-np.expm1(-s * np.log1p(p * z)) / p) if p > 1e-290 else s * z

    edges = [0, 1e-6, 1e-4, 1e-2, *np.linspace(0.1, 0.9, 9), 0.99, 0.9999, 1]
    return sum(quad(orders, low, high, epsrel=1e-11)[0] for low, high in pairwise(edges))


def test_the_examples_of_the_paper_s_authors() -> None:
    # Somebody of the 1/10 sample with 2 repeat orders, the last in week 30.43 of 38.86: 1.226 orders in 39 weeks
    # (Fader, Hardie and Lee, "Implementing the BG/NBD model in Excel", customer 0001).
    assert PAPER.expected_orders(one(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=5e-4)


def test_p_alive_by_hand() -> None:
    # a / (b + x - 1) is 1 / 2, and (alpha + T) / (alpha + t_x) is 2, to the power of 3: the odds against are 4.
    model = BgNbd(r=1, alpha=10, a=1, b=1)
    assert model.p_alive(one(2, 20, 50)) == pytest.approx([0.2])
    # The next 60 days without an order: 1 - 0.2 * (1 - (60 / 120)^3).
    assert model.p_no_order(one(2, 20, 50), 60) == pytest.approx([1 - 0.2 * 7 / 8])
    # An order has come with a probability of 0.1 once half of the active have one: 60 * (2^(1/3) - 1).
    assert model.time_to_order(one(2, 20, 50), 0.1) == pytest.approx([60 * (2 ** (1 / 3) - 1)])
    assert model.time_to_order(one(2, 20, 50), 0.21) == [np.inf]


@given(models, histories())
def test_p_alive_is_a_probability_and_1_without_a_repeat_order(model: BgNbd, cells: Cells) -> None:
    p = model.p_alive(cells)[0]
    assert 0 <= p <= 1
    if cells.x[0] == 0:
        assert p == 1
    elif model.a > 0.01:
        assert p < 1


@given(models, histories(), st.floats(0, 500))
def test_silence_makes_nobody_more_alive(model: BgNbd, cells: Cells, longer: float) -> None:
    silent = Cells(cells.x, cells.t_x, cells.age + longer, cells.n)
    assert model.p_alive(silent)[0] <= model.p_alive(cells)[0]


@given(models, histories(), st.floats(0, 400), st.floats(0, 400))
def test_expectations_grow_with_the_horizon(model: BgNbd, cells: Cells, t: float, more: float) -> None:
    sooner, later = model.expected_orders(cells, t)[0], model.expected_orders(cells, t + more)[0]
    assert 0 <= sooner <= later * (1 + 1e-12)
    assert model.p_no_order(cells, t + more)[0] <= model.p_no_order(cells, t)[0] <= 1
    # Nobody orders more often on average than somebody who never stops.
    assert later <= (model.r + cells.x[0]) * (t + more) / (model.alpha + cells.age[0]) * (1 + 1e-9)
    # An order is at least as likely as it is one of those expected.
    assert 1 - model.p_no_order(cells, t)[0] <= sooner + 1e-9


@given(models, histories(), st.floats(0.01, 0.99))
def test_an_order_has_come_by_its_time_with_its_probability(model: BgNbd, cells: Cells, share: float) -> None:
    time = model.time_to_order(cells, share)[0]
    if np.isfinite(time) and time < 1e12:
        assert 1 - model.p_no_order(cells, time)[0] == pytest.approx(share, rel=1e-6, abs=1e-9)
    elif not np.isfinite(time) and model.p_alive(cells)[0] > 0:
        assert 1 - model.p_no_order(cells, 1e300)[0] <= share + 1e-12


@pytest.mark.parametrize("x", [0, 1, 5, 30])
@pytest.mark.parametrize("model", [PAPER, LOYAL, BgNbd(0.5, 100, 2.5, 4)])
def test_where_the_published_formula_has_a_value_it_is_this(model: BgNbd, x: int) -> None:
    t_x = 25.0 if x else 0.0
    for t in (0.1, 10, 52, 365):
        assert model.expected_orders(one(x, t_x, 39), t)[0] == pytest.approx(by_formula(model, x, t_x, 39, t), rel=1e-8)


@pytest.mark.parametrize(
    ("model", "x", "age", "t"),
    [
        # The published form divides by a - 1.
        (BgNbd(0.3, 5, 1.0, 2.4), 3, 40, 52), (BgNbd(0.3, 5, 1 + 1e-12, 2.4), 3, 40, 52),
        # It overflows for frequent buyers, and its argument is nearly 1 where the horizon is long and the past is short.
        (PAPER, 1500, 600, 365), (PAPER, 700, 700, 1825), (PAPER, 0, 0, 365), (PAPER, 1, 0, 365), (LOYAL, 0, 0, 3650),
        # Hardly anybody stops, or nearly everybody.
        (BgNbd(1, 30, 0.02, 9), 4, 200, 365), (BgNbd(1, 30, 30, 0.1), 1, 200, 365), (BgNbd(8, 900, 0.7, 0.2), 2, 300, 7),
    ],
)  # fmt: skip
def test_the_expectation_keeps_its_digits_where_the_published_form_loses_them(
    model: BgNbd, x: int, age: float, t: float
) -> None:
    cells = one(x, age if x else 0.0, age)
    expected = model.p_alive(cells)[0] * by_quadrature(model, x, age, t)
    assert model.expected_orders(cells, t)[0] == pytest.approx(expected, rel=1e-7)


def test_what_is_said_of_a_cell_is_said_of_each_of_its_people() -> None:
    people = simulate(LOYAL, np.repeat(np.arange(30.0, 60.0), 20), seed=4).cells
    people = Cells.of_people(people.x, np.where(people.x > 0, np.ceil(people.t_x), 0).clip(max=people.age), people.age)
    cells = grouped(people)
    assert len(cells.n) < len(people.n)
    for said in (lambda c: LOYAL.expected_orders(c, 30), LOYAL.p_alive, lambda c: LOYAL.p_no_order(c, 30)):
        assert cells.n @ said(cells) == pytest.approx(said(people).sum())


@pytest.fixture(scope="module", params=[PAPER, LOYAL], ids=["paper", "loyal"])
def drawn(request: pytest.FixtureRequest) -> tuple[BgNbd, Cells, dict[str, np.ndarray]]:
    model: BgNbd = request.param
    ages = np.random.default_rng(1).uniform(20, 200, 150_000)
    people = simulate(model, ages, seed=2, after=60.0)
    return model, people.cells, {"orders": people.later, "wait": people.wait, "alive": people.is_alive.astype(float)}


def groups_of(cells: Cells) -> list[np.ndarray]:
    """People by repeat orders, and by how long they have been silent."""
    silent = (cells.age - cells.t_x) / cells.age
    return [
        (np.minimum(cells.x, 6) == x) & (silent > low) & (silent <= high)
        for x in range(7)
        for low, high in ((-1, 0.2), (0.2, 0.6), (0.6, 1))
    ]


def assert_means_agree(cells: Cells, predicted: np.ndarray, actual: np.ndarray) -> None:
    """In every group the means differ by chance at most: five standard errors, of some twenty comparisons."""
    looked_at = 0
    for group in groups_of(cells):
        if group.sum() >= 300:
            looked_at += 1
            error = (actual[group] - predicted[group]).std() / np.sqrt(group.sum())
            assert actual[group].mean() == pytest.approx(predicted[group].mean(), abs=5 * error + 1e-12)
    assert looked_at >= 8


def test_buyers_drawn_by_its_assumptions_are_as_alive_as_it_says(
    drawn: tuple[BgNbd, Cells, dict[str, np.ndarray]],
) -> None:
    model, cells, after = drawn
    assert_means_agree(cells, model.p_alive(cells), after["alive"])


def test_buyers_drawn_by_its_assumptions_order_as_often_as_it_says(
    drawn: tuple[BgNbd, Cells, dict[str, np.ndarray]],
) -> None:
    model, cells, after = drawn
    assert_means_agree(cells, model.expected_orders(cells, 60.0), after["orders"])


@pytest.mark.parametrize("days", [7.0, 60.0])
def test_as_many_as_it_says_do_not_order(drawn: tuple[BgNbd, Cells, dict[str, np.ndarray]], days: float) -> None:
    model, cells, after = drawn
    assert_means_agree(cells, model.p_no_order(cells, days), (after["wait"] > days).astype(float))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_next_orders_come_within_their_time_as_often_as_it_says(
    drawn: tuple[BgNbd, Cells, dict[str, np.ndarray]], share: float
) -> None:
    model, cells, after = drawn
    time = model.time_to_order(cells, share)
    # Later ones were not drawn.
    is_drawn = time <= 60.0
    has_come = after["wait"][is_drawn] <= time[is_drawn]
    assert is_drawn.sum() > 3000
    assert has_come.mean() == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / is_drawn.sum()))
