"""The texts of refusals of customer value, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "refused_few_repeat": (
        "{n} clients ont commandé à deux dates ou plus, il en faut {needed}.",
        "{n} buyers ordered on two days or more where {needed} are needed.",
    ),
    "refused_no_repeats": (
        "Personne n'a commandé à deux dates.",
        "Nobody has ordered on two days.",
    ),
    "refused_no_spending": (
        "Aucun des clients qui ont commandé à deux dates n'a dépensé quelque chose.",
        "Nobody who ordered on two days has spent anything.",
    ),
    "refused_no_mean": (
        "Quelques montants sont si grands que la commande moyenne n'a pas de limite.",
        "A few amounts are so large that the mean order has no limit.",
    ),
    "refused_no_convergence": (
        "La recherche des paramètres les plus vraisemblables n'a pas abouti.",
        "The search for the most likely parameters has not ended.",
    ),
    "refused_flat_likelihood": (
        "Des paramètres très différents sont presque aussi vraisemblables : les clients se ressemblent trop, ou sont trop "
        "peu nombreux.",
        "Very different parameters are about as likely: the buyers differ too little, or are too few.",
    ),
}
