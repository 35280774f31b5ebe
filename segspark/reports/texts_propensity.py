"""The texts of the sections about models of propensity, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "tenths_hidden": (
        "Les dixièmes de la liste ne sont pas montrés : dans l'un d'eux, moins de {k} personnes ont commandé, ou pas.",
        "The tenths of the list are not shown: in one of them fewer than {k} people ordered, or did not.",
    ),
    "propensity_intro": (
        "Prédit : {predicted}. Le modèle est jugé sur {n} personnes au {day}, {how} ; {rate} d'entre elles {did}.",
        "Predicted: {predicted}. The model is judged on {n} people as of {day}, {how}; {rate} of them {did}.",
    ),
    "how_next_cut": ("plus tard que tout ce qu'il a appris", "later than anything it learnt from"),
    "how_held_out": (
        "tenues à l'écart de son calibrage, faute d'une date plus récente dont la suite soit connue",
        "held out of its calibration, as there is no later day whose outcome is known",
    ),
    "how_cross_validated": (
        "jugées par validation croisée : chacune par un modèle ajusté aux autres",
        "judged by cross-validation: each by a model fitted to the others",
    ),
    "propensity_came_back": (
        "Cela ne veut pas dire parti : {share} de ceux qui {did} dans les {days} jours après le {cut} sont revenus dans les "
        "{later} jours suivants.",
        "It does not mean gone: {share} of those who {did} within {days} days of {cut} came back in the {later} days after "
        "that.",
    ),
    "refused_note": (
        "Un refus est un résultat : mieux vaut pas de score qu'un score qui trompe.",
        "A refusal is a result: no score is better than one that misleads.",
    ),
    "refused_no_order": ("Personne ne l'a encore fait.", "Nobody has done it yet."),
    "refused_history": (
        "{days} jours d'historique, il en faut {needed} : possible à partir du {ready}.",
        "{days} days of history where {needed} are needed: possible from {ready}.",
    ),
    "refused_history_over": (
        "{days} jours d'historique à l'entraînement, il en fallait {needed}. Il y en a assez depuis le {ready} : relancez "
        "l'entraînement.",
        "{days} days of history at the training where {needed} were needed. There are enough since {ready}: train again.",
    ),
    "refused_few_days": (
        "Trop peu de jours d'envoi dont les {days} jours sont écoulés, l'un après l'autre.",
        "Too few days of sends whose {days} days have ended, one after another.",
    ),
    "refused_few_people": (
        "{n} personnes observées, il en faut {needed}.",
        "{n} people observed where {needed} are needed.",
    ),
    "refused_few_labels": (
        "{churned} personnes sur {n} ont connu ce qui est prédit : il en faut au moins {needed}, et {needed} autres.",
        "{churned} of {n} people had the outcome: at least {needed} are needed, and {needed} who had it not.",
    ),
    "refused_calibration": (
        "Les probabilités s'écartent de {value} de ce qui arrive, hasard déduit, sur {n} personnes ; {bound} est permis.",
        "The probabilities are off by {value} beyond chance, on {n} people; {bound} is allowed.",
    ),
    "refused_skill": (
        "Le modèle ne fait pas mieux que d'annoncer la moyenne à tous (gain de Brier {value}, de {low} à {high}).",
        "The model does no better than announcing the average for everybody (Brier skill {value}, from {low} to {high}).",
    ),
    "refused_loss_recency": (
        "La récence seule annonce aussi bien (gain de log-loss {value}, de {low} à {high}).",
        "Recency alone announces as well (gain in log-loss {value}, from {low} to {high}).",
    ),
    "refused_loss_rfm": (
        "Une régression logistique sur récence, fréquence et montant annonce aussi bien (gain de log-loss {value}, de {low} "
        "à {high}).",
        "A logistic regression on recency, frequency and amount announces as well (gain in log-loss {value}, from {low} to "
        "{high}).",
    ),
    "refused_loss_bgnbd": (
        "Le modèle BG/NBD annonce aussi bien (gain de log-loss {value}, de {low} à {high}).",
        "The BG/NBD model announces as well (gain in log-loss {value}, from {low} to {high}).",
    ),
    "refused_top_tenth": (
        "Dans le dixième le plus probable, {value} contre {bound} pour la récence seule.",
        "In the likeliest tenth {value}, where recency alone has {bound}.",
    ),
    "propensity_quality": ("Qualité du modèle", "Quality of the model"),
    "metric": ("Mesure", "Metric"),
    "model": ("Modèle", "Model"),
    "baseline": ("Récence seule", "Recency alone"),
    "how_read": ("Lecture", "How to read it"),
    "pr_auc": ("PR-AUC", "PR-AUC"),
    "pr_auc_note": ("Le hasard donne {rate} ; 1 est parfait.", "Chance gives {rate}; 1 is perfect."),
    "roc_auc": ("ROC-AUC", "ROC-AUC"),
    "roc_auc_note": ("Le hasard donne {half} ; 1 est parfait.", "Chance gives {half}; 1 is perfect."),
    "rarer_lift": ("Lift du dixième le plus probable", "Lift of the likeliest tenth"),
    "rarer_lift_note": (
        "Fois plus de personnes qui {rarer} que la moyenne.",
        "Times as many people who {rarer} as on average.",
    ),
    "log_loss": ("Log-loss", "Log-loss"),
    "log_loss_note": (
        "Perte des probabilités ; plus bas est mieux. Intervalle à 95 % : {interval}.",
        "Loss of the probabilities; lower is better. 95% interval: {interval}.",
    ),
    "calibration_excess": ("Erreur de calibrage, hasard déduit", "Calibration error beyond chance"),
    "calibration_excess_note": (
        "Écart moyen entre annoncé et observé par dixième ; le hasard seul en donne {by_chance}.",
        "Mean distance of announced and observed by tenth; chance alone gives {by_chance}.",
    ),
    "brier": ("Brier", "Brier"),
    "brier_note": ("Erreur des probabilités ; 0 est parfait.", "Error of the probabilities; 0 is perfect."),
    "verdict_better": (
        "Le modèle remplit toutes les exigences posées avant de l'utiliser (PR-AUC {change} sur la seule récence).",
        "The model meets all that is asked before it is used (PR-AUC {change} over recency alone).",
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
        "Combien de fois plus de personnes qui {did} que la moyenne, du dixième le plus probable au moins probable.",
        "How many times as many people who {did} as on average, from the likeliest tenth to the least likely.",
    ),
    "lift_axis": ("lift (fois la moyenne)", "lift (times the average)"),
    "decile_axis": (
        "dixième des personnes, 1 = le plus probable",
        "tenth of the people, 1 = likeliest",
    ),
    "average": ("moyenne", "average"),
    "calibration": ("Fiabilité des probabilités", "Reliability of the probabilities"),
    "predicted_axis": ("prédit (%)", "predicted (%)"),
    "observed_axis": ("observé (%)", "observed (%)"),
    "perfect": ("prédit = observé", "predicted = observed"),
    "calibration_note": (
        "Chaque point est un dixième des personnes ; sur la diagonale, une probabilité annoncée de 30 % se réalise "
        "30 fois sur 100.",
        "Each point is a tenth of the people; on the diagonal, an announced 30% comes true 30 times in 100.",
    ),
    "since_training": ("Depuis l'entraînement", "Since the training"),
    "since_day": ("Scores du", "Scores of"),
    "since_people": ("Personnes", "People"),
    "since_rate": ("Part observée", "Observed share"),
    "since_score": ("le score lui-même", "the score itself"),
    "since_windows_note": (
        "Les scores utilisés ce jour-là, comparés à ce qui est arrivé depuis ; un jour par semaine, sur les personnes qui "
        "acceptent encore le profilage. Intervalles à 95 %.",
        "The scores that were in use on that day against what has happened since; one day a week, of the people who still "
        "permit profiling. 95% intervals.",
    ),
    "since_changed": (
        "Ce qui est prédit a changé de fréquence : {now} des personnes du {day} {did}, contre {then} à l'entraînement. Les "
        "probabilités risquent d'être décalées d'autant : relancez l'entraînement.",
        "What is predicted has become more or less frequent: of the people of {day}, {now} {did}, against {then} at the "
        "training. The probabilities may be off by as much: train again.",
    ),
    "since_alarm": (
        "Les personnes d'aujourd'hui ne ressemblent plus à celles de l'entraînement (indice de stabilité) : {names}. "
        "Vérifiez les données, puis relancez l'entraînement.",
        "The people of today do not look like those of the training any more (stability index): {names}. Check the data, "
        "then train again.",
    ),
    "since_look": (
        "À surveiller, sans alarme (indice de stabilité) : {names}.",
        "To be watched, no alarm (stability index): {names}.",
    ),
    "since_steady": (
        "Rien d'alarmant : les {n} mesures comparées sont réparties comme à l'entraînement.",
        "Nothing alarming: the {n} measures that are compared are spread as at the training.",
    ),
    "since_not_compared": (
        "Les personnes de ce jour n'ont pas été comparées à celles de l'entraînement.",
        "The people of this day were not compared with those of the training.",
    ),
    "since_no_window": (
        "Aucun score n'est encore vérifié : les premiers {days} jours prédits se terminent le {day}.",
        "No score can be verified yet: the first {days} days that were predicted end on {day}.",
    ),
    "importances": ("Ce qui pèse le plus", "What weighs most"),
    "importances_note": (
        "Part de chaque mesure dans les décisions du modèle ; ce n'est pas une cause.",
        "Each measure's part in the model's decisions; it is no cause.",
    ),
}
