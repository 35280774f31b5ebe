"""What report and card say of the hazard beside BG/NBD, in French and English."""

from collections.abc import Mapping

from segspark.models.card import Percent, Said, Value
from segspark.models.value.hazard import HazardContest
from segspark.sections import Number, Words

TITLE: Words = {"fr": "Un modèle avec saisons, pour comparer", "en": "A model with seasons, for comparison"}
# Filled with figures of the window.
JUDGED: Words = {
    "fr": "Chance de commander au moins une fois dans les {n_days} jours depuis le {cut} : {observed} des clients l'ont fait. "
    "BG/NBD en annonce {announced_bgnbd} (log-perte {loss_bgnbd}, AUC {auc_bgnbd}) ; un modèle par périodes de 30 jours, qui "
    "connaît les soldes, {announced_hazard} (log-perte {loss_hazard}, AUC {auc_hazard}).",
    "en": "Chance of an order in the {n_days} days from {cut} on: {observed} of the customers made one. BG/NBD states "
    "{announced_bgnbd} (log-loss {loss_bgnbd}, AUC {auc_bgnbd}); a model by periods of 30 days, which knows sales, "
    "{announced_hazard} (log-loss {loss_hazard}, AUC {auc_hazard}).",
}
# By the interval of the difference of both log-losses.
VERDICT: Mapping[str, Words] = {
    "better": {
        "fr": "Le modèle avec saisons prédit nettement mieux qui commande (intervalle à 95 %). Il sert de comparaison et ne donne "
        "aucun score : prenez avec prudence les chances et les dates du modèle en service.",
        "en": "The model with seasons predicts clearly better who orders (95% interval). It is a comparison and gives no score: "
        "take chances and dates of the model in use with care.",
    },
    "worse": {
        "fr": "Le modèle avec saisons prédit nettement moins bien qui commande (intervalle à 95 %).",
        "en": "The model with seasons predicts clearly worse who orders (95% interval).",
    },
    "open": {
        "fr": "Aucun des deux ne prédit nettement mieux qui commande (intervalle à 95 %).",
        "en": "Neither predicts clearly better who orders (95% interval).",
    },
}
WHY: Mapping[str, Words] = {
    "history": {
        "fr": "Le modèle avec saisons n'a pas été comparé : {needed} périodes de 30 jours avant la comparaison sont nécessaires, il "
        "y en a {n}.",
        "en": "The model with seasons was not compared: {needed} periods of 30 days before the comparison are needed, there are {n}.",
    },
    "few_people": {
        "fr": "Le modèle avec saisons n'a pas été comparé : {needed} clients doivent avoir commandé, et {needed} ne pas l'avoir fait.",
        "en": "The model with seasons was not compared: {needed} customers must have ordered, and {needed} must not.",
    },
    "no_fit": {
        "fr": "Le modèle avec saisons n'a pas été comparé : BG/NBD n'a pas pu être ajusté à cette date.",
        "en": "The model with seasons was not compared: BG/NBD could not be fitted as of that day.",
    },
}


def sentences(contest: HazardContest) -> tuple[Said, ...]:
    """The figures of both and the verdict, or why nothing was compared."""
    if contest.bgnbd is None or contest.hazard is None:
        return (Said(WHY[contest.why], {name: str(value) for name, value in (contest.values or {}).items()}),)
    values: dict[str, Value] = {
        "n_days": str(contest.days), "cut": contest.cut, "observed": Percent(contest.observed),
    }  # fmt: skip
    for name, found in (("bgnbd", contest.bgnbd), ("hazard", contest.hazard)):
        values |= {
            f"announced_{name}": Percent(found.announced),
            f"loss_{name}": Number(found.log_loss, 3),
            f"auc_{name}": Number(found.roc_auc, 3),
        }
    return Said(JUDGED, values), Said(VERDICT[contest.verdict])
