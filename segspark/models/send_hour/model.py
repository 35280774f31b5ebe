"""The send hour as a value: the hour at which a person clicks, where it is another one than the list's."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.models.model import Fitted, Model, Refused, Score, Trained
from segspark.models.send_hour.config import GROUP, OUTPUT, SendHour
from segspark.models.send_hour.documents import HourDocuments
from segspark.models.send_hour.sections import hour_sections
from segspark.sections import Section

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.tracking import Loaded
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View


def _train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
    from segspark.models.send_hour.training import train_on_day

    return train_on_day(step, step.settings.models.of(SEND_HOUR))


def _score(view: "View", loaded: "Loaded", people: "DataFrame") -> "DataFrame":
    from segspark.models.send_hour.stage import score_hours
    from segspark.models.tracking import read_params

    record = read_params(view.settings.mlflow, loaded.tags["run_id"])
    return score_hours(view, loaded.model, people, int(record["days"]))


def _sections(view: "View", state: Trained[HourDocuments] | Refused | None) -> tuple[Section, ...]:
    if state is None and not view.settings.models.of(SEND_HOUR).trained:
        return ()
    return hour_sections(state)


SEND_HOUR: Model[SendHour, HourDocuments] = Model(
    name="send_hour",
    config=SendHour,
    train=_train,
    outputs=(Score(OUTPUT),),
    documents=HourDocuments,
    score=_score,
    needs=lambda inputs: {*inputs, GROUP},
    sections=_sections,
    is_trained=lambda config: config.trained,
)
