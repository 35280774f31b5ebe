"""With whom later people are compared; and what only the growing history of the data would move."""

from dataclasses import replace

import numpy as np

from segspark.models.monitoring.binning import count_people
from segspark.models.monitoring.drift import moved
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.inputs import FEATURES, Input, choose_inputs
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.reference_people import reference_of

N = 3000
# Days of history: before the newest training cut, before the validation cut, and a year later.
TRAINED, JUDGED, LATER = 270, 360, 725


def test_inputs_of_the_calendar_are_not_compared() -> None:
    inputs = (FEATURES["n_order_90d"], Input("month", 0.0), Input("sale_days_ahead", 0.0))
    found = reference_of(
        NO_ORDER, inputs, Sample({i.name: np.arange(float(N)) for i in inputs}, np.ones(N)), np.linspace(0, 1, N)
    )
    assert (list(found.inputs), list(found.scores)) == (["n_order_90d"], ["churn"])
    assert (found.n, found.base_rate) == (N, 1)


def test_the_fill_of_an_input_is_a_bin_of_its_own() -> None:
    item = FEATURES["click_rate_90d"]
    values = np.r_[np.full(N // 2, item.fill), np.linspace(0, 1, N // 2)]
    found = reference_of(NO_ORDER, (item,), Sample({item.name: values}, np.ones(N)), values)
    assert found.inputs[item.name].special == (item.fill,)
    assert found.inputs[item.name].shares[0] == 0.5


def first_seen(history: int, seed: int) -> np.ndarray:
    """Days since the first act that the data knows, of a shop that is older than its data and loses and finds as many
    people as ever: each acts about monthly, for five years or so."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < N:
        began = rng.exponential(5 * 365)
        acts = began - np.cumsum(rng.exponential(30, 400))
        known = acts[(acts > 0) & (acts < history)]
        # The population: people who acted within the year.
        if len(known) and known.min() <= 365:
            found.append(known.max())
    return np.floor(np.array(found))


def index(item: Input, days: int) -> float:
    """How far the input moves in a year that adds nothing but history."""

    def values(history: int, seed: int) -> np.ndarray:
        seen = first_seen(history, seed)
        return np.minimum(seen, days) if "least(" in item.sql else seen

    found = reference_of(NO_ORDER, (item,), Sample({item.name: values(JUDGED, 1)}, np.ones(N)), np.linspace(0, 1, N))
    bins = found.inputs[item.name]
    return moved(bins, N, list(count_people(bins, values(LATER, 2))))[0]


def test_an_input_of_history_cannot_drift_by_the_growth_of_history_alone() -> None:
    names = [i.name for i in FEATURES.values() if i.is_of_history]
    assert names == ["days_since_first_order", "tenure_days"]
    for item in choose_inputs(names, TRAINED):
        assert f", {TRAINED})" in item.sql
        assert index(item, TRAINED) < 0.1
    # Without its end it would: a year of history more is an alarm.
    uncut = replace(FEATURES["days_since_first_order"], is_of_history=False)
    assert index(uncut, TRAINED) > 0.25
