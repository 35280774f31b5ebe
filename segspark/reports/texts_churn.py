"""The texts of the section about churn, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "tenths_hidden": (
        "Les dixièmes de la liste ne sont pas montrés : dans l'un d'eux, moins de {k} personnes sont parties ou restées.",
        "The tenths of the list are not shown: in one of them fewer than {k} people left or stayed.",
    ),
    "churn_intro": (
        "Un départ : aucun achat dans les {days} jours qui suivent. Le modèle est jugé sur {n} clients au {day}, "
        "plus tard que tout ce qu'il a appris ; {rate} d'entre eux sont partis.",
        "Churn: no purchase within the next {days} days. The model is judged on {n} customers as of {day}, later "
        "than anything it learnt from; {rate} of them left.",
    ),
    "refused_note": (
        "Un refus est un résultat : mieux vaut pas de score qu'un score qui trompe.",
        "A refusal is a result: no score is better than one that misleads.",
    ),
    "refused_no_order": ("Il n'y a encore aucune commande.", "There is no order yet."),
    "refused_history": (
        "{days} jours d'historique, il en faut {needed} : possible à partir du {ready}.",
        "{days} days of history where {needed} are needed: possible from {ready}.",
    ),
    "refused_few_people": (
        "{n} acheteurs observés, il en faut {needed}.",
        "{n} buyers observed where {needed} are needed.",
    ),
    "refused_few_labels": (
        "{churned} départs sur {n} acheteurs : il faut au moins {needed} départs et {needed} fidèles.",
        "{churned} of {n} buyers left: at least {needed} who left and {needed} who stayed are needed.",
    ),
    "churn_quality": ("Qualité du modèle", "Quality of the model"),
    "metric": ("Mesure", "Metric"),
    "model": ("Modèle", "Model"),
    "baseline": ("Récence seule", "Recency alone"),
    "how_read": ("Lecture", "How to read it"),
    "pr_auc": ("PR-AUC", "PR-AUC"),
    "pr_auc_note": ("Le hasard donne {rate} ; 1 est parfait.", "Chance gives {rate}; 1 is perfect."),
    "roc_auc": ("ROC-AUC", "ROC-AUC"),
    "roc_auc_note": ("Le hasard donne {half} ; 1 est parfait.", "Chance gives {half}; 1 is perfect."),
    "top_decile_lift": ("Lift des 10 % les plus à risque", "Lift of the riskiest 10%"),
    "top_decile_lift_note": ("Fois plus de départs que la moyenne.", "Times as many leave as on average."),
    "brier": ("Brier", "Brier"),
    "brier_note": ("Erreur des probabilités ; 0 est parfait.", "Error of the probabilities; 0 is perfect."),
    "verdict_better": (
        "Le modèle classe mieux que la seule récence (PR-AUC {change}).",
        "The model ranks better than recency alone (PR-AUC {change}).",
    ),
    "verdict_worse": (
        "Le modèle ne fait pas mieux que la seule récence (PR-AUC {change}) : préférez une règle simple.",
        "The model does no better than recency alone (PR-AUC {change}): prefer a simple rule.",
    ),
    "lift": ("Lift par décile", "Lift by decile"),
    "lift_note": (
        "Combien de fois plus de départs que la moyenne, du dixième le plus risqué au moins risqué.",
        "How many times the average share of leavers, from the tenth most at risk to the least.",
    ),
    "lift_axis": ("lift (fois la moyenne)", "lift (times the average)"),
    "decile_axis": ("dixième des clients, 1 = le plus à risque", "tenth of the customers, 1 = most at risk"),
    "average": ("moyenne", "average"),
    "calibration": ("Fiabilité des probabilités", "Reliability of the probabilities"),
    "predicted_axis": ("départs prédits (%)", "predicted to leave (%)"),
    "observed_axis": ("départs observés (%)", "observed to leave (%)"),
    "perfect": ("prédit = observé", "predicted = observed"),
    "calibration_note": (
        "Chaque point est un dixième des clients ; sur la diagonale, un risque annoncé de 30 % se réalise 30 fois "
        "sur 100.",
        "Each point is a tenth of the customers; on the diagonal, an announced risk of 30% comes true 30 times in 100.",
    ),
    "importances": ("Ce qui pèse le plus", "What weighs most"),
    "importances_note": (
        "Part de chaque mesure dans les décisions du modèle ; ce n'est pas une cause.",
        "Each measure's part in the model's decisions; it is no cause.",
    ),
}
