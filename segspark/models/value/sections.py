"""What the report shows of customer value: how far its last prediction was from what happened, or why it was refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from segspark import sections
from segspark.models.model import Refused, Trained
from segspark.models.monitoring.since import SinceTraining
from segspark.models.value.challenger_sections import amounts_section, hazard_notes
from segspark.models.value.documents import ValueDocuments
from segspark.models.value.holdout import MOST_REPEATS, Holdout, HoldoutRow
from segspark.models.value.since_words import since_notes
from segspark.sections import Cell, Missing, Number, People, Reason, Section, Share, Table, Words

TITLE = {"fr": "Commandes à venir et leur valeur", "en": "Orders to come and their value"}
SHORT = {"fr": "Valeur client", "en": "Customer value"}
NO_MODEL = Missing(
    {
        "fr": "Aucun modèle de valeur client n'est publié : lancez le flux d'entraînement.",
        "en": "No model of customer value is published: run the training flow.",
    }
)
NO_HOLDOUT = Missing(
    {
        "fr": "Le modèle n'a pas pu être comparé à des jours qu'il n'a pas vus : ses prévisions restent à vérifier.",
        "en": "The model could not be compared with days that it has not seen: its predictions are yet to be checked.",
    }
)
NO_STOPPING = {
    "fr": "Les données ne montrent le départ de personne : chacun compte comme client actif.",
    "en": "The data show nobody's stopping: everybody counts as an active customer.",
}
REFUSED = {
    "fr": "Pas de valeur client : le modèle a été refusé",
    "en": "No customer value: the model was refused",
}
COLUMNS: tuple[Words, ...] = (
    {"fr": "Jours de commande d'avant, après le premier", "en": "Order days before, after the first one"},
    {"fr": "Personnes", "en": "People"},
    {"fr": "Jours de commande prédits", "en": "Order days predicted"},
    {"fr": "Jours de commande observés", "en": "Order days made"},
)
DATES = {"fr": "Dates de prochaine commande : dit et tenu", "en": "Dates of next orders: stated and kept"}
DATES_SHORT = {"fr": "Dates de commande", "en": "Order dates"}
DATE_COLUMNS: tuple[Words, ...] = (
    {"fr": "Commande d'ici la date, probabilité visée", "en": "An order by the date, probability aimed at"},
    {"fr": "Personnes", "en": "People"},
    {"fr": "Probabilité annoncée", "en": "Stated probability"},
    {"fr": "Ont commandé d'ici là", "en": "Ordered by then"},
)
WHOLE_DAYS = {
    "fr": "Chaque client a sa propre date pour chaque probabilité. Les dates tombent sur des jours entiers : la probabilité "
    "annoncée dépasse donc un peu celle visée. Seules comptent les dates déjà passées à la fin des jours observés.",
    "en": "Each customer has a date of their own for each probability. Dates are whole days, so the stated probability is a "
    "little above the one aimed at. Only dates that had passed by the end of the days observed count.",
}


def value_sections(
    state: Trained[ValueDocuments] | Refused | None, since: SinceTraining | None = None
) -> tuple[Section, ...]:
    """The section of a day.

    Args:
        since: what the model has shown since its training.
    """
    if not isinstance(state, Trained):
        return (Section("value", TITLE, _nothing(state), short=SHORT),)
    documents = state.documents
    holdout = documents.holdout
    content = NO_HOLDOUT if holdout is None else _table(holdout)
    notes = [] if holdout is None else [_error(holdout), _buyers(holdout)]
    if documents.shows_no_stopping:
        notes.append(NO_STOPPING)
    if documents.is_correlated:
        notes.append(_correlation(documents))
    if documents.hazard is not None:
        notes.extend(hazard_notes(documents.hazard))
    notes.extend(since_notes(since))
    notes.append({"fr": f"Modèle {state.model_version}", "en": f"Model {state.model_version}"})
    section = Section("value", TITLE, content, notes=tuple(notes), short=SHORT)
    dates = [] if holdout is None or not holdout.dates else [_dates(holdout)]
    return (section, *dates, *([] if documents.amounts is None else [amounts_section(documents.amounts)]))


def _dates(holdout: Holdout) -> Section:
    rows = tuple(
        (f"{row.share * 100:.0f} %", People(row.n), Share(row.stated), Share(row.measured)) for row in holdout.dates
    )
    return Section("value_dates", DATES, Table(DATE_COLUMNS, rows), notes=(WHOLE_DAYS,), short=DATES_SHORT)


def _nothing(state: Refused | None) -> object:
    return NO_MODEL if state is None else sections.Refused(tuple(map(_reason, state.reasons)), REFUSED)


def _table(holdout: Holdout) -> Table:
    total: tuple[Cell, ...] = (
        "Total", People(holdout.n), Number(holdout.predicted), Number(holdout.actual),
    )  # fmt: skip
    return Table(COLUMNS, (*map(_row, holdout.rows), total))


def _row(row: HoldoutRow) -> tuple[Cell, ...]:
    repeats = f"{row.x}+" if row.x == MOST_REPEATS else str(row.x)
    return repeats, People(row.n), Number(row.predicted), Number(row.actual)


def _error(holdout: Holdout) -> Words:
    days, error = f"{holdout.days:g}", holdout.error
    if error == float("inf"):
        return {
            "fr": f"Personne n'a commandé dans les {days} jours avant l'entraînement : l'erreur ne peut se dire.",
            "en": f"Nobody ordered in the {days} days before the training: there is no telling the error.",
        }
    size = f"{abs(error):.0%}"
    more = {"fr": "de trop", "en": "too many"} if error > 0 else {"fr": "de moins", "en": "too few"}
    pace = holdout.pace / holdout.actual - 1
    return {
        "fr": f"Calé sur les jours d'avant, le modèle a prédit {size.replace('%', ' %')} de jours de commande {more['fr']} "
        f"que les {days} jours suivants n'en ont eu. Au rythme passé de chacun, sans départ, l'écart serait de "
        f"{f'{pace:+.0%}'.replace('%', ' %')}.",
        "en": f"Fitted on the days before, the model predicted {size} {more['en']} order days for the {days} days that "
        f"followed. At everybody's past pace, if nobody left, the difference would be {pace:+.0%}.",
    }


def _buyers(holdout: Holdout) -> Words:
    expected, seen = holdout.predicted_buyers / holdout.n, holdout.actual_buyers / holdout.n
    return {
        "fr": f"Part de ces clients qui commandent au moins une fois : {expected:.0%} prédits, {seen:.0%} observés.".replace(
            "%", " %"
        ),
        "en": f"Share of these buyers with an order at all: {expected:.0%} predicted, {seen:.0%} seen.",
    }


def _correlation(documents: ValueDocuments) -> Words:
    r = f"{documents.correlation:.2f}"
    return {
        "fr": f"Nombre de commandes et montant moyen sont corrélés ({r.replace('.', ',')}) alors que le modèle les tient "
        "pour indépendants : les montants sont moins sûrs.",
        "en": f"The number of orders and their mean amount are correlated ({r}), while the model takes them for "
        "independent: amounts are less sure.",
    }


def _reason(gate: Mapping[str, Any]) -> Reason:
    """A gate from the record of the run, where its days are text."""
    values = {k: date.fromisoformat(v) if isinstance(v, str) else v for k, v in gate["values"].items()}
    return Reason(gate["code"], values)
