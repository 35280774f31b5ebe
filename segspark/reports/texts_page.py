"""The texts of the page, its summary, and the list's figures and sizes, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Segments du {day}", "Segments of {day}"),
    "subtitle": (
        "Ce que l'on savait au matin du {day} : rien de ce jour ni d'après n'est pris en compte.",
        "What was known on the morning of {day}: nothing of that day or later is taken into account.",
    ),
    "contents": ("Sommaire", "Contents"),
    "nav_headline": ("Liste", "List"),
    "nav_sizes": ("Segments", "Segments"),
    "nav_kpis": ("Résultats", "Results"),
    "nav_intake": ("Données", "Data"),
    "nav_glossary": ("Comment lire", "How to read"),
    "missing_section": ("Cette partie manque", "This part is missing"),
    "footer": (
        "segspark · {workspace} · jour {iso} · page sans appel au réseau, sans adresse ni identifiant de personne.",
        "segspark · {workspace} · day {iso} · this page calls no network and holds no address or personal identifier.",
    ),
    "small_groups": (
        "Tous les effectifs sont arrondis au multiple de {base} le plus proche, et « < {k} » cache les groupes de moins de "
        "{k} personnes : aucun ne se déduit par soustraction. Les moyennes sont arrondies de même. Les sommes peuvent donc "
        "ne pas tomber juste.",
        "All counts are rounded to multiples of {base}, and “< {k}” hides groups below {k} people, so that none can be "
        "found by subtraction. Means are rounded likewise. Sums may therefore not add up.",
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
    "take_propensity": (
        "{title} : dans le dixième où c'est le plus net, {lift} fois plus de personnes qui {rarer} que la moyenne.",
        "{title}: in the tenth where it is clearest, {lift} times as many people {rarer} as on average.",
    ),
    "take_quarantine": (
        "{share} des enregistrements reçus ont été mis de côté ({n}) ; aucun n'est perdu.",
        "{share} of the records received were set aside ({n}); none is lost.",
    ),
    "take_quarantine_few": (
        "{n} enregistrements reçus ont été mis de côté ; aucun n'est perdu.",
        "{n} records received were set aside; none is lost.",
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
    "segment_name": ("Segment", "Segment"),
    "today": ("Aujourd'hui", "Today"),
    "before": ("Jour précédent", "Previous day"),
    "entered": ("Entrés", "Entered"),
    "left": ("Sortis", "Left"),
    "share_of_list": ("Part de la liste", "Share of the list"),
    "contactable": ("Joignables", "May be e-mailed"),
}
