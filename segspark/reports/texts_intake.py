"""The texts of results, of the data received and of the glossary, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
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
    "kpis_unrounded": (
        "Les profils de ce jour ont été calculés avec un autre seuil (segments.min_size) ou par une version antérieure : "
        "refaites ce jour pour les voir.",
        "The profiles of this day were made with another floor (segments.min_size) or by an earlier version: make the "
        "day again to see them.",
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
    "in_total": ("Total", "Total"),
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
    "term_z": ("Écart-type", "Standard deviation"),
    "say_z": (
        "L'étendue habituelle d'une mesure : les deux tiers des personnes sont souvent à moins d'un écart-type de "
        "la moyenne.",
        "The usual spread of a measure: two thirds of the people are often within one of them from the mean.",
    ),
    "term_interval": ("Intervalle à 95 %", "95% interval"),
    "say_interval": (
        "Entre ces bornes la vraie valeur se trouve 95 fois sur 100 ; plus un groupe est petit, plus il est large.",
        "The true value lies between these ends 95 times in 100; the smaller a group, the wider it is.",
    ),
    "term_base_rate": ("PR-AUC", "PR-AUC"),
    "say_base_rate": (
        "Justesse des alertes quand on descend la liste du plus au moins risqué ; se compare au taux sans commande.",
        "How right the alerts are going down the list from least to most likely to order; compare it with the share of no "
        "order.",
    ),
}
