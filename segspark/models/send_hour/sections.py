"""What the report shows of send hours: how often clicks fall around people's own hours, or why there are none."""

from collections.abc import Mapping
from typing import Any

from segspark import sections
from segspark.models.model import Refused, Trained
from segspark.models.send_hour.documents import Held, HourDocuments
from segspark.sections import Missing, People, Reason, Section, Share, Table, Words

TITLE = {"fr": "L'heure d'envoi de chacun", "en": "An hour of one's own"}
SHORT = {"fr": "Heure d'envoi", "en": "Send hour"}
NO_MODEL = Missing(
    {
        "fr": "Aucun modèle d'heure d'envoi n'est publié : lancez le flux d'entraînement.",
        "en": "No model of send hours is published: run the training flow.",
    }
)
REFUSED = {
    "fr": "Pas d'heure propre à chacun : le modèle a été refusé",
    "en": "No hours of one's own: the model was refused",
}
COLUMNS: tuple[Words, ...] = (
    {"fr": "Personnes qui ont une heure à elles", "en": "People with an hour of their own"},
    {"fr": "Clics autour de leur heure", "en": "Clicks around their hour"},
    {"fr": "Clics autour de l'heure de la liste", "en": "Clicks around the list's hour"},
)
MEASURED = {
    "fr": "Part de leurs clics à une heure près, sur des jours que le modèle n'a pas vus.",
    "en": "Share of their clicks within an hour of it, on days that the model has not seen.",
}
# Clicks follow mails: nobody clicks at an hour before the mail has come.
FOLLOWS_MAILS = {
    "fr": "Ce sont les heures auxquelles on clique, et l'on clique après avoir reçu un message : seul un essai avec des heures "
    "tirées au hasard dirait ce qu'une autre heure apporte.",
    "en": "These are the hours at which people click, and people click after a mail has come: only a trial with random hours "
    "would tell what another hour brings.",
}


def hour_sections(state: Trained[HourDocuments] | Refused | None) -> tuple[Section, ...]:
    """The section of a day."""
    if state is None:
        return (Section("send_hour", TITLE, NO_MODEL, short=SHORT),)
    if isinstance(state, Refused):
        content = sections.Refused(tuple(map(_reason, state.reasons)), REFUSED)
        return (Section("send_hour", TITLE, content, short=SHORT),)
    documents = state.documents
    notes = (_hours(documents), _gain(documents.held_out), FOLLOWS_MAILS, _version(state))
    return (Section("send_hour", TITLE, _table(documents.held_out), notes=notes, short=SHORT),)


def _table(held: Held) -> Table:
    return Table(COLUMNS, ((People(held.n_published), Share(held.hit_rate), Share(held.list_hit_rate)),), note=MEASURED)


def _hours(documents: HourDocuments) -> Words:
    share = documents.n_published / max(documents.n_people, 1)
    hour = documents.list_hour
    return {
        "fr": f"L'heure de la liste est {hour} h ; {100 * share:.0f} % des personnes qui cliquent en ont une autre, nettement "
        "meilleure : elle leur est donnée (score send_hour).",
        "en": f"The list's hour is {hour:02d}:00; {100 * share:.0f}% of those who click have another one that is clearly "
        "better: it is given to them (score send_hour).",
    }


def _gain(held: Held) -> Words:
    gain = held.over_list
    low, value, high = (f"{number:.3f}" for number in (gain.low, gain.value, gain.high))
    french = {name: text.replace(".", ",") for name, text in (("low", low), ("value", value), ("high", high))}
    return {
        "fr": f"Gain de log-vraisemblance par clic sur les heures de la liste : {french['value']} (de {french['low']} à "
        f"{french['high']}).",
        "en": f"Gain in log-likelihood per click over the hours of the list: {value} (from {low} to {high}).",
    }


def _version(state: Trained[HourDocuments]) -> Words:
    return {"fr": f"Modèle {state.model_version}", "en": f"Model {state.model_version}"}


def _reason(reason: Mapping[str, Any]) -> Reason:
    return Reason(reason["code"], reason["values"])
