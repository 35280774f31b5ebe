"""The parts of a card in their order: the verdict, what the model says of itself, and what every version has."""

from typing import Any

from segspark.models.card import Code, Content, Facts, Grid, Paragraph, Part, Points, Value, say
from segspark.models.version import Version
from segspark.reports.card.verdict import verdict
from segspark.sections import People

_MISSING = say(
    "Cette version n'a pas conservé les documents de son évaluation : ses chiffres manquent à cette carte. Entraînez à nouveau "
    "pour les avoir.",
    "This version has not kept the documents of its evaluation: its figures are missing on this card. Train again to have them.",
)


def parts_of(version: Version[Any], content: Content) -> tuple[Part, ...]:
    """All parts, so that whoever reads from the top may stop once they know enough."""
    missing = (Part(say("Ce qui manque", "What is missing"), (Paragraph(_MISSING, "bad"),)),)
    return (
        verdict(version, content),
        *(missing if version.documents is None else ()),
        *content.about,
        _data(version, content),
        *content.evidence,
        *((Part(say("Limites", "Limits"), (Points(content.limits),)),) if content.limits else ()),
        _expiry(version),
    )


def _data(version: Version[Any], content: Content) -> Part:
    columns = say("Table", "Table"), say("Version Delta", "Delta version"), say("Lignes", "Rows")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (Code(table), str(about.get("version", "–")), _rows(about.get("rows"))) for table, about in version.data.items()
    )
    tables = Grid(say("Tables lues", "Tables read"), columns, rows)
    nothing = Paragraph(
        say("Les tables lues ne sont pas enregistrées.", "The tables that were read are not recorded."), "note"
    )
    digests = Facts(
        (
            (say("Entraînée le", "Trained on"), version.registered.as_of),
            (say("Empreinte des fichiers", "Digest of its files"), Code(version.digest or "–")),
            (say("Empreinte du modèle", "Fingerprint of the model"), Code(version.fingerprint or "–")),
        )
    )
    return Part(say("Données", "Data"), (digests, tables if rows else nothing, *content.data))


def _rows(n: int | None) -> Value:
    # Of some tables a row is a person, so all are rounded alike.
    return None if n is None else People(n)


def _expiry(version: Version[Any]) -> Part:
    known = version.registered
    expires: Value = known.expires or say("jamais", "never")
    rows: tuple[tuple[object, Value], ...] = (
        (say("Premier jour dont elle peut parler", "First day that it may speak of"), known.label_end),
        (say("Premier jour où elle ne sert plus", "First day on which it is not used"), expires),
    )
    then = say(
        "Ensuite aucun score n'est écrit et les règles prennent le relais ; l'exécution le dit.",
        "After that no score is written and rules take over; the run says so.",
    )
    blocks = (Facts(rows), Paragraph(then, "note")) if known.expires else (Facts(rows),)  # type: ignore[arg-type]
    return Part(say("Péremption", "Expiry"), blocks)
