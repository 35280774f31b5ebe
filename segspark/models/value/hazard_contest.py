"""The hazard judged beside BG/NBD's probability of an order, on the hold-out of customer value."""

from datetime import date

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import SalesPeriod
from segspark.models.evaluate.bootstrap import bootstrap_mean
from segspark.models.evaluate.probabilities import losses, roc_auc
from segspark.models.propensity.judged import share_of_people
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.config import CustomerValue
from segspark.models.value.hazard import Chances, HazardContest
from segspark.models.value.hazard_fit import fit_hazard
from segspark.models.value.histories import order_days
from segspark.models.value.person_periods import PERIOD_DAYS, OrderDays, Seasons
from segspark.pipeline.step import Step
from segspark.time import DAY, day_number

# Of more people a share is looked at, by their ids.
MOST_PEOPLE = 20_000
# The newest periods before the cut, at most; fewer than LEAST are too few seasons of anything.
MOST_PERIODS, LEAST_PERIODS = 36, 3
# A month is looked at if it was seen in two years.
TWO_YEARS = 730


def hazard_contest(step: Step, config: CustomerValue, today: DataFrame, first: date, days: int) -> HazardContest:
    """Fit both to the days before the hold-out, and judge them on it.

    Args:
        today: features of the buyers who permit profiling, as of the step's day.
        first: day of the first order of all.
        days: of the hold-out, the last ones before the step's day.
    """
    cut, begins = step.as_of - days * DAY, period_begins(first, step.as_of - days * DAY)
    if len(begins) < LEAST_PERIODS:
        return HazardContest("history", {"n": len(begins), "needed": LEAST_PERIODS})
    orders = _read_orders(order_days(step, first, step.as_of), today)
    at, known = day_number(cut), orders.before(day_number(cut)).has_ordered
    y = orders.within(at, day_number(step.as_of))[known]
    fewest = int(min(y.sum(), len(y) - y.sum()))
    if fewest < config.min_repeat_buyers:
        return HazardContest("few_people", {"n": fewest, "needed": config.min_repeat_buyers})
    state = orders.before(at).of(known)
    cells = state.cells(at)
    theirs = fit_bgnbd(cells)
    if not isinstance(theirs, BgNbdFit):
        return HazardContest("no_fit")
    calendar = step.settings.calendar
    seasons = Seasons(
        sale_days(calendar.sales_periods, calendar.country), len(begins) * PERIOD_DAYS >= TWO_YEARS
    )  # fmt: skip
    hazard = fit_hazard(orders, begins, seasons)
    ours, bgnbd = hazard.within(state, at, days), 1 - theirs.model.p_no_order(cells, days)
    return HazardContest(
        cut=cut,
        days=days,
        n=len(y),
        n_periods=hazard.n_rows,
        observed=float(y.mean()),
        bgnbd=_chances(bgnbd, y),
        hazard=_chances(ours, y),
        gain=bootstrap_mean(losses(bgnbd, y) - losses(ours, y)),
        inputs=hazard.inputs,
    )


def period_begins(first: date, cut: date) -> list[int]:
    """The beginnings of the periods that end by a cut, the oldest first; a period's worth of days lies before each."""
    n = min(((cut - first).days - PERIOD_DAYS) // PERIOD_DAYS, MOST_PERIODS)
    return [day_number(cut) - PERIOD_DAYS * back for back in range(n, 0, -1)]


def sale_days(periods: tuple[SalesPeriod, ...], country: str) -> frozenset[int]:
    """The sales days of the home market."""
    ours = [p for p in periods if p.market in ("*", country)]
    return frozenset(day for p in ours for day in range(day_number(p.start), day_number(p.end) + 1))


def _read_orders(made: DataFrame, today: DataFrame) -> OrderDays:
    """The order days of at most about MOST_PEOPLE people, of whom it is known since when they permit profiling."""
    n = today.count()
    people = today.where(share_of_people(n, MOST_PEOPLE)).select("person_id", "first_order_date")
    own = made.join(people, on="person_id", how="inner").where(F.col("activity_date") >= F.col("first_order_date"))
    rows = own.orderBy("person_id", "activity_date").select("person_id", "activity_date", "cents").toPandas()
    person, _ = rows["person_id"].factorize()
    day = rows["activity_date"].to_numpy(dtype="datetime64[D]").astype(int)
    return OrderDays(int(person.max(initial=-1)) + 1, np.asarray(person), day, rows["cents"].to_numpy(dtype=float))


def _chances(p: np.ndarray, y: np.ndarray) -> Chances:
    return Chances(float(losses(p, y).mean()), roc_auc(p, y), float(p.mean()))
