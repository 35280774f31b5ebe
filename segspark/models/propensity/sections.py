"""What the report shows of a model of propensity: how good the model in use is, or why it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark import sections
from segspark.models.model import Refused, Trained
from segspark.models.monitoring.since import SinceTraining
from segspark.models.notes import noted
from segspark.models.propensity.challenger_words import sentences
from segspark.models.propensity.documents import PropensityDocuments
from segspark.models.propensity.outcome import Outcome, OutcomeWords, Words
from segspark.sections import Missing, Reason, Section

NO_MODEL = Missing(
    {
        "fr": "Aucun modèle n'est publié : lancez le flux d'entraînement.",
        "en": "No model is published: run the training flow.",
    }
)
REFUSED = {
    "fr": "Pas de probabilité : le modèle a été refusé",
    "en": "No probability: the model was refused",
}
REFUSED_IN_SHORT = {
    "fr": "{short} : pas de probabilité aujourd'hui, les données ne permettent pas encore d'en répondre.",
    "en": "{short}: no probability today, the data cannot carry that claim yet.",
}


@dataclass(frozen=True)
class PropensityQuality:
    """A model judged on people whose outcome it did not know, with a baseline of recency alone.

    Attributes:
        label_days: days of the window, as the model was trained.
        since: what it has shown since its training.
    """

    label_days: int
    words: OutcomeWords
    documents: PropensityDocuments
    model_version: str = ""
    since: SinceTraining | None = None

    def said(self, words: Words, language: str) -> str:
        return words[language].format(days=self.label_days)


def propensity_sections(
    outcome: Outcome, state: Trained[PropensityDocuments] | Refused | None, since: SinceTraining | None = None
) -> tuple[Section, ...]:
    """The section of a day."""
    content = _content(outcome, state, since)
    words, title = outcome.words, outcome.words.short
    if isinstance(content, PropensityQuality):
        title = {language: content.said(words.title, language) for language in words.title}
    return (Section(outcome.name, title, content, "propensity", _notes(content), words.short),)


def _notes(content: object) -> tuple[Words, ...]:
    """What was fitted beside, if anything was."""
    review = content.documents.review if isinstance(content, PropensityQuality) else None
    return () if review is None or review.challenger is None else tuple(map(noted, sentences(review.challenger)))


def _content(
    outcome: Outcome, state: Trained[PropensityDocuments] | Refused | None, since: SinceTraining | None
) -> object:
    if isinstance(state, Refused):
        takeaway = {
            language: text.format(short=outcome.words.short[language]) for language, text in REFUSED_IN_SHORT.items()
        }
        return sections.Refused(tuple(map(_reason, state.reasons)), REFUSED, takeaway)
    if state is None:
        return NO_MODEL
    days = int(state.record["label_days"])
    return PropensityQuality(days, outcome.words, state.documents, state.model_version, since)


def _reason(gate: Mapping[str, Any]) -> Reason:
    """A gate from the record of the run, where its days are text."""
    values = {k: date.fromisoformat(v) if isinstance(v, str) else v for k, v in gate["values"].items()}
    return Reason(gate["code"], values)
