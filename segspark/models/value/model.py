"""Customer value as a value: what orders are to come of a buyer, when, and what they are worth."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.models.model import Fitted, Model, Refused, Score, Trained
from segspark.models.monitoring.since import since_training
from segspark.models.value.config import CustomerValue
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.sections import value_sections
from segspark.sections import Section

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.card import Content
    from segspark.models.tracking import Loaded
    from segspark.models.version import Version
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View


def _train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
    from segspark.models.value.training import train_on_day

    return train_on_day(step, step.settings.models.of(VALUE))


def _score(view: "View", model: "Loaded", people: "DataFrame") -> "DataFrame":
    from segspark.models.value.stage import score_value

    return score_value(model.model, people)


def _inputs(view: "View", model: "Loaded", people: "DataFrame") -> "DataFrame":
    from segspark.models.value.compared import compared_inputs

    return compared_inputs(people)


def _sections(view: "View", state: Trained[ValueDocuments] | Refused | None) -> tuple[Section, ...]:
    if not isinstance(state, Trained):
        return value_sections(state)
    # Its scores are no probabilities of what happens in a window, so none is judged.
    since = since_training(view, VALUE.name, state.model_version, state.as_of, view.as_of, view.settings.monitoring)
    return value_sections(state, since)


def _card(version: "Version[ValueDocuments]") -> "Content":
    from segspark.models.value.card import value_card

    return value_card(version)


VALUE: Model[CustomerValue, ValueDocuments] = Model(
    name="customer_value",
    config=CustomerValue,
    train=_train,
    outputs=(
        Score("p_alive", band="alive_band"),
        Score("expected_orders", horizon="horizon_days"),
        Score("value_cents", horizon="horizon_days"),
        Score("days_to_order"),
        Score("days_to_order_low"),
        Score("days_to_order_high"),
    ),
    documents=ValueDocuments,
    score=_score,
    inputs=_inputs,
    sections=_sections,
    card=_card,
)
