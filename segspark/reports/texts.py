"""All texts of the report in both languages; French spacing is added here, not typed."""

import re
from dataclasses import dataclass

from segspark.reports.data import Language
from segspark.reports.formats import NARROW, NO_BREAK
from segspark.reports.texts_groups import TEXTS as GROUP_TEXTS
from segspark.sections import Words

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    **GROUP_TEXTS,
    "title": ("Segments du {day}", "Segments of {day}"),
    "subtitle": (
        "Ce que l'on savait au matin du {day} : rien de ce jour ni d'après n'est pris en compte.",
        "What was known on the morning of {day}: nothing of that day or later is taken into account.",
    ),
    "contents": ("Sommaire", "Contents"),
    "nav_headline": ("Liste", "List"),
    "nav_sizes": ("Segments", "Segments"),
    "nav_levels": ("Niveaux", "Levels"),
    "nav_rfm": ("RFM", "RFM"),
    "nav_churn": ("Départs", "Churn"),
    "nav_kpis": ("Résultats", "Results"),
    "nav_intake": ("Données", "Data"),
    "nav_glossary": ("Comment lire", "How to read"),
    "missing_section": ("Cette partie manque", "This part is missing"),
    "footer": (
        "segspark · {workspace} · jour {iso} · page sans appel au réseau, sans adresse ni identifiant de personne.",
        "segspark · {workspace} · day {iso} · this page calls no network and holds no address or personal identifier.",
    ),
    "small_groups": (
        "Les groupes de moins de {k} personnes sont notés « < {k} » ; « ≈ » marque un effectif arrondi pour que "
        "ces groupes ne se déduisent pas par soustraction.",
        "Groups below {k} people are shown as “< {k}”; “≈” marks a size that is rounded so that such a group cannot "
        "be found by subtraction.",
    ),
    "more_rows": ("Voir les {n} autres", "Show {n} more"),
    # Takeaways
    "takeaways": ("L'essentiel", "In short"),
    "take_contactable": (
        "{n} personnes sur {total} peuvent recevoir un e-mail ({share}).",
        "{n} of {total} people may be sent an e-mail ({share}).",
    ),
    "take_reason": (
        "Premier motif d'exclusion : {reason} ({n}).",
        "First reason for leaving people out: {reason} ({n}).",
    ),
    "take_growth": (
        "Plus forte hausse d'effectif depuis le {day} : « {name} », {change} ({share}).",
        "Largest rise in people since {day}: “{name}”, {change} ({share}).",
    ),
    "take_fall": (
        "Plus forte baisse d'effectif depuis le {day} : « {name} », {change} ({share}).",
        "Largest fall in people since {day}: “{name}”, {change} ({share}).",
    ),
    "take_churn": (
        "Parmi les 10 % de clients les plus à risque, les départs sont {lift} fois plus fréquents que la moyenne.",
        "Among the 10% of customers ranked most at risk, leaving is {lift} times as frequent as on average.",
    ),
    "take_refused": (
        "Pas de score de départ aujourd'hui : les données ne permettent pas encore d'en répondre.",
        "No churn score today: the data cannot carry that claim yet.",
    ),
    "take_quarantine": (
        "{share} des enregistrements reçus ont été mis de côté ({n}) ; aucun n'est perdu.",
        "{share} of the records received were set aside ({n}); none is lost.",
    ),
    "take_broken": (
        "Attention : les comptes d'une source ne tombent pas juste, voir « Données reçues ».",
        "Attention: the counts of a source do not add up, see “Data received”.",
    ),
    # Headline
    "headline": ("La liste", "The list"),
    "headline_missing": (
        "Aucune personne n'est encore connue à cette date.",
        "Nobody is known yet as of this day.",
    ),
    "n_people": ("personnes connues", "people known"),
    "n_contactable": ("joignables par e-mail", "may be e-mailed"),
    "n_events": ("événements pris en compte", "events taken in"),
    "n_days": ("jours couverts", "days covered"),
    "from_to": ("du {first} au {last}", "{first} to {last}"),
    "of_list": ("{share} de la liste", "{share} of the list"),
    "who_not": ("Pourquoi les autres ne sont pas joignables", "Why the others may not be e-mailed"),
    "who_not_note": (
        "Ces personnes restent dans les segments ; elles sont retirées de tout envoi et de tout export.",
        "These people stay in the segments; they are removed from every send and every export.",
    ),
    "provisional": (
        "Provisoire : la journée n'était pas terminée. Le calcul de la nuit remplacera ces chiffres.",
        "Provisional: the day was not over. The nightly run will replace these figures.",
    ),
    "reason": ("Motif", "Reason"),
    "people": ("Personnes", "People"),
    # Sizes
    "sizes": ("Segments et mouvements", "Segments and movement"),
    "sizes_intro": (
        "Effectif de chaque segment, et qui y est entré ou en est sorti depuis le {day}.",
        "The size of each segment, and how many entered or left it since {day}.",
    ),
    "sizes_first": (
        "Effectif de chaque segment. C'est le premier jour calculé : les mouvements apparaîtront au suivant.",
        "The size of each segment. This is the first computed day: movement appears with the next one.",
    ),
    "sizes_missing": (
        "Les segments de ce jour ne sont pas calculés : lancez le flux quotidien.",
        "The segments of this day are not computed: run the daily flow.",
    ),
    "exclusive": ("Chaque personne est dans un seul segment.", "Everybody is in one segment."),
    "overlapping": (
        "Une personne peut être dans plusieurs segments, ou dans aucun.",
        "A person may be in several segments, or in none.",
    ),
    "segment": ("Segment", "Segment"),
    "today": ("Aujourd'hui", "Today"),
    "before": ("Jour précédent", "Previous day"),
    "entered": ("Entrés", "Entered"),
    "left": ("Sortis", "Left"),
    "share_of_list": ("Part de la liste", "Share of the list"),
    "contactable": ("Joignables", "May be e-mailed"),
    # Levels
    "levels": ("Niveaux", "Levels"),
    "levels_intro": (
        "La liste en groupes emboîtés, du plus général au plus précis. Touchez une ligne pour l'ouvrir.",
        "The list as nested groups, from the general to the precise. Tap a line to open it.",
    ),
    "levels_order": ("Ordre des niveaux : {names}.", "Order of the levels: {names}."),
    "levels_missing": (
        "Cet espace de travail ne définit pas de niveaux (levels.yaml).",
        "This workspace defines no levels (levels.yaml).",
    ),
    "level_rest": ("Autres, groupes trop petits", "Others, groups too small"),
    # RFM
    "rfm": ("Récence, fréquence, montant", "Recency, frequency, monetary value"),
    "rfm_intro": (
        "Acheteurs des {days} derniers jours. Récence {n} : achat le plus récent ; fréquence {n} : achats les plus "
        "nombreux. Chaque case donne le nombre de personnes et leur dépense moyenne nette.",
        "Buyers of the last {days} days. Recency {n}: bought most recently; frequency {n}: bought most often. "
        "Each square gives the number of people and their mean net spending.",
    ),
    "rfm_missing": (
        "Aucun achat connu : il n'y a ni récence ni fréquence à mesurer.",
        "No purchase is known: there is no recency or frequency to measure.",
    ),
    "rfm_map": ("Personnes par récence et fréquence", "People by recency and frequency"),
    "rfm_cells": ("Familles de clients", "Families of customers"),
    "recency": ("Récence", "Recency"),
    "frequency": ("Fréquence", "Frequency"),
    "most_recent": ("récents", "recent"),
    "least_recent": ("anciens", "long ago"),
    "rarest": ("rares", "rare"),
    "most_often": ("fréquents", "frequent"),
    "mean_spending": ("Dépense moyenne", "Mean spending"),
    "scale_people": ("Peu de personnes", "Few people"),
    "scale_people_end": ("beaucoup", "many"),
    # Churn
    "churn": ("Risque de départ", "Churn risk"),
    "churn_intro": (
        "Un départ : aucun achat dans les {days} jours qui suivent. Le modèle est jugé sur {n} clients au {day}, "
        "plus tard que tout ce qu'il a appris ; {rate} d'entre eux sont partis.",
        "Churn: no purchase within the next {days} days. The model is judged on {n} customers as of {day}, later "
        "than anything it learnt from; {rate} of them left.",
    ),
    "churn_missing": (
        "Aucun modèle de départ n'est publié : lancez le flux d'entraînement.",
        "No churn model is published: run the training flow.",
    ),
    "churn_refused": (
        "Pas de score de départ : le modèle a été refusé",
        "No churn score: the model was refused",
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
    # KPIs
    "kpis": ("Résultats par segment", "Results by segment"),
    "kpis_intro": (
        "Les {days} derniers jours, clics et achats d'abord.",
        "The last {days} days, clicks and orders first.",
    ),
    "kpis_missing": (
        "Les profils des segments ne sont pas calculés pour ce jour.",
        "The profiles of the segments are not computed for this day.",
    ),
    "opens_note": (
        "Les ouvertures viennent en second : seules comptent celles de personnes qui ont consenti à leur mesure, "
        "robots exclus. Sans consentement, aucune ouverture n'entre dans un segment, un score ou ce tableau.",
        "Opens come second: only those of people who agreed to be measured count, machines left out. Without consent "
        "no open enters a segment, a score or this table.",
    ),
    # Intake
    "intake": ("Données reçues", "Data received"),
    "intake_intro": (
        "Chaque enregistrement reçu a une destination et une seule ; rien ne disparaît.",
        "Every record received has one destination and only one; nothing vanishes.",
    ),
    "ledger": ("Où sont allés les enregistrements", "Where the records went"),
    "ledger_missing": ("Aucun fichier n'a encore été pris en compte.", "No file has been taken in yet."),
    "source": ("Source", "Source"),
    "received": ("Reçus", "Received"),
    "accepted": ("Acceptés", "Accepted"),
    "duplicate": ("Doublons", "Duplicates"),
    "expired": ("Trop tardifs", "Too late"),
    "ignored": ("Hors sujet", "Not of use"),
    "withheld": ("Sans permission", "No permission"),
    "quarantined": ("Quarantaine", "Quarantined"),
    "check": ("Contrôle", "Check"),
    "adds_up": ("juste", "adds up"),
    "adds_up_not": ("écart {n}", "off by {n}"),
    "total": ("Total", "Total"),
    "ledger_ok": (
        "Les comptes tombent juste : {n} enregistrements reçus, {n} classés.",
        "The counts add up: {n} records received, {n} accounted for.",
    ),
    "ledger_bad": (
        "Les comptes ne tombent pas juste pour : {sources}. À vérifier avant tout envoi.",
        "The counts do not add up for: {sources}. To be checked before anything is sent.",
    ),
    "withheld_note": (
        "« Sans permission » : ouvertures de personnes qui n'ont pas consenti à leur mesure. Comptées, pas gardées.",
        "“No permission”: opens of people who did not agree to be measured. Counted, not kept.",
    ),
    "quarantine": ("Quarantaine", "Quarantine"),
    "quarantine_note": (
        "Mis de côté avec leur motif, à corriger chez le fournisseur ou dans la description de la source. Un "
        "enregistrement peut avoir plusieurs motifs.",
        "Set aside with their reason, to be mended by the provider or in the source's description. A record may have "
        "several reasons.",
    ),
    "quarantine_none": ("Aucun enregistrement en quarantaine.", "No record is in quarantine."),
    "quarantine_missing": (
        "Le détail de la quarantaine n'est pas disponible.",
        "Details of the quarantine are missing.",
    ),
    "records": ("Enregistrements", "Records"),
    "explanation": ("Explication", "Explanation"),
    "unknown_reason": ("Code sans explication.", "A code without an explanation."),
    # Glossary
    "glossary": ("Comment lire", "How to read"),
    "term_as_of": ("Jour du rapport", "Day of the report"),
    "say_as_of": (
        "Les segments du matin de ce jour. Seuls les jours d'avant sont observés, donc un rapport refait plus tard "
        "reste le même.",
        "The segments of that morning. Only earlier days are observed, so that a report made again later is the same.",
    ),
    "term_contactable": ("Joignable", "May be e-mailed"),
    "say_contactable": (
        "A consenti à recevoir des e-mails, n'est ni désinscrit ni plaignant, et son adresse répond.",
        "Agreed to receive e-mail, neither unsubscribed nor complained, and the address works.",
    ),
    "term_human": ("Clic humain", "Human click"),
    "say_human": (
        "Les robots de sécurité suivent les liens et chargent les images ; leurs clics et ouvertures sont écartés.",
        "Security robots follow links and load images; their clicks and opens are left out.",
    ),
    "term_rfm": ("Score RFM", "RFM score"),
    "say_rfm": (
        "De 1 à 5 par cinquième des acheteurs. À valeur égale, même score.",
        "From 1 to 5 by fifths of the buyers. Equal values share a score.",
    ),
    "term_lift": ("Lift", "Lift"),
    "say_lift": (
        "Combien de fois un événement est plus fréquent dans un groupe qu'en moyenne ; 1 est la moyenne.",
        "How many times as frequent something is in a group as on average; 1 is the average.",
    ),
    "term_interval": ("Intervalle à 95 %", "95% interval"),
    "say_interval": (
        "Entre ces bornes la vraie valeur se trouve 95 fois sur 100 ; plus un groupe est petit, plus il est large.",
        "The true value lies between these ends 95 times in 100; the smaller a group, the wider it is.",
    ),
    "term_z": ("Écart-type", "Standard deviation"),
    "say_z": (
        "L'étendue habituelle d'une mesure : les deux tiers des personnes sont souvent à moins d'un écart-type de "
        "la moyenne.",
        "The usual spread of a measure: two thirds of the people are often within one of them from the mean.",
    ),
    "term_base_rate": ("PR-AUC", "PR-AUC"),
    "say_base_rate": (
        "Justesse des alertes quand on descend la liste du plus au moins risqué ; se compare au taux de départ.",
        "How right the alerts are going down the list from most to least at risk; compare it with the churn rate.",
    ),
}

_SPACE_BEFORE = re.compile(r" ([:;!?»%])")
_SPACE_AFTER = re.compile(r"« ")


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, filled with values; the values are plain text, escaped on output."""
        return self.say(TEXTS[key], **values)

    def say(self, pair: tuple[str, str], **values: object) -> str:
        """A text given in French and English, filled with values."""
        text = pair[0 if self.language == "fr" else 1]
        return (_typeset(text) if self.language == "fr" else text).format(**values)

    def said(self, words: Words) -> str:
        """A text of a scheme or a model, in this language."""
        return _typeset(words["fr"]) if self.language == "fr" else words["en"]


def words_of(key: str) -> Words:
    """The text of a key in both languages."""
    return dict(zip(("fr", "en"), TEXTS[key], strict=True))


def _typeset(text: str) -> str:
    """Make the blanks of French punctuation non-breaking: narrow before ; ! ?, full before : » % and after «."""
    spaced = _SPACE_BEFORE.sub(lambda m: (NARROW if m[1] in ";!?" else NO_BREAK) + m[1], text)
    return _SPACE_AFTER.sub(f"«{NO_BREAK}", spaced)
