"""The contest of the hurdle with BG/NBD and Gamma-Gamma for value_cents, on the newest ended window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from pyspark.ml import Transformer
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.compute import features_of_days
from segspark.features.engine.windows import with_derived
from segspark.features.resources import CATALOGUE
from segspark.models.propensity.frozen import kinds_of
from segspark.models.propensity.inputs import Input, choose_inputs, columns_of
from segspark.models.propensity.judged import share_of_people
from segspark.models.value.amounts import HURDLE, AmountContest
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.config import CustomerValue
from segspark.models.value.gamma_gamma import GammaGammaFit, fit_gamma_gamma
from segspark.models.value.histories import INPUTS, read_cells, read_spending
from segspark.models.value.hurdle_fit import Hurdle, fit_hurdle, hurdle_stages, valued_by
from segspark.models.value.hurdle_rows import rows_between
from segspark.models.value.judge_amounts import gain_in_r2, judge_amounts
from segspark.models.value.prediction import CENTS, Prediction
from segspark.models.value.value import YEAR_DAYS, Horizon
from segspark.pipeline.step import Step

# Fewest days before the older of both cuts: of a shorter past all people look alike.
LEAST_BEFORE = 30


@dataclass(frozen=True)
class Outcome:
    """Attributes:
    stages: of the pipeline, behind BG/NBD's; empty where that stays.
    columns: of the feature frame that they look at.
    """

    contest: AmountContest
    stages: tuple[Transformer, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Windows:
    """People at two cuts, each with the window after it: what is learnt from, and what is judged."""

    learn: DataFrame
    judge: DataFrame
    before: DataFrame
    inputs: tuple[Input, ...]
    cut: date


def value_contest(step: Step, config: CustomerValue, today: DataFrame, first: date) -> Outcome:
    """Compare both, and fit the hurdle to both windows where it has won.

    Args:
        today: features of the buyers who permit profiling, as of the step's day.
        first: day of the first order of all.
    """
    days, history = config.horizon_days, (step.as_of - first).days
    needed = 2 * days + LEAST_BEFORE
    if history < needed:
        return Outcome(AmountContest("history", {"n": history, "needed": needed}))
    windows = _windows(step, today, first, days)
    n_learn, n_judge = (_read_counts(rows) for rows in (windows.learn, windows.judge))
    fewest = min(*n_learn, *n_judge)
    if fewest < config.min_repeat_buyers:
        return Outcome(AmountContest("few_people", {"n": fewest, "needed": config.min_repeat_buyers}))
    orders, spending = fit_bgnbd(read_cells(windows.before)), fit_gamma_gamma(read_spending(windows.before))
    if not isinstance(orders, BgNbdFit) or not isinstance(spending, GammaGammaFit):
        return Outcome(AmountContest("no_fit"))
    prediction = Prediction(orders.model, spending.model, Horizon(days))
    hurdle = fit_hurdle(windows.learn, sum(n_learn), n_learn[1])
    contest = _judged(windows, days, _read_valued(valued_by(hurdle, windows.judge), sum(n_judge)), prediction)
    if contest.chosen != HURDLE:
        return Outcome(contest)
    both = windows.learn.unionByName(windows.judge)
    published = fit_hurdle(both, sum(n_learn) + sum(n_judge), n_learn[1] + n_judge[1])
    return _published(contest, windows.inputs, published, config)


def _windows(step: Step, today: DataFrame, first: date, days: int) -> _Windows:
    cut = step.as_of - timedelta(days=days)
    older = cut - timedelta(days=days)
    catalogue = step.context[CATALOGUE]
    inputs = choose_inputs(list(kinds_of(catalogue)), (older - first).days)
    looked_at = catalogue.narrowed({*INPUTS, *columns_of([i.name for i in inputs])})
    people = with_derived(features_of_days(step, [older, cut], looked_at, None), looked_at)
    # Who has withdrawn since is not learnt from, whatever was known at the cuts.
    people = step.checkpoint(people.join(today.select("person_id"), on="person_id", how="left_semi"))
    at_older, at_cut = (people.where(F.col("as_of_date") == F.lit(day)) for day in (older, cut))
    learn, judge = rows_between(at_older, at_cut, inputs), rows_between(at_cut, today, inputs)
    same = judge.select("person_id")
    return _Windows(learn, judge, at_cut.join(same, on="person_id", how="left_semi"), inputs, cut)


def _read_counts(rows: DataFrame) -> tuple[int, int]:
    """Rows without and with the label; one row."""
    row = rows.agg(F.count(F.lit(1)).alias("n"), F.coalesce(F.sum("label"), F.lit(0)).alias("n_label")).collect()[0]
    return row["n"] - row["n_label"], row["n_label"]


def _read_valued(valued: DataFrame, n: int) -> dict[str, np.ndarray]:
    """A bounded sample of the people judged: at most about judged.MOST_PEOPLE."""
    names = ("x", "t_x", "age", "spent", "cents", "hurdle_cents")
    columns = [F.col(name).cast("double") for name in names]
    found = valued.where(share_of_people(n)).orderBy("person_id").select(*columns).toPandas()
    return {name: found[name].to_numpy() for name in names}


def _judged(windows: _Windows, days: int, people: dict[str, np.ndarray], prediction: Prediction) -> AmountContest:
    said = prediction.of(*(people[name] for name in ("x", "t_x", "age", "spent")))[CENTS]
    ours, spent = people["hurdle_cents"], people["cents"]
    return AmountContest(
        cut=windows.cut,
        days=days,
        n=len(spent),
        bgnbd=judge_amounts(said, spent),
        hurdle=judge_amounts(ours, spent),
        gain=gain_in_r2(ours, said, spent),
    )


def _published(contest: AmountContest, inputs: Sequence[Input], hurdle: Hurdle, config: CustomerValue) -> Outcome:
    # Trees say nothing of when within the horizon: what is bought counts as bought in the middle of it.
    discount = (1 + config.yearly_discount) ** (-config.horizon_days / 2 / YEAR_DAYS)
    names = tuple(sorted(columns_of([i.name for i in inputs]) - set(INPUTS)))
    return Outcome(contest, tuple(hurdle_stages(inputs, hurdle, discount)), names)
