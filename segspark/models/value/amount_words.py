"""What report and card say of the contest for value_cents, in French and English."""

from collections.abc import Mapping

from segspark.models.card import Percent, Said, Value
from segspark.models.value.amounts import BGNBD, HURDLE, AmountContest, Amounts
from segspark.sections import Cell, Cents, People, Words

TITLE: Words = {"fr": "Valeur des clients : deux modèles comparés", "en": "Value of customers: two models compared"}
SHORT: Words = {"fr": "Valeur : deux modèles", "en": "Value: two models"}
COLUMNS: tuple[Words, ...] = (
    {"fr": "Dixième des clients, du moins au plus de valeur prévue", "en": "Tenth of the customers, least expected value first"},
    {"fr": "Personnes", "en": "People"},
    {"fr": "BG/NBD : prévu", "en": "BG/NBD: expected"},
    {"fr": "BG/NBD : observé", "en": "BG/NBD: observed"},
    {"fr": "Arbres : prévu", "en": "Trees: expected"},
    {"fr": "Arbres : observé", "en": "Trees: observed"},
)  # fmt: skip
# Filled with window and people, and for each model its R2, its error by tenths, and its total.
JUDGED: Words = {
    "fr": "Valeur moyenne par personne, prévue puis observée, sur les {n_days} jours depuis le {cut} : aucun des deux modèles ne "
    "les a vus. Chaque modèle range les clients à sa façon. BG/NBD explique {r2_bgnbd} de la variance, s'écarte de "
    "{error_bgnbd} en moyenne par dixième et annonce {whole_bgnbd} du total observé ; les arbres expliquent {r2_hurdle}, "
    "s'écartent de {error_hurdle} et annoncent {whole_hurdle}.",
    "en": "Mean value per person, expected and observed, in the {n_days} days from {cut} on, which neither model has seen. Each "
    "model ranks the customers its own way. BG/NBD explains {r2_bgnbd} of the variance, is off by {error_bgnbd} on average "
    "over the tenths, and expects {whole_bgnbd} of the total observed; the trees explain {r2_hurdle}, are off by "
    "{error_hurdle}, and expect {whole_hurdle}.",
}
CHOSEN: Mapping[str, Words] = {
    HURDLE: {
        "fr": "Les valeurs (value_cents) sont celles des arbres : ils expliquent nettement plus (intervalle à 95 %), sans "
        "s'écarter davantage par dixième.",
        "en": "Values (value_cents) are those of the trees: they explain clearly more (95% interval), and are not further off "
        "by tenths.",
    },
    BGNBD: {
        "fr": "Les valeurs (value_cents) restent celles de BG/NBD et Gamma-Gamma : les arbres n'expliquent pas nettement plus "
        "(intervalle à 95 %), ou s'écartent davantage par dixième.",
        "en": "Values (value_cents) remain those of BG/NBD and Gamma-Gamma: the trees do not explain clearly more (95% interval), "
        "or are further off by tenths.",
    },
}
WHY: Mapping[str, Words] = {
    "history": {
        "fr": "Trop peu d'historique pour choisir : {needed} jours depuis la première commande sont nécessaires, il y en a {n}. "
        "Les valeurs (value_cents) sont celles de BG/NBD et Gamma-Gamma.",
        "en": "Too little history to choose: {needed} days since the first order are needed, there are {n}. Values "
        "(value_cents) are those of BG/NBD and Gamma-Gamma.",
    },
    "few_people": {
        "fr": "Trop peu de clients pour choisir : dans chaque fenêtre, {needed} doivent avoir commandé et {needed} ne pas l'avoir "
        "fait. Les valeurs (value_cents) sont celles de BG/NBD et Gamma-Gamma.",
        "en": "Too few customers to choose: in each window, {needed} must have ordered and {needed} must not. Values (value_cents) "
        "are those of BG/NBD and Gamma-Gamma.",
    },
    "no_fit": {
        "fr": "BG/NBD n'a pas pu être ajusté à la date de la comparaison : il n'y a pas eu de choix, et les valeurs (value_cents) "
        "restent les siennes.",
        "en": "BG/NBD could not be fitted as of the day of the comparison: nothing was chosen, and values (value_cents) remain "
        "its own.",
    },
}


def both_of(contest: AmountContest) -> tuple[Amounts, Amounts] | None:
    """BG/NBD's and the trees' figures; None where nothing was compared."""
    return None if contest.bgnbd is None or contest.hurdle is None else (contest.bgnbd, contest.hurdle)


def sentences(contest: AmountContest) -> tuple[Said, ...]:
    """The figures of both and what was chosen, or why nothing was compared."""
    both = both_of(contest)
    if both is None:
        return (Said(WHY[contest.why], {name: str(value) for name, value in (contest.values or {}).items()}),)
    values: dict[str, Value] = {"n_days": str(contest.days), "cut": contest.cut}
    for name, amounts in zip((BGNBD, HURDLE), both, strict=True):
        values |= {
            f"r2_{name}": Percent(amounts.r2),
            f"error_{name}": Percent(amounts.calibration_error),
            f"whole_{name}": Percent(amounts.total_ratio),
        }
    return Said(JUDGED, values), Said(CHOSEN[contest.chosen])


def tenths_of(contest: AmountContest) -> tuple[tuple[Cell, ...], ...]:
    """Rows below COLUMNS; none where nothing was compared."""
    both = both_of(contest)
    if both is None:
        return ()
    return tuple(
        (str(at), People(a.n), Cents(a.announced), Cents(a.observed), Cents(b.announced), Cents(b.observed))
        for at, (a, b) in enumerate(zip(both[0].tenths, both[1].tenths, strict=True), 1)
    )
