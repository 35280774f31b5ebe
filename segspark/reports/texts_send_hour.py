"""The texts of refusals of the send hour, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "refused_few_with_two_days": (
        "{n} personnes ont cliqué à deux dates ou plus, il en faut {needed}.",
        "{n} people clicked on two days or more where {needed} are needed.",
    ),
    "refused_no_better_than_list": (
        "Les heures propres à chacun ne prédisent pas mieux les clics suivants que les heures de toute la liste (gain de "
        "log-vraisemblance par clic {gain}, de {low} à {high}).",
        "Hours of each person predict later clicks no better than the hours of the whole list do (gain in log-likelihood per "
        "click {gain}, from {low} to {high}).",
    ),
}
