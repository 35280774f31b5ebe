"""Training of customer value on a day: the gates, both fits, the hold-out, and what is recorded of them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame

from segspark.features.compute import features_of_days
from segspark.features.people import people_of_day
from segspark.features.resources import CATALOGUE
from segspark.models.model import Fitted, Refused
from segspark.models.value.backtest import measure_holdout
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.compared import read_reference
from segspark.models.value.config import CustomerValue
from segspark.models.value.date_coverage import date_coverage
from segspark.models.value.documents import Part, ValueDocuments
from segspark.models.value.gamma_gamma import GammaGammaFit, Spending, fit_gamma_gamma
from segspark.models.value.gates import Gate, check_gates, refusal
from segspark.models.value.hazard import HazardContest
from segspark.models.value.hazard_contest import hazard_contest
from segspark.models.value.histories import (
    INPUTS,
    IS_BUYER,
    Buyers,
    next_orders,
    of_permitting,
    read_after,
    read_buyers,
    read_cells,
    read_spending,
)  # fmt: skip
from segspark.models.value.holdout import Holdout
from segspark.models.value.hurdle_contest import Outcome, value_contest
from segspark.models.value.prediction import Prediction
from segspark.models.value.stage import ValueStage
from segspark.models.value.value import Horizon
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold, silver


@dataclass(frozen=True)
class Both:
    """The fits of a day."""

    orders: BgNbdFit
    spending: GammaGammaFit
    amounts: Spending


@dataclass(frozen=True)
class Challengers:
    """What was asked for beside; None where it was not."""

    amounts: Outcome | None
    hazard: HazardContest | None


def train_on_day(step: Step, config: CustomerValue) -> Fitted | Refused:
    """Fit the models to the buyers of the step's day, unless a gate is closed."""
    today = step.read_day(gold.FEATURES, step.as_of).select("person_id", "as_of_date", *INPUTS)
    today = step.checkpoint(of_permitting(step, today))
    buyers = read_buyers(today)
    gates = check_gates(buyers.n_repeat, buyers.first, step.as_of, config)
    if gates:
        return refusal(gates)
    fits = _fit(today)
    if isinstance(fits, Gate):
        return refusal([fits])
    assert buyers.first is not None
    days = holdout_days((step.as_of - buyers.first).days, config.horizon_days)
    amounts = value_contest(step, config, today, buyers.first) if config.hurdle else None
    hazard = hazard_contest(step, config, today, buyers.first, days) if config.hazard else None
    challengers = Challengers(amounts, hazard)
    return _fitted(step, config, today, buyers, fits, _read_holdout(step, today, days), challengers)


def holdout_days(history_days: int, horizon_days: int) -> int:
    """The last days, which the model of the hold-out does not see: half of the history, and at most the horizon."""
    return min(history_days // 2, horizon_days)


def _fit(today: DataFrame) -> Both | Gate:
    orders = fit_bgnbd(read_cells(today))
    if not isinstance(orders, BgNbdFit):
        return Gate(orders.code, orders.values)
    amounts = read_spending(today)
    spending = fit_gamma_gamma(amounts)
    return (
        Both(orders, spending, amounts) if isinstance(spending, GammaGammaFit) else Gate(spending.code, spending.values)
    )


def _read_holdout(step: Step, today: DataFrame, days: int) -> Holdout | str:
    """How well a model of the days before a cut says what followed; else the code of why there is none."""
    cut = step.as_of - timedelta(days=days)
    before = features_of_days(step, [cut], step.context[CATALOGUE].narrowed(INPUTS), None).where(IS_BUYER)
    after = read_after(before, today, next_orders(step, cut))
    fit = fit_bgnbd(after.cells)
    if not isinstance(fit, BgNbdFit):
        return fit.code
    measured = measure_holdout(fit.model, after.cells, days, after.orders, after.buyers)
    return replace(measured, dates=date_coverage(fit.model, after.cells, after.wait, days))


def _fitted(
    step: Step,
    config: CustomerValue,
    today: DataFrame,
    buyers: Buyers,
    fits: Both,
    measured: Holdout | str,
    others: Challengers,
) -> Fitted:
    horizon = Horizon(config.horizon_days, config.yearly_discount)
    prediction = Prediction(fits.orders.model, fits.spending.model, horizon)
    holdout, correlation = (measured if isinstance(measured, Holdout) else None), fits.amounts.correlation
    amounts = others.amounts
    model = PipelineModel([ValueStage.of(prediction), *(amounts.stages if amounts else ())])
    inputs = (*INPUTS, *(amounts.columns if amounts else ()))
    people = people_of_day(step, inputs).join(today.select("person_id"), on="person_id", how="left_semi")
    documents = ValueDocuments(
        prediction.as_dict(),
        Part(fits.orders.errors, fits.orders.log_likelihood, buyers.n),
        Part(fits.spending.errors, fits.spending.log_likelihood, round(fits.amounts.n_people)),
        buyers.n_repeat,
        correlation if correlation == correlation else None,
        holdout,
        measured if isinstance(measured, str) else "",
        inputs,
        amounts.contest if amounts else None,
        others.hazard,
        read_reference(model, people),
    )
    metrics = _metrics(documents)
    return Fitted(
        model=model,
        sample=_read_by(step, documents.inputs),
        params={**config.model_dump(mode="json"), "value_by": documents.value_by},
        metrics=metrics,
        documents=documents,
        files={},
        data_versions={
            table.name: {"version": step.facts(table).version, "rows": step.facts(table).rows}
            for table in (gold.FEATURES, silver.CONSENTS)
        },
        label_end=step.as_of,
        # Every version sees all orders there are, so the newest knows most.
        ranks_by="as_of_day",
        ranking=float(step.as_of.toordinal()),
        allow_champion=holdout is None or abs(holdout.error) <= config.max_error,
        outcome={"value_metrics": {name: round(v, 4) for name, v in metrics.items()}},
        note=_note(documents),
    )


def _read_by(step: Step, inputs: tuple[str, ...]) -> DataFrame:
    """The stored columns that a version reads, without rows."""
    stored = [column.name for column in step.context[CATALOGUE].narrowed(inputs).stored_columns()]
    return step.read_day(gold.FEATURES, step.as_of).select("as_of_date", *stored).limit(0)


def _metrics(documents: ValueDocuments) -> dict[str, float]:
    found = {
        **documents.prediction["orders"],
        **documents.prediction["spending"],
        "log_likelihood": documents.orders.log_likelihood,
        "spending_log_likelihood": documents.spending.log_likelihood,
        "n_buyers": float(documents.orders.n),
        "n_repeat_buyers": float(documents.n_repeat),
    }
    if documents.correlation is not None:
        found["correlation"] = documents.correlation
    if documents.holdout is not None:
        found |= {"holdout_error": documents.holdout.error, "holdout_buyers_error": documents.holdout.buyers_error}
        found |= {f"dates_{row.share * 100:.0f}": row.measured for row in documents.holdout.dates}
    for contest in (documents.amounts, documents.hazard):
        found |= contest.metrics if contest else {}
    return found


def _note(documents: ValueDocuments) -> str:
    holdout, correlation = documents.holdout, documents.correlation
    told = f"version {{version}}: {documents.orders.n} buyers, {documents.n_repeat} of them on two days"
    if holdout is None:
        told += f", no hold-out ({documents.why_no_holdout})"
    else:
        told += (
            f", {holdout.predicted:.0f} order days predicted of {holdout.actual:.0f} in the last {holdout.days:g} days "
            f"({holdout.error:+.1%})"
        )
    if documents.amounts is not None:
        told += f"; value_cents by {documents.value_by}"
        if documents.amounts.gain is not None:
            told += f" (R2 of the hurdle higher by {documents.amounts.gain})"
        else:
            told += f" ({documents.amounts.why})"
    if documents.hazard is not None:
        gain, why = documents.hazard.gain, documents.hazard.why
        told += f"; log-loss of the hazard lower by {gain}" if gain else f"; hazard not compared ({why})"
    if documents.shows_no_stopping:
        told += "; nobody is seen to stop, so p_alive is 1 for everybody"
    if documents.is_correlated:
        told += f"; frequency and amount are correlated ({correlation:.2f}), so amounts are less sure"
    return told
