"""Models of propensity as values: each predicts an outcome, with trees of its own."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.models.model import Fitted, Former, Model, Refused, Score, Trained
from segspark.models.monitoring.since import SinceTraining, since_training
from segspark.models.propensity.challenger import check_installed
from segspark.models.propensity.config import Churn, Engagement, Propensity
from segspark.models.propensity.documents import PropensityDocuments
from segspark.models.propensity.inputs import beside_trees, columns_of
from segspark.models.propensity.outcome import Outcome, window_in
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.propensity.sections import propensity_sections
from segspark.sections import Section

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.card import Content
    from segspark.models.tracking import Loaded
    from segspark.models.version import Version
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View

State = Trained[PropensityDocuments] | Refused | None


def propensity_model(
    outcome: Outcome, config: type[Propensity], formerly: tuple[Former, ...] = ()
) -> Model[Propensity, PropensityDocuments]:
    """The model of an outcome, with one score: its probability and a band."""
    name = outcome.name
    beside = {column for i in beside_trees(outcome) for column in i.columns}
    score = Score(name, band=f"{name}_band", horizon="label_days", reasons=f"{name}_reasons")

    def train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
        from segspark.models.propensity.training import train_on_day

        return train_on_day(step, outcome, step.settings.models.of(model))

    def score_people(view: "View", loaded: "Loaded", people: "DataFrame") -> "DataFrame":
        from segspark.models.propensity.scoring import score_propensity

        return score_propensity(view, loaded, people, outcome, score)

    def inputs_of(view: "View", loaded: "Loaded", people: "DataFrame") -> "DataFrame":
        from segspark.models.propensity.scoring import inputs_of_people

        return inputs_of_people(view, loaded, people, outcome)

    def sections(view: "View", state: State) -> tuple[Section, ...]:
        if state is None and not view.settings.models.of(model).trained:
            return ()
        return propensity_sections(outcome, state, _since(view, name, state))

    def card(version: "Version[PropensityDocuments]") -> "Content":
        from segspark.models.propensity.card import propensity_card

        return propensity_card(outcome, version)

    model: Model[Propensity, PropensityDocuments] = Model(
        name=name,
        config=config,
        train=train,
        outputs=(score,),
        documents=PropensityDocuments,
        score=score_people,
        needs=lambda inputs: columns_of(inputs) | {*outcome.needs, *beside},
        inputs=inputs_of,
        sections=sections,
        card=card,
        formerly=formerly,
        is_trained=lambda config: config.trained,
        check=lambda config: check_installed(name, config.challenger),
    )
    return model


def _since(view: "View", name: str, state: State) -> SinceTraining | None:
    if not isinstance(state, Trained):
        return None
    first_end = window_in(state.record).end(state.as_of)
    return since_training(view, name, state.model_version, first_end, view.as_of, view.settings.monitoring)


CHURN = propensity_model(NO_ORDER, Churn, (Former("churn"),))
ENGAGEMENT_CHURN = propensity_model(NO_ACT, Engagement)
