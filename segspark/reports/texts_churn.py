"""The texts of the section about churn, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "tenths_hidden": (
        "Les dixièmes de la liste ne sont pas montrés : dans l'un d'eux, moins de {k} personnes ont commandé, ou pas.",
        "The tenths of the list are not shown: in one of them fewer than {k} people ordered, or did not.",
    ),
    "churn_intro": (
        "Prédit : aucune commande dans les {days} jours qui suivent. Le modèle est jugé sur {n} clients au {day}, "
        "plus tard que tout ce qu'il a appris ; {rate} d'entre eux n'ont rien commandé.",
        "Predicted: no order within the next {days} days. The model is judged on {n} customers as of {day}, later "
        "than anything it learnt from; {rate} of them ordered nothing.",
    ),
    "churn_came_back": (
        "Sans commande ne veut pas dire parti : {share} de ceux qui n'ont rien commandé dans les {days} jours après le "
        "{cut} ont commandé dans les {later} jours suivants.",
        "No order does not mean gone: {share} of those who ordered nothing within {days} days of {cut} ordered in the "
        "{later} days after that.",
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
    "refused_history_over": (
        "{days} jours d'historique à l'entraînement, il en fallait {needed}. Il y en a assez depuis le {ready} : relancez "
        "l'entraînement.",
        "{days} days of history at the training where {needed} were needed. There are enough since {ready}: train again.",
    ),
    "refused_few_people": (
        "{n} acheteurs observés, il en faut {needed}.",
        "{n} buyers observed where {needed} are needed.",
    ),
    "refused_few_labels": (
        "{churned} acheteurs sur {n} n'ont pas recommandé : il en faut au moins {needed}, et {needed} qui ont recommandé.",
        "{churned} of {n} buyers did not order again: at least {needed} are needed, and {needed} who did.",
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
    "lift_of_orders": ("Lift des 10 % les plus susceptibles de commander", "Lift of the 10% most likely to order"),
    "lift_of_orders_note": ("Fois plus de commandes que la moyenne.", "Times as many order as on average."),
    "lift_of_none": ("Lift des 10 % les moins susceptibles de commander", "Lift of the 10% least likely to order"),
    "lift_of_none_note": (
        "Fois plus souvent sans commande que la moyenne.",
        "Times as often without an order as on average.",
    ),
    "brier": ("Brier", "Brier"),
    "brier_note": ("Erreur des probabilités ; 0 est parfait.", "Error of the probabilities; 0 is perfect."),
    "verdict_better": (
        "Le modèle classe mieux que la seule récence (PR-AUC {change}).",
        "The model ranks better than recency alone (PR-AUC {change}).",
    ),
    "verdict_mixed": (
        "Le modèle ne l'emporte pas partout sur la seule récence (PR-AUC {change}) : voyez où dans le tableau.",
        "The model is not better than recency alone everywhere (PR-AUC {change}): the table shows where.",
    ),
    "verdict_worse": (
        "Le modèle ne fait pas mieux que la seule récence (PR-AUC {change}) : préférez une règle simple.",
        "The model does no better than recency alone (PR-AUC {change}): prefer a simple rule.",
    ),
    "lift": ("Lift par décile", "Lift by decile"),
    "lift_note": (
        "Combien de fois plus souvent sans commande que la moyenne, du dixième où c'est le plus probable au moins probable.",
        "How many times as often without an order as on average, from the tenth where that is most likely to the least.",
    ),
    "lift_axis": ("lift (fois la moyenne)", "lift (times the average)"),
    "decile_axis": (
        "dixième des clients, 1 = le moins susceptible de commander",
        "tenth of the customers, 1 = least likely to order",
    ),
    "average": ("moyenne", "average"),
    "calibration": ("Fiabilité des probabilités", "Reliability of the probabilities"),
    "predicted_axis": ("sans commande, prédit (%)", "no order, predicted (%)"),
    "observed_axis": ("sans commande, observé (%)", "no order, observed (%)"),
    "perfect": ("prédit = observé", "predicted = observed"),
    "calibration_note": (
        "Chaque point est un dixième des clients ; sur la diagonale, une probabilité annoncée de 30 % se réalise "
        "30 fois sur 100.",
        "Each point is a tenth of the customers; on the diagonal, an announced 30% comes true 30 times in 100.",
    ),
    "importances": ("Ce qui pèse le plus", "What weighs most"),
    "importances_note": (
        "Part de chaque mesure dans les décisions du modèle ; ce n'est pas une cause.",
        "Each measure's part in the model's decisions; it is no cause.",
    ),
}
