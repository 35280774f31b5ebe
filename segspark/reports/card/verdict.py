"""What stands at the top of a card: whether the version is used, since when and why, and which gates are closed."""

from typing import Any

from segspark.models.card import Block, Content, Grid, Listed, Paragraph, Part, Said, Value, say
from segspark.models.champions import FORMER, PROMOTED, ROLLED_BACK, Move
from segspark.models.promotion import GateResult
from segspark.models.version import Version
from segspark.reports.card.decisions import decided
from segspark.sections import Number


def verdict(version: Version[Any], content: Content) -> Part:
    """The first part of the card of a version."""
    blocks: list[Block] = [_state(version), Paragraph(why(version)), Paragraph(_ends(version))]
    blocks += _gates(version, content)
    return Part(say("Verdict", "Verdict"), tuple(blocks))


def _state(version: Version[Any]) -> Paragraph:
    since, until, number = version.since, version.until, version.number
    if since is None:
        said = say("La version {n} n'est pas en service.", "Version {n} is not in use.", n=number)
        return Paragraph(said, "bad")
    if until is None:
        said = say(
            "La version {n} est en service depuis le {day}.",
            "Version {n} is in use since {day}.",
            n=number,
            day=since.day,
        )
        return Paragraph(said, "bad" if since.is_forced else "good")
    said = say(
        "La version {n} a servi à partir du {day} ; depuis le {end}, c'est la version {other}.",
        "Version {n} was in use from {day} on; since {end} it is version {other}.",
        n=number, day=since.day, end=until.day, other=until.version,
    )  # fmt: skip
    return Paragraph(said)


def why(version: Version[Any]) -> Said:
    """Why the version is, was, or is not in use."""
    since = version.since
    if since is None or since.kind not in (PROMOTED, ROLLED_BACK, FORMER):
        return decided(version.decision)
    return _by_hand(since)


def _by_hand(move: Move) -> Said:
    if move.kind == FORMER:
        return say(
            "Une édition antérieure l'a mise en service sans en garder le motif.",
            "An earlier release put it into use, and kept no reason.",
        )
    forced = say(" Des exigences non remplies ont été passées outre.", " Requirements that are not met were overruled.")
    return say(
        "Mise en service à la main par {who} : « {why} ».{forced}",
        "Put into use by hand by {who}: “{why}”.{forced}",
        who=move.who, why=move.why, forced=forced if move.is_forced else "",
    )  # fmt: skip


def _ends(version: Version[Any]) -> Said:
    registered = version.registered
    if registered.expires is None:
        return say(
            "Elle ne parle d'aucun jour avant le {end}, et n'expire pas.",
            "It speaks of no day before {end}, and does not expire.",
            end=registered.label_end,
        )
    return say(
        "Elle ne parle d'aucun jour avant le {end} et expire le {expires} : dès ce jour elle ne sert plus, entraînez avant.",
        "It speaks of no day before {end} and expires on {expires}: from that day on it is not used, so train before.",
        end=registered.label_end, expires=registered.expires,
    )  # fmt: skip


def _gates(version: Version[Any], content: Content) -> list[Block]:
    gates = version.gates
    if not gates:
        missing = say(
            "Aucune exigence chiffrée n'est enregistrée avec cette version.",
            "No requirement with a figure is recorded with this version.",
        )
        return [Paragraph(content.judged_by or missing, "" if content.judged_by else "note")]
    closed = [gate for gate in gates if not gate.is_open]
    summary = (
        say(
            "Exigences non remplies, {m} sur {n} : {names}.", "Requirements not met, {m} of {n}: {names}.",
            m=Number(len(closed)), n=Number(len(gates)), names=Listed(tuple(_figure(g, content) for g in closed)),
        )
        if closed
        else say("Les {n} exigences sont toutes remplies.", "All {n} requirements are met.", n=Number(len(gates)))
    )  # fmt: skip
    columns = say("Exigence", "Requirement"), say("Mesuré", "Measured"), say("Seuil", "Bound"), say("État", "State")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            _named(gate, content), _value(gate.value), _value(gate.bound),
            say("remplie", "met") if gate.is_open else say("non remplie", "not met"),
        )
        for gate in gates
    )  # fmt: skip
    return [Paragraph(summary, "bad" if closed else "good"), Grid(say("Exigences", "Requirements"), columns, rows)]


def _named(gate: GateResult, content: Content) -> Value:
    return content.gates.get(gate.code, gate.code)


def _figure(gate: GateResult, content: Content) -> Said:
    return say(
        "{name} {bound} (mesuré : {value})", "{name} {bound} (measured: {value})",
        name=_named(gate, content), value=_value(gate.value), bound=_value(gate.bound),
    )  # fmt: skip


def _value(value: float | str | None) -> Value:
    return value if value is None or isinstance(value, str) else Number(value, 3)
