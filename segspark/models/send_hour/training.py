"""Training of send hours on a day: clicks of those who permit profiling, the fit, and what is recorded of it."""

from dataclasses import asdict

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.people import people_of_day
from segspark.identity.links import people_as_of
from segspark.models.model import Fitted, Refused
from segspark.models.promotion import GateResult
from segspark.models.send_hour.clicks import count_by_hour, human_clicks, read_clicks
from segspark.models.send_hour.config import GROUP, SendHour
from segspark.models.send_hour.documents import Held, HourDocuments
from segspark.models.send_hour.evaluate import HeldOut
from segspark.models.send_hour.hour_model import HourModel
from segspark.models.send_hour.learn import NoSendHours, SendHours, learn_hours
from segspark.models.send_hour.stage import HourStage
from segspark.pipeline.step import Step
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import silver
from segspark.time import DAY

_SAID = {
    "few_with_two_days": "{n} people clicked on two days; {needed} are needed",
    "no_better_than_list": "the hours of each person predict later clicks no better than the list's do: a gain of {gain:.4f} "
    "nats per click ({low:.4f} to {high:.4f})",
}


def train_on_day(step: Step, config: SendHour) -> Fitted | Refused:
    """Fit the hours of the step's day; refused where they predict later clicks no better than the list's histogram."""
    people = step.checkpoint(_permitting(step).select("person_id", GROUP, f"{PROFILING}_from"))
    clicks = step.checkpoint(human_clicks(step, people, config.days))
    read, names = read_clicks(clicks, people, GROUP, config.max_people, step.as_of - config.days * DAY)
    groups, group = np.unique(np.array(names, dtype=str), return_inverse=True)
    found = learn_hours(read, group, len(groups), config.seed, config.min_probability, config.min_gain)
    if isinstance(found, NoSendHours):
        return _refusal(found)
    model = HourModel(found.prior, tuple(groups.tolist()), config.min_probability, config.min_gain)
    sample = people.join(count_by_hour(clicks), on="person_id", how="inner").drop("person_id", f"{PROFILING}_from")
    return _fitted(step, config, model, found, sample.limit(5))


def _permitting(step: Step) -> DataFrame:
    """The people of the day who permit profiling by the newest records."""
    owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(step.as_of))
    assumed, zone = step.settings.consent.assumed, step.settings.time_zone
    permitting = read_permitting(step.read(silver.CONSENTS), owners, PROFILING, step.as_of, assumed, zone)
    return people_of_day(step, {GROUP}).join(permitting, on="person_id", how="left_semi")


def _refusal(found: NoSendHours) -> Refused:
    reasons = tuple({"code": reason.code, "values": dict(reason.values)} for reason in found.reasons)
    return Refused("refused: " + "; ".join(_SAID[r.code].format(**r.values) for r in found.reasons), reasons)


def _fitted(step: Step, config: SendHour, model: HourModel, found: SendHours, sample: DataFrame) -> Fitted:
    n, n_published = len(found.hours.best_hour), int(found.hours.is_published.sum())
    held = _held(found.held_out)
    metrics = {
        "n_people": float(n), "share_published": n_published / max(n, 1), "list_hour": float(model.list_hour),
        "over_list": held.over_list.value, "over_list_low": held.over_list.low, "over_group": held.over_group.value,
        "hits_gained": held.hits_gained.value, "hits_gained_low": held.hits_gained.low,
        "width": model.prior.width,
    }  # fmt: skip
    gain = held.over_list
    return Fitted(
        model=PipelineModel([HourStage.of(model)]),
        sample=sample,
        params=config.model_dump(),
        metrics=metrics,
        documents=HourDocuments(model.as_dict(), model.list_hour, n, n_published, held, (GROUP,)),
        files={},
        data_versions={
            table.name: {"version": step.facts(table).version, "rows": step.facts(table).rows}
            for table in (silver.EVENTS, silver.CONSENTS)
        },
        label_end=step.as_of,
        ranks_by="over_list",
        ranking=gain.value,
        gates=(GateResult("no_better_than_list", gain.low, 0.0, gain.low > 0, asdict(gain)),),
        expires_after_days=config.days,
        outcome={"send_hour_metrics": {name: round(value, 4) for name, value in metrics.items()}},
        note=f"version {{version}}: the list's hour is {model.list_hour}; {n_published} of {n} people with clicks have "
        f"another one, with a gain of {gain.value:.3f} nats per held-out click ({gain.low:.3f} to {gain.high:.3f})",
    )


def _held(held: HeldOut) -> Held:
    def known(rate: float) -> float | None:
        return None if np.isnan(rate) else float(rate)

    return Held(
        held.n_people, held.n_clicks, held.n_published, held.over_list, held.over_group,
        known(held.hit_rate), known(held.list_hit_rate), held.hits_gained,
    )  # fmt: skip
