"""What report and card say of a challenger beside the model's own trees, in French and English."""

from collections.abc import Mapping

from segspark.models.card import Said, Value
from segspark.models.propensity.trees_contest import TreesContest
from segspark.sections import Number, Words

TITLE: Words = {"fr": "D'autres arbres, pour comparer : {name}", "en": "Other trees, for comparison: {name}"}
# Filled with figures of the judgement.
JUDGED: Words = {
    "fr": "Avec {name} à la place des arbres du modèle, sur les mêmes personnes et les mêmes données, la log-loss est de {loss}, "
    "l'AUC de {auc} et l'erreur de calibration au-delà du hasard de {excess}. Le modèle a une log-loss de {loss_model} et une "
    "AUC de {auc_model}.",
    "en": "With {name} in the place of the model's trees, on the same people and the same data, the log-loss is {loss}, the AUC "
    "{auc}, and the calibration error beyond chance {excess}. The model has a log-loss of {loss_model} and an AUC of "
    "{auc_model}.",
}
# By the interval of the difference of both log-losses.
VERDICT: Mapping[str, Words] = {
    "better": {
        "fr": "{name} prédit nettement mieux (intervalle à 95 % de la différence). Il sert de comparaison et ne donne aucun score.",
        "en": "{name} predicts clearly better (95% interval of the difference). It is a comparison and gives no score.",
    },
    "worse": {
        "fr": "{name} prédit nettement moins bien (intervalle à 95 % de la différence).",
        "en": "{name} predicts clearly worse (95% interval of the difference).",
    },
    "open": {
        "fr": "Aucun des deux ne prédit nettement mieux (intervalle à 95 % de la différence).",
        "en": "Neither predicts clearly better (95% interval of the difference).",
    },
}
WHY: Mapping[str, Words] = {
    "failed": {
        "fr": "{name} n'a pas été comparé : son ajustement a échoué ({error}). Le modèle n'en dépend pas.",
        "en": "{name} was not compared: its fit failed ({error}). The model does not depend on it.",
    },
    "connect": {
        "fr": "{name} n'a pas été comparé : il ne peut pas être ajusté par Spark Connect.",
        "en": "{name} was not compared: it cannot be fitted through Spark Connect.",
    },
    "dynamic_allocation": {
        "fr": "{name} n'a pas été comparé : il ne peut pas être ajusté tant que Spark alloue ses exécuteurs dynamiquement "
        "(spark.dynamicAllocation.enabled).",
        "en": "{name} was not compared: it cannot be fitted while Spark allocates executors dynamically "
        "(spark.dynamicAllocation.enabled).",
    },
}


def sentences(contest: TreesContest) -> tuple[Said, ...]:
    """The figures of both and the verdict, or why nothing was compared."""
    judged, model = contest.judged, contest.model
    name: dict[str, Value] = {"name": contest.name}
    if judged is None or model is None:
        return (Said(WHY[contest.why], {**name, **(contest.values or {})}),)
    values: dict[str, Value] = {
        "loss": Number(judged.log_loss.value, 3),
        "auc": Number(judged.roc_auc.value, 3),
        "excess": Number(max(judged.calibration.excess, 0.0), 3),
        "loss_model": Number(model.log_loss, 3),
        "auc_model": Number(model.roc_auc, 3),
    }
    return Said(JUDGED, name | values), Said(VERDICT[model.log_loss_gain.verdict], name)
