"""Why a version became champion or did not, in words: the codes of ``promotion.Decision`` with their figures."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from segspark.models.card import Said, Value, say
from segspark.sections import Number, People, Words

_CONTEST_FR = "écart de perte {difference}, de {low} à {high} à 95 % (négatif : elle fait mieux)"
_CONTEST_EN = "the loss differs by {difference}, from {low} to {high} at 95% (below zero it is better)"
DECISIONS: Mapping[str, Words] = {
    "no_champion": {
        "fr": "Aucune autre version n'était en service ce jour-là.",
        "en": "No other version was in use on that day.",
    },
    "forced": {"fr": "Mise en service de force.", "en": "Put into use by force."},
    "gates": {
        "fr": "Des exigences ne sont pas remplies : personne ne l'utilise.",
        "en": "Requirements are not met, so nobody uses it.",
    },
    "baseline": {
        "fr": "Elle se trompe plus que ce qui est admis, ou fait moins bien que sa référence.",
        "en": "Its error is larger than what is allowed, or it is worse than its baseline.",
    },
    "won": {
        "fr": f"Sur les mêmes {{n}} lignes, elle fait mieux que la version {{version}} : {_CONTEST_FR}.",
        "en": f"On the same {{n}} rows it is better than version {{version}}: {_CONTEST_EN}.",
    },
    "drawn": {
        "fr": f"Sur les mêmes {{n}} lignes, elle ne fait pas nettement moins bien que la version {{version}} : {_CONTEST_FR}.",
        "en": f"On the same {{n}} rows it is not clearly worse than version {{version}}: {_CONTEST_EN}.",
    },
    "lost": {
        "fr": f"Sur les mêmes {{n}} lignes, elle fait moins bien que la version {{version}} : {_CONTEST_FR}.",
        "en": f"On the same {{n}} rows it is worse than version {{version}}: {_CONTEST_EN}.",
    },
    "conceded": {
        "fr": f"Sur les mêmes {{n}} lignes, l'écart avec la version {{version}} peut être du hasard ({_CONTEST_FR}), mais avec "
        "ce qui a été concédé auparavant il atteint {conceded}, plus que {most}.",
        "en": f"On the same {{n}} rows the difference from version {{version}} may be chance ({_CONTEST_EN}), but with what was "
        "conceded before it comes to {conceded}, more than {most}.",
    },
    "not_scored": {
        "fr": "La version {version}, en service jusque-là, ne peut plus être comparée sur les lignes d'aujourd'hui.",
        "en": "Version {version}, in use until then, cannot be compared on the rows of today.",
    },
    "ranks": {
        "fr": "Elle est au moins aussi bien classée ({metric}) que la version {version}, en service jusque-là.",
        "en": "It ranks at least as high ({metric}) as version {version}, in use until then.",
    },
    "ranks_below": {
        "fr": "Elle est moins bien classée ({metric}) que la version {version}, en service.",
        "en": "It ranks below ({metric}) version {version}, which is in use.",
    },
    "not_ranked": {
        "fr": "La version {version}, en service jusque-là, n'a pas de mesure {metric} à comparer.",
        "en": "Version {version}, in use until then, recorded no {metric} to compare.",
    },
}
_UNKNOWN = say(
    "Une édition antérieure l'a enregistrée sans garder le motif de sa décision.",
    "An earlier release registered it, and kept no reason for its decision.",
)
# What a metric that ranks is called.
_METRICS = {"as_of_day": say("jour de l'entraînement", "day of the training")}


def decided(decision: Mapping[str, Any]) -> Said:
    """The sentence of a stored decision; empty is one of an earlier release."""
    words, values = DECISIONS.get(decision.get("code", "")), decision.get("values", {})
    if words is None or not names_in(words["en"]) <= set(values):
        return _UNKNOWN
    return Said(words, {name: _value(name, value) for name, value in values.items()})


def names_in(text: str) -> set[str]:
    """What a text is filled with."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _value(name: str, value: Any) -> Value:
    if name == "metric":
        return _METRICS.get(value, str(value))
    if isinstance(value, float):
        return Number(value, 4)
    return People(value) if isinstance(value, int) else str(value)
