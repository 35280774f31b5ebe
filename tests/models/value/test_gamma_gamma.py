"""Gamma-Gamma: planted and published parameters are found again, and expectations lie between a buyer and the list."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.value.cdnow import DATA
from models.value.simulated import simulate_spending
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import gamma

from segspark.errors import SegsparkError
from segspark.models.value.gamma_gamma import GammaGamma, GammaGammaFit, Spending, fit_gamma_gamma
from segspark.models.value.maximum import NoMaximum

PLANTED = GammaGamma(p=4.0, q=3.5, v=2500.0)


def fitted(spending: Spending) -> GammaGammaFit:
    found = fit_gamma_gamma(spending)
    assert isinstance(found, GammaGammaFit)
    return found


def numbers(model: GammaGamma) -> list[float]:
    return [model.p, model.q, model.v]


def drawn(n: int, model: GammaGamma = PLANTED) -> Spending:
    return simulate_spending(model, np.random.default_rng(3).geometric(0.4, n).astype(float), seed=5)


@pytest.mark.parametrize("model", [PLANTED, GammaGamma(1.2, 2.2, 9.0), GammaGamma(30.0, 5.0, 0.8)])
def test_planted_parameters_are_found_again(model: GammaGamma) -> None:
    found = fitted(drawn(40_000, model))
    distance = (np.log(numbers(found.model)) - np.log(numbers(model))) / found.errors
    assert np.abs(distance).max() < 4
    assert max(found.errors) < 0.15


def test_the_currency_s_unit_changes_v_alone() -> None:
    cents = drawn(2000)
    euros = fitted(Spending(cents.orders, cents.mean / 100, cents.n)).model
    in_cents = fitted(cents).model
    assert numbers(euros) == pytest.approx([in_cents.p, in_cents.q, in_cents.v / 100], rel=1e-6)


def test_a_cell_of_many_is_each_of_them() -> None:
    once = drawn(1500)
    twice = Spending(np.tile(once.orders, 2), np.tile(once.mean, 2), np.ones(3000))
    by_cell = fitted(Spending(once.orders, once.mean, 2 * once.n))
    assert by_cell.log_likelihood == pytest.approx(fitted(twice).log_likelihood)
    assert by_cell.log_likelihood == pytest.approx(2 * fitted(once).log_likelihood)


def test_the_likelihood_is_the_density_of_a_mean_of_orders() -> None:
    # The mean of 3 orders of Gamma(p, nu) is Gamma(3 p, 3 nu), and nu is Gamma(q, v).
    spending = drawn(1500)
    model = fitted(spending).model
    for orders, mean in ((1, 4000.0), (3, 900.0), (7, 12_000.0)):

        def joint(rate: float, orders: int = orders, mean: float = mean) -> float:
            of_mean = gamma.logpdf(mean, model.p * orders, scale=1 / (orders * rate))
            return float(np.exp(of_mean + gamma.logpdf(rate, model.q, scale=1 / model.v)))

        by_hand = quad(joint, 0, 60 * model.q / model.v, epsabs=0, epsrel=1e-7, limit=200)[0]
        someone = Spending(np.array([orders]), np.array([mean]), np.ones(1))
        assert log_likelihood_of(model, someone) == pytest.approx(np.log(by_hand), rel=1e-6)
    assert fitted(spending).log_likelihood == pytest.approx(log_likelihood_of(model, spending), rel=1e-9)


def log_likelihood_of(model: GammaGamma, spending: Spending) -> float:
    """The marginal density as the note of 2013 prints it, equation 1a."""
    p, q, v, x, m = model.p, model.q, model.v, spending.orders, spending.mean
    terms = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(m)
    return float((terms + p * x * np.log(x) - (p * x + q) * np.log(v + x * m)).sum())


@given(st.integers(0, 500), st.floats(0.01, 1e7))
def test_what_is_expected_lies_between_the_own_mean_and_the_list_s(orders: int, mean: float) -> None:
    overall = PLANTED.v * PLANTED.p / (PLANTED.q - 1)
    found = float(PLANTED.expected_spend(np.array([orders]), np.array([mean]))[0])
    low, high = sorted((mean, overall))
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)
    if orders == 0:
        assert found == pytest.approx(overall)


def test_what_is_expected_by_hand() -> None:
    # w = p x / (p x + q - 1) = 8 / 10 of the own mean of 50, and 2 / 10 of the list's, 60 * 4 / 2 = 120.
    assert GammaGamma(4, 3, 60).expected_spend(np.array([2]), np.array([50])) == pytest.approx([0.8 * 50 + 0.2 * 120])


def test_the_correlation_is_that_of_the_people() -> None:
    spending = Spending(np.array([1, 2, 5]), np.array([10, 40, 30]), np.array([2, 1, 1]))
    people = np.array([[1, 1, 2, 5], [10, 10, 40, 30]])
    assert spending.correlation == pytest.approx(np.corrcoef(people)[0, 1])
    assert np.isnan(Spending(np.ones(2), np.array([3, 4]), np.ones(2)).correlation)


@pytest.mark.parametrize(("orders", "mean", "n"), [(0, 5, 1), (1, 0, 1), (1, -3, 1), (1, 5, 0), (1, np.nan, 1)])
def test_spending_without_orders_or_amounts_is_refused(orders: float, mean: float, n: float) -> None:
    with pytest.raises(SegsparkError, match="1 cells of spending"):
        Spending(np.array([1, orders]), np.array([5, mean]), np.array([1, n]))


def test_a_list_whose_mean_has_no_end_is_refused() -> None:
    found = fit_gamma_gamma(drawn(20_000, GammaGamma(3.0, 0.7, 10.0)))
    assert isinstance(found, NoMaximum)
    assert found.code == "no_mean"
    assert found.values["q"] == pytest.approx(0.7, abs=0.1)


def test_without_anybody_or_with_everybody_alike_nothing_is_fitted() -> None:
    assert fit_gamma_gamma(Spending(np.array([]), np.array([]), np.array([]))) == NoMaximum("no_spending")
    found = fit_gamma_gamma(Spending(np.array([2.0]), np.array([30.0]), np.array([500.0])))
    assert isinstance(found, NoMaximum)
    assert found.code == "flat_likelihood"


def test_cdnow_gives_the_published_parameters() -> None:
    path = DATA / "cdnow_customers_summary_with_transactions.csv.gz"
    if not path.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/cdnow")
    people = pd.read_csv(path).query("x > 0")
    found = fitted(Spending(people["x"].to_numpy(), people["zbar"].to_numpy(), np.ones(len(people))))
    # The note of 2013 has three digits: 6.25, 3.74, 15.44, -4055.92.
    assert numbers(found.model) == pytest.approx([6.2488, 3.7446, 15.4477], abs=5e-5)
    assert found.log_likelihood == pytest.approx(-4055.923, abs=5e-4)
