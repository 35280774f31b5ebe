"""The last gate: hands the people of a segment who may be written to over to a destination, with unsealed keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.activation.destination import COLUMNS, Audience, Destination, Options, Receipt, Row
from segspark.activation.hand_over import hand_over
from segspark.activation.registry import DESTINATIONS
from segspark.config.models import Segments, Workspace
from segspark.config.url import Url
from segspark.errors import ConfigError, GateClosed
from segspark.identity.links import people_as_of
from segspark.measure.small_groups import NO_FLOOR
from segspark.pipeline.progress import Progress
from segspark.pipeline.view import Question, View, look
from segspark.privacy.consent import read_permitting
from segspark.privacy.contactability import usable_addresses
from segspark.pseudonyms import Pseudonymiser
from segspark.purposes import EMAIL_MARKETING
from segspark.segments.fixed_groups import is_no_audience
from segspark.segments.flow import SEGMENTS
from segspark.segments.lookup import find_segment, newest_day
from segspark.segments.people import addresses_of
from segspark.sources.resources import EXISTING_KEY
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.open import open_lake, with_session

# Later than everything known.
EVER = date(9999, 1, 1)
# The kind of identifier that mails go to.
ADDRESS = "email"
EXPORT = Question("export", (*SEGMENTS.reads, "gold.segments", "gold.segment_registry"), (EXISTING_KEY,))


def export_audience(
    workspace: Workspace,
    lake: SparkLake,
    segment: dict[str, Any],
    as_of: date | None,
    out: Url | Path | None = None,
    destination: Destination | None = None,
    options: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Hand the audience of a segment over to a destination, by default to a file.

    Suppression and permission are checked again here, after all rules, including records that arrived since the
    segment was made. A destination sees only the keys and columns that it may receive.

    Args:
        out: the destination's option of this name.

    Returns:
        rows (sent), removed (people by reason), as_of, and what the destination gives back; if not all were sent at
        once also refused, failed and the receipts. Sent, refused, failed and removed are everybody of the segment.

    Raises:
        GateClosed: fewer than segments.min_size people, in the segment or after the gate, or than the destination
            takes; such a small group might identify persons. The people of the segment do not permit the scheme.
        ConfigError: the destination has no such option.
    """
    destination = destination or DESTINATIONS.all()[0]
    chosen = _options(destination, {**(options or {}), **({} if out is None else {"out": out})})
    if is_no_audience(segment["segment_key"]):
        raise GateClosed(
            f"{segment['segment_key']} of {segment['scheme']} holds people who do not permit what the scheme is for; they "
            "are no audience of it. Write a rule for those who may be written to."
        )
    with look(EXPORT, workspace, lake) as view:
        day = newest_day(view, as_of)
        members = view.read_day(gold.SEGMENTS, day).where(F.col("segment_id") == segment["segment_id"])
        sizes = _read_reasons(members)
        total, least = sum(sizes.values()), workspace.segments.least_people
        if total < least:
            raise GateClosed(
                f"{segment['segment_key']} has {total} people on {day}; groups below segments.min_size "
                f"({least}) are not exported."
            )
        # Counted before they are sent, so that what goes along can tell of everybody.
        people = view.checkpoint(_people(view, members, day, destination), lambda rows: rows.orderBy("person_id"))
        n_sent = people.count()
        _check_size(n_sent, destination, f"{segment['segment_key']} on {day}", workspace.segments)
        removed = {k: n for k, n in sizes.items() if k is not None}
        if late := sizes.get(None, 0) - n_sent:
            removed["suppressed_since"] = late
        audience = Audience(
            segment_id=segment["segment_id"],
            segment_key=segment["segment_key"],
            segment_date=day,
            **_read_kind(members),
            people=total,
            removed=removed,
            folder=str(workspace.exports),
            least=workspace.segments.least_shown,
        )
        received = people if "person_id" in destination.receives else people.drop("person_id")
        rows = _unsealed(received, destination, Pseudonymiser(view.context[EXISTING_KEY]))
        receipts = hand_over(destination, rows, audience, chosen)
        return {**_told(receipts), "removed": removed, "as_of": day}


def _options(destination: Destination, given: Mapping[str, object]) -> Options:
    """
    Raises:
        ConfigError: the destination has no such option; lists what it has.
    """
    try:
        return destination.options.model_validate(dict(given))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        exist = ", ".join(destination.options.model_fields) or "none"
        raise ConfigError(f"Options of {destination.name}: {wrong}. It has: {exist}.") from None


def _people(view: View, members: DataFrame, day: date, destination: Destination) -> DataFrame:
    """Who passes the gate: the columns that the destination may receive, and ``sealed_<kind>`` of its keys."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(day))
    # All objections known by now count, not only those known on the morning of the day.
    addresses = usable_addresses(addresses_of(view, owners, EVER))
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    permitting = read_permitting(view.read(silver.CONSENTS), owners, EMAIL_MARKETING, day, assumed, zone)
    people = (
        members.where("is_contactable")
        .join(permitting, on="person_id", how="left_semi")
        .join(addresses, on="person_id", how="inner")
        .join(_vault(view, ADDRESS), on="identifier_id", how="inner")
    )
    kinds = list(dict.fromkeys(k.kind for k in destination.keys))
    for kind in kinds:
        if kind != ADDRESS:
            theirs = owners.join(_vault(view, kind), on="identifier_id", how="inner")
            first = theirs.groupBy("person_id").agg(F.min_by(_sealed(kind), "identifier_id").alias(_sealed(kind)))
            people = people.join(first, on="person_id", how="left")
    received = [c for c in COLUMNS if c == "person_id" or c in destination.receives]
    return people.select(*received, *[_sealed(k) for k in kinds])


def _vault(view: View, kind: str) -> DataFrame:
    """identifier_id and the sealed identifiers of a kind."""
    vault = view.read(privacy.IDENTITIES).where(F.col("kind") == kind)
    return vault.select("identifier_id", F.col("sealed").alias(_sealed(kind))).dropDuplicates(["identifier_id"])


def _sealed(kind: str) -> str:
    return f"sealed_{kind}"


def _check_size(n: int, destination: Destination, what: str, segments: Segments) -> None:
    """
    Raises:
        GateClosed: fewer people than the destination takes, or than the floor: the rows of a file can be counted.
    """
    least = destination.limits.least_people
    if n < least:
        raise GateClosed(f"{n} people of {what} may be written to; {destination.name} takes no fewer than {least}.")
    if NO_FLOOR < segments.least_shown > n:
        raise GateClosed(
            f"{n} people of {what} may be written to; groups below segments.min_size ({segments.least_shown}) are not "
            "exported."
        )


def _read_reasons(members: DataFrame) -> dict[str | None, int]:
    """Number of people by reason not to write to them; None for those who may be written to. At most six rows."""
    rows = members.groupBy("not_contactable_reason").count().collect()
    return {r["not_contactable_reason"]: r["count"] for r in rows}


def _read_kind(members: DataFrame) -> dict[str, Any]:
    """The values shared by all rows of a segment and day; one row."""
    row = members.first()
    values = row.asDict() if row else {}
    return {
        "definition_version": values.get("definition_version"),
        "is_provisional": bool(values.get("is_provisional")),
    }


def _unsealed(people: DataFrame, destination: Destination, pseudonyms: Pseudonymiser) -> Iterator[Row]:
    """One row per person: keys in the destination's form, and the columns."""
    for row in people.toLocalIterator():
        content = row.asDict()
        sealed = {kind: content.pop(_sealed(kind)) for kind in {k.kind for k in destination.keys}}
        plain = {kind: pseudonyms.unseal(kind, bytes(text)) for kind, text in sealed.items() if text is not None}
        keys = {k.column: k.form(plain[k.kind]) if k.kind in plain else None for k in destination.keys}
        yield {**content, **keys}


def _told(receipts: Sequence[Receipt]) -> dict[str, Any]:
    """What the receipts say together: of a single one that went well, what the destination gave back."""
    sent = sum(r.sent for r in receipts)
    if len(receipts) == 1 and sent == receipts[0].people:
        return {**receipts[0].details, "rows": sent}
    return {
        "rows": sent,
        "refused": sum(r.refused for r in receipts),
        "failed": sum(r.failed for r in receipts),
        "receipts": [asdict(r) for r in receipts],
    }


def export(
    workspace: Workspace,
    name: str,
    as_of: date | None,
    out: Url | Path | None,
    progress: Progress,
    to: str | None = None,
) -> dict[str, Any]:
    """The audience of one segment, handed over to a destination; by default a CSV file with a manifest.

    Raises:
        ConfigError: no such destination or segment; lists what exists.
    """
    destination = DESTINATIONS.find(to) if to else DESTINATIONS.all()[0]
    segment = find_segment(look(EXPORT, workspace, open_lake(workspace)), name)
    check_environment(workspace.lake)
    session = session_for(workspace, f"segspark {workspace.name} export", is_short=True)
    return export_audience(workspace, with_session(workspace, session), segment, as_of, out, destination)
