"""A verdict in sentences, in French and English."""

from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.verdict import UpliftVerdict
from segspark.sections import Words

LANGUAGES = ("fr", "en")
_EFFECT = {
    "fr": "Sur {n} personnes mises au hasard dans l'un des deux groupes, le message apporte en moyenne {effect} {outcome} "
    "pour 100 envois (intervalle à 95\u00a0% : {low} à {high}).",
    "en": "Among {n} people put into one of two groups at random, the mail brings {effect} {outcome} per 100 mails on "
    "average (95% interval: {low} to {high}).",
}
_FOUND = {
    "fr": "L'effet n'est pas le même pour tous : chez les {share}\u00a0% où il est attendu le plus fort, il est de {effect} "
    "{outcome} pour 100 envois ({low} à {high}).",
    "en": "The effect is not the same for everybody: on the {share}% on whom the largest is expected, it is {effect} "
    "{outcome} per 100 mails ({low} to {high}).",
}
_NOT_FOUND = {
    "fr": "Aucune différence trouvée : rien ne montre que le message agisse mieux sur certaines personnes que sur d'autres.",
    "en": "No differences found: nothing shows that the mail works better on some people than on others.",
}
_AUDIENCE = {
    "all": {
        "fr": "Envoyez à tous : en moyenne, un envoi rapporte plus qu'il ne coûte.",
        "en": "Send to everybody: on average a mail brings more than it costs.",
    },
    "none": {
        "fr": "N'envoyez à personne : en moyenne, un envoi rapporte moins qu'il ne coûte.",
        "en": "Send to nobody: on average a mail brings less than it costs.",
    },
    "unclear": {
        "fr": "N'envoyez à personne : il n'est pas établi qu'un envoi rapporte plus qu'il ne coûte.",
        "en": "Send to nobody: it is not established that a mail brings more than it costs.",
    },
    "some": {
        "fr": "Envoyez aux {share}\u00a0% où l'effet attendu est le plus fort : c'est mieux que d'envoyer à tous ou à personne.",
        "en": "Send to the {share}% on whom the largest effect is expected: this is better than everybody or nobody.",
    },
}


def sentences(verdict: UpliftVerdict, outcome: Words) -> tuple[Words, ...]:
    """What was seen, whether differences were found, and whom to send to.

    Args:
        outcome: its name in the plural, as in ``{"fr": "visites", "en": "visits"}``.
    """
    n = verdict.n_treated + verdict.n_control
    effect = {
        lang: _EFFECT[lang].format(n=_whole(n, lang), outcome=outcome[lang], **_per_100(verdict.effect, lang))
        for lang in LANGUAGES
    }
    return effect, _difference(verdict, outcome), _advice(verdict)


def _difference(verdict: UpliftVerdict, outcome: Words) -> Words:
    if not verdict.found:
        return _NOT_FOUND
    share = round(100 * verdict.top_share)
    return {
        lang: _FOUND[lang].format(share=share, outcome=outcome[lang], **_per_100(verdict.top, lang))
        for lang in LANGUAGES
    }


def _advice(verdict: UpliftVerdict) -> Words:
    if verdict.policy is not None:
        share = round(100 * verdict.policy.share)
        return {lang: _AUDIENCE["some"][lang].format(share=share) for lang in LANGUAGES}
    is_unclear = verdict.audience == "none" and not verdict.is_effect_clear
    return _AUDIENCE["unclear" if is_unclear else verdict.audience]


def _per_100(estimate: Estimate, language: str) -> dict[str, str]:
    values = {"effect": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: _decimal(100 * value, language) for name, value in values.items()}


def _decimal(value: float, language: str) -> str:
    """4.52 -> ``+4,5`` or ``+4.5``."""
    # Adding zero turns a negative zero into a positive one.
    text = f"{round(value, 1) + 0.0:+.1f}".replace("-", "−")
    return text.replace(".", ",") if language == "fr" else text


def _whole(value: int, language: str) -> str:
    text = f"{value:,}"
    return text.replace(",", "\u202f") if language == "fr" else text
