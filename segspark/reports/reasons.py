"""One sentence per quarantine code, so that a marketer can tell the provider what to fix."""

from segspark.reports.data import Language
from segspark.reports.labels import pick

EXPLANATIONS = {
    "adapter_error": (
        "Le programme ne sait pas lire cet enregistrement : à signaler avec le nom de la source.",
        "The program cannot read this record: please report it with the source's name.",
    ),
    "address": ("L'adresse e-mail n'a pas une forme valable.", "The e-mail address is not well formed."),
    "amount_range": ("Le montant dépasse toute valeur plausible.", "The amount is beyond any plausible value."),
    "bom": ("L'enregistrement commence par une marque d'encodage.", "The record begins with a byte order mark."),
    "columns": (
        "La ligne n'a pas le même nombre de cellules que l'en-tête.",
        "The row has another number of cells than the header.",
    ),
    "currency": ("La devise n'est pas un code ISO connu.", "The currency is no known ISO code."),
    "depth": ("L'enregistrement est imbriqué trop profondément.", "The record is nested too deeply."),
    "dup_key": (
        "Un même champ apparaît deux fois : impossible de savoir lequel vaut.",
        "A field appears twice: there is no telling which one holds.",
    ),
    "empty": ("L'enregistrement est vide.", "The record is empty."),
    "encoding": (
        "Des caractères ne sont pas dans l'encodage déclaré.",
        "Some characters are not in the declared encoding.",
    ),
    "file_changed": (
        "Le fichier a été remplacé pendant la lecture : sa nouvelle version est prise au passage suivant.",
        "The file was replaced while it was read: the next run takes its new version.",
    ),
    "file_encoding": (
        "L'en-tête du fichier n'est pas dans l'encodage déclaré.",
        "The file's header is not in the declared encoding.",
    ),
    "file_too_large": (
        "Le fichier décompressé dépasse la taille permise.",
        "The file is larger than allowed once inflated.",
    ),
    "file_truncated": (
        "Le fichier compressé est coupé avant sa fin : à livrer de nouveau.",
        "The compressed file stops before its end: have it delivered again.",
    ),
    "future": (
        "L'heure de l'événement est postérieure à sa réception.",
        "The event's time is later than its reception.",
    ),
    "identifier": ("L'identifiant de la personne n'est pas utilisable.", "The person's identifier cannot be used."),
    "json": ("Le texte n'est pas du JSON complet.", "The text is not complete JSON."),
    "locale_decimal": (
        "Virgule décimale là où la source déclare un point (ou l'inverse).",
        "A decimal comma where the source declares a point, or the reverse.",
    ),
    "missing": ("Une valeur obligatoire manque.", "A mandatory value is missing."),
    "negative": ("Un montant est négatif là où il ne peut pas l'être.", "An amount is negative where it cannot be."),
    "nul": ("L'enregistrement contient un octet nul.", "The record contains a NUL byte."),
    "null": ("L'enregistrement ne contient rien (null).", "The record holds nothing (null)."),
    "number": ("La valeur n'est pas un nombre.", "The value is not a number."),
    "offset": (
        "L'écart à l'heure UTC dépasse quatorze heures : aucun fuseau n'en a de tel.",
        "The offset from UTC is beyond fourteen hours: no zone has one.",
    ),
    "range": ("Le nombre est trop grand pour sa place.", "The number is too large for its place."),
    "scale": (
        "Le montant a plus de décimales que sa devise.",
        "The amount has more decimals than its currency.",
    ),
    "test_mode": ("Un envoi ou une commande d'essai.", "A mail or an order made as a test."),
    "time_format": ("La date ou l'heure n'a pas la forme déclarée.", "The date or time is not in the declared form."),
    "time_range": ("La date est hors de toute période plausible.", "The date lies outside of any plausible period."),
    "time_unit": (
        "Heure en nombre dont l'unité (secondes, millisecondes) n'est pas déclarée.",
        "A numeric time whose unit (seconds, milliseconds) is not declared.",
    ),
    "time_zone": (
        "Heure sans fuseau, et la source n'en déclare aucun.",
        "A time without a zone, and the source declares none.",
    ),
    "too_large": ("L'enregistrement dépasse la taille permise.", "The record is larger than allowed."),
    "trailing": (
        "Du texte suit l'enregistrement, qui ne devait en contenir qu'un.",
        "There is more text after the record, which should stand alone.",
    ),
    "type": ("Une valeur n'est pas du type attendu.", "A value is not of the expected type."),
    "value": ("Une valeur ne fait pas partie de celles permises.", "A value is not among those allowed."),
    "expression": (
        "Une expression de la source ne sait pas convertir cette valeur.",
        "An expression of the source cannot convert this value.",
    ),
    "stray_quote": (
        "Un guillemet se trouve au milieu d'une cellule.",
        "A quote stands in the middle of a cell.",
    ),
    "unclosed_quote": (
        "Un guillemet ouvert n'est pas fermé sur sa ligne.",
        "A quote is not closed on its line.",
    ),
    "line_break": (
        "Une cellule contient un saut de ligne que la source ne déclare pas.",
        "A cell holds a line break that the source does not declare.",
    ),
    "header_missing": (
        "Il manque au fichier une colonne dont la source a besoin.",
        "The file lacks a column that the source needs.",
    ),
    "header_duplicate": (
        "Une colonne du fichier apparaît deux fois.",
        "A column of the file stands twice.",
    ),
    "header_none": (
        "Le fichier n'a pas de ligne d'en-tête.",
        "The file has no header.",
    ),
    "header_columns": (
        "L'en-tête du fichier n'est pas celui qui est déclaré.",
        "The file's header is not the declared one.",
    ),
    "file_unreadable": (
        "Le fichier ne peut pas être lu : à livrer de nouveau.",
        "The file cannot be read: have it delivered again.",
    ),
}


def explain_reason(reason: str, language: Language) -> str:
    """The sentence for ``code`` or ``code:column``; empty if the code is unknown."""
    code = reason.partition(":")[0]
    return pick(EXPLANATIONS[code], language) if code in EXPLANATIONS else ""
