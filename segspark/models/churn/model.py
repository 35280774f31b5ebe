"""Churn as a value: who will not buy within the label window."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.models.churn.config import Churn
from segspark.models.churn.documents import ChurnDocuments
from segspark.models.churn.inputs import columns_of
from segspark.models.churn.sections import churn_sections
from segspark.models.model import Fitted, Former, Model, Refused, Score, Trained
from segspark.sections import Section

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.tracking import Loaded
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View


def _train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
    from segspark.models.churn.training import train_on_day

    return train_on_day(step, step.settings.models.of(CHURN))


def _score(view: "View", model: "Loaded", people: "DataFrame") -> "DataFrame":
    from segspark.models.churn.train import score_churn

    scored = score_churn(model.model, people, view.settings.models.of(CHURN).active_days)
    return scored.withColumnRenamed("band", CHURN_RISK.band)


def _sections(view: "View", state: Trained[ChurnDocuments] | Refused | None) -> tuple[Section, ...]:
    return churn_sections(state)


CHURN_RISK = Score("churn", band="churn_band", horizon="label_days")
CHURN: Model[Churn, ChurnDocuments] = Model(
    name="churn",
    config=Churn,
    train=_train,
    outputs=(CHURN_RISK,),
    documents=ChurnDocuments,
    score=_score,
    needs=columns_of,
    sections=_sections,
    formerly=(Former("churn"),),
)
