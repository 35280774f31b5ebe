"""What the report shows of churn: how good the model in use is, or why it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark import sections
from segspark.models.churn.documents import ChurnDocuments
from segspark.models.model import Refused, Trained
from segspark.sections import Missing, Reason, Section

TITLE, SHORT = {"fr": "Sans commande à venir", "en": "No order ahead"}, {"fr": "Sans commande", "en": "No order"}
NO_MODEL = Missing(
    {
        "fr": "Aucun modèle d'achat à venir n'est publié : lancez le flux d'entraînement.",
        "en": "No model of orders ahead is published: run the training flow.",
    }
)
REFUSED = {
    "fr": "Pas de probabilité de commande : le modèle a été refusé",
    "en": "No probability of an order: the model was refused",
}
REFUSED_IN_SHORT = {
    "fr": "Pas de probabilité de commande aujourd'hui : les données ne permettent pas encore d'en répondre.",
    "en": "No probability of an order today: the data cannot carry that claim yet.",
}


@dataclass(frozen=True)
class ChurnQuality:
    """A churn model judged on a later cut, with a baseline of recency alone.

    Attributes:
        label_days: days without a purchase that make a churn, as the model was trained.
    """

    label_days: int
    documents: ChurnDocuments
    model_version: str = ""


def churn_sections(state: Trained[ChurnDocuments] | Refused | None) -> tuple[Section, ...]:
    """The section of a day."""
    content = _content(state)
    title = TITLE
    if isinstance(content, ChurnQuality):
        days = content.label_days
        title = {"fr": f"Sans commande dans les {days} jours", "en": f"No order within {days} days"}
    return (Section("churn", title, content, "churn", short=SHORT),)


def _content(state: Trained[ChurnDocuments] | Refused | None) -> object:
    if isinstance(state, Refused):
        return sections.Refused(tuple(map(_reason, state.reasons)), REFUSED, REFUSED_IN_SHORT)
    if state is None:
        return NO_MODEL
    return ChurnQuality(int(state.record["label_days"]), state.documents, state.model_version)


def _reason(gate: Mapping[str, Any]) -> Reason:
    """A gate from the record of the run, where its days are text."""
    values = {k: date.fromisoformat(v) if isinstance(v, str) else v for k, v in gate["values"].items()}
    return Reason(gate["code"], values)
