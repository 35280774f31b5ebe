"""A data card in sentences, in French and English."""

from collections.abc import Iterator
from datetime import date

from segspark.models.propensity.cuts import RECENT, TRAIN, VALIDATE
from segspark.models.training_sets.card import SetCard
from segspark.sections import Words

_TITLE = {"fr": "Jeu d'entraînement {id}", "en": "Training set {id}"}
_LABEL = {
    "fr": "Étiquette : 1 pour {predicted} (à partir de la date de coupe{gap}), 0 sinon ; d'après {measure}, tel que connu "
    "le {as_of}.",
    "en": "Label: 1 for {predicted} (from the cut{gap}), else 0; by {measure}, as known on {as_of}.",
}
_GAP = {"fr": ", après un délai de {gap} jours", "en": ", after a gap of {gap} days"}
_PEOPLE = {
    "fr": "Personnes : {population}, tel que connu à la date de coupe ; seules celles qui autorisaient le profilage à cette "
    "date et l'autorisaient encore à la création du jeu. Qui se retire ensuite en sort au traitement du jour suivant.",
    "en": "People: {population}, as known at the cut; only those who permitted profiling at the cut and still did when the "
    "set was made. Whoever withdraws later leaves it with the next day's run.",
}
_CUT = {
    "fr": "Date de coupe {cut} ({role}) : {n} lignes, étiquette 1 pour {share} %",
    "en": "Cut {cut} ({role}): {n} rows, {share}% of them with label 1",
}
_ROLES: dict[str, Words] = {
    TRAIN: {"fr": "apprentissage", "en": "to learn from"},
    RECENT: {
        "fr": "récente : sa fenêtre recouvre celle de la validation",
        "en": "recent: its window overlaps that of the validation",
    },
    VALIDATE: {"fr": "validation", "en": "validation"},
}
_COLUMN = {
    "fr": "Colonne {name} : {meaning} [{unit}], {formula} ; {missing} % de valeurs absentes",
    "en": "Column {name}: {meaning} [{unit}], {formula}; missing in {missing}%",
}
_UNITS = {
    "date": {"fr": "jours de la date à la coupe", "en": "days from the date to the cut"},
    "category": {"fr": "1 si c'est cette valeur, sinon 0", "en": "1 where it is this value, else 0"},
}
_MADE_FROM = {
    "fr": "Fait à partir de : {tables} ; définitions des variables {catalogue} ; segspark {code}.",
    "en": "Made from: {tables}; definitions of features {catalogue}; segspark {code}.",
}
_LIMITS: tuple[Words, ...] = (
    {
        "fr": "Fuite : les colonnes ne connaissent que les jours avant la coupe. N'y joignez aucune valeur d'un autre jour, "
        "et ne mélangez pas les dates de coupe au hasard entre apprentissage et validation : une même personne y figure "
        "plusieurs fois.",
        "en": "Leakage: columns know only the days before the cut. Join no value of another day to them, and do not split "
        "learning and validation at random over cuts: the same person is there several times.",
    },
    {
        "fr": "L'étiquette peut changer : une commande annulée ou arrivée plus tard n'est connue que d'un jeu fait plus tard.",
        "en": "A label may change: what is taken back or arrives later is known only to a set that is made later.",
    },
    {
        "fr": "Les valeurs absentes sont laissées vides ; les valeurs fréquentes d'une catégorie sont choisies d'après le jour "
        "de création.",
        "en": "Missing values stay empty; the frequent values of a category are chosen by the day the set was made.",
    },
    {
        "fr": "Les personnes sans autorisation manquent : un modèle appris ici ne dit rien d'elles, et ne doit pas leur être "
        "appliqué.",
        "en": "People without permission are missing: a model that learns here knows nothing of them, and must not be "
        "applied to them.",
    },
)


def card_lines(card: SetCard, language: str) -> list[str]:
    """The card line by line; French blanks before punctuation are plain.

    Args:
        language: fr or en.
    """
    return list(_lines(card, language))


def _lines(card: SetCard, lang: str) -> Iterator[str]:
    yield _TITLE[lang].format(id=card.dataset_id)
    yield _LABEL[lang].format(
        predicted=card.predicted[lang],
        gap=_GAP[lang].format(gap=card.gap_days) if card.gap_days else "",
        measure=card.label,
        as_of=_day(card.as_of),
    )
    yield _PEOPLE[lang].format(population=card.population)
    for cut in card.cuts:
        share = _percent(cut.n_label / cut.n if cut.n else 0.0, lang)
        yield _CUT[lang].format(cut=_day(cut.cut), role=_ROLES[cut.role][lang], n=cut.n, share=share)
    for column in card.columns:
        unit = _UNITS[column.kind][lang] if column.kind in _UNITS else column.unit
        missing = _percent(column.missing, lang)
        yield _COLUMN[lang].format(
            name=column.name, meaning=column.meaning, unit=unit, formula=column.formula, missing=missing
        )
    tables = ", ".join(f"{name} {version}" for name, version in sorted(card.tables.items()) if version is not None)
    yield _MADE_FROM[lang].format(tables=tables, catalogue=card.catalogue, code=card.code)
    for limit in _LIMITS:
        yield limit[lang]


def _day(day: date) -> str:
    return day.isoformat()


def _percent(share: float, lang: str) -> str:
    text = f"{100 * share:.1f}"
    return text.replace(".", ",") if lang == "fr" else text
