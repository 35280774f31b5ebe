"""The texts of refusals of a randomised trial, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "refused_not_declared": (
        "Aucune répartition au hasard n'est déclarée (`shares`) : sans elle, un écart entre les groupes ne dit rien de "
        "l'effet du message.",
        "No randomisation is declared (`shares`): without one, a difference between the arms says nothing of the mail's "
        "effect.",
    ),
    "refused_undeclared_arms": (
        "Des personnes sont dans des groupes qui ne sont pas déclarés : {arms}.",
        "People are in arms that are not declared: {arms}.",
    ),
    "refused_few_in_arm": (
        "Le groupe « {arm} » compte {n} personnes, il en faut {needed}.",
        "The arm {arm} has {n} people where {needed} are needed.",
    ),
    "refused_sample_ratio": (
        "Les effectifs des groupes ne correspondent pas aux parts déclarées (p < 0,001) : des personnes manquent dans l'un "
        "d'eux, ou la répartition n'était pas celle-là.",
        "The sizes of the arms are not those of the declared shares (p < 0.001): people are missing in one of them, or the "
        "split was another one.",
    ),
    "refused_features_differ": (
        "Avant l'envoi, les personnes du groupe « {arm} » différaient déjà des autres (p < 0,001) : la répartition n'était pas "
        "due au hasard.",
        "Before the send the people of the arm {arm} differed from the others already (p < 0.001): the split was not random.",
    ),
    "refused_arm_is_told": (
        "Ce que l'on savait avant l'envoi permet de deviner qui est dans le groupe « {arm} » (AUC {auc}) : la répartition "
        "n'était pas due au hasard.",
        "What was known before the send tells who is in the arm {arm} (AUC {auc}): the split was not random.",
    ),
    "refused_in_two_arms": (
        "{n} personnes sont dans plusieurs groupes à la fois : elles ont reçu ce que leur groupe ne devait pas recevoir.",
        "{n} people are in several arms at once: they were sent what their arm was not to be sent.",
    ),
    "refused_few_outcomes": (
        "{n} personnes seulement ont le résultat le plus rare des deux, il en faut {needed}.",
        "Only {n} people have the rarer of the two outcomes where {needed} are needed.",
    ),
    "refused_window_open": (
        "Les jours qui comptent ne sont pas tous connus : possible à partir du {ready}.",
        "The days that count are not all known yet: possible from {ready}.",
    ),
}
