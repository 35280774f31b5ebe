"""The last gate: exports the people of a segment who may be written to, with unsealed addresses."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.activation.csv_file import write_audience
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.identity.links import people_as_of
from segspark.pipeline.progress import Progress
from segspark.pipeline.view import Question, View, look
from segspark.privacy.consent import derive_usable_from
from segspark.privacy.contactability import usable_addresses
from segspark.pseudonyms import Pseudonymiser
from segspark.segments.flow import SEGMENTS
from segspark.segments.lookup import find_segment, newest_day
from segspark.segments.people import addresses_of
from segspark.sources.resources import EXISTING_KEY
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.store import store_at
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

# Later than everything known.
EVER = date(9999, 1, 1)
EXPORT = Question("export", (*SEGMENTS.reads, "gold.segments", "gold.segment_registry"), (EXISTING_KEY,))


def export_audience(
    workspace: Workspace, lake: SparkLake, segment: dict[str, Any], as_of: date | None, out: Path | None
) -> dict[str, Any]:
    """Write the audience of a segment.

    Suppression and permission are checked again here, after all rules, including records that arrived since the
    segment was made.

    Raises:
        GateClosed: fewer than segments.min_size people; such a small group might identify persons.
    """
    view = look(EXPORT, workspace, lake)
    day = newest_day(view, as_of)
    members = view.read_day(gold.SEGMENTS, day).where(F.col("segment_id") == segment["segment_id"])
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(day))
    # All objections known by now count, not only those known on the morning of the day.
    addresses = usable_addresses(addresses_of(view, owners, EVER))
    vault = view.read(privacy.IDENTITIES).where("kind = 'email'").select("identifier_id", "sealed")
    audience = (
        members.where("is_contactable")
        .join(_permitted(view, owners, day), on="person_id", how="left_semi")
        .join(addresses, on="person_id", how="inner")
        .join(vault.dropDuplicates(["identifier_id"]), on="identifier_id", how="inner")
        .select("person_id", "sealed", "scheme", "segment_id", "segment_name", "segment_date")
        .orderBy("person_id")
    )
    sizes = _read_reasons(members)
    total = sum(sizes.values())
    if total < workspace.segments.least_people:
        raise GateClosed(
            f"{segment['segment_key']} has {total} people on {day}; groups below segments.min_size "
            f"({workspace.segments.least_people}) are not exported."
        )
    path = out or workspace.folder / "exports" / f"{segment['segment_key'].replace('/', '-')}-{day}.csv"
    written = write_audience(
        store_at(path.parent),
        path.name,
        _unsealed(audience, Pseudonymiser(view.context[EXISTING_KEY])),
        {
            "segment_id": segment["segment_id"],
            "segment_key": segment["segment_key"],
            "segment_date": day,
            **_read_kind(members),
            "people": total,
            "removed": {k: n for k, n in sizes.items() if k is not None},
        },
    )
    removed = {k: n for k, n in sizes.items() if k is not None}
    late = sizes.get(None, 0) - written.rows
    if late:
        removed["suppressed_since"] = late
    return {"file": written.url, "rows": written.rows, "sha256": written.sha256, "removed": removed, "as_of": day}


def _permitted(view: View, owners: DataFrame, day: date) -> DataFrame:
    """The people whose permission for e-mail holds by the newest consent records."""
    consents = view.read(silver.CONSENTS)
    latest = max(day, _read_newest_word(consents) or day)
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    usable = derive_usable_from(consents, owners, latest, assumed, zone)
    return usable.where(F.col("email_marketing") <= F.lit(latest)).select("person_id")


def _read_newest_word(consents: DataFrame) -> date | None:
    """The day from which the newest consent is known; one row."""
    newest: date | None = consents.agg(F.max("known_as_of").alias("day")).collect()[0]["day"]
    return newest


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


def _unsealed(audience: DataFrame, pseudonyms: Pseudonymiser) -> Iterator[dict[str, Any]]:
    for row in audience.toLocalIterator():
        content = row.asDict()
        yield {**content, "email": pseudonyms.unseal("email", bytes(content.pop("sealed")))}


def export(workspace: Workspace, name: str, as_of: date | None, out: Path | None, progress: Progress) -> dict[str, Any]:
    """The audience of one segment as CSV with a manifest."""
    segment = find_segment(look(EXPORT, workspace, Lake(workspace.lake)), name)
    check_environment(workspace.lake)
    session = session_for(workspace, f"segspark {workspace.name} export", is_short=True)
    return export_audience(workspace, SparkLake(workspace.lake, session), segment, as_of, out)
