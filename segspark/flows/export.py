"""The last gate: a segment's people who may be written to, unsealed into a file."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.activation.export import write_audience
from segspark.activation.suppression import usable_addresses
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.flows.flow import Flow, Run
from segspark.flows.segments import SEGMENTS, addresses_of
from segspark.identity.links import people_as_of
from segspark.privacy.consent import derive_usable_from
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables import gold, privacy, silver
from segspark.tables.delta import Lake

EXPORT = Flow(
    name="export",
    reads=(*SEGMENTS.reads, "gold.segments"),
    writes=(),
    function=lambda run: None,
)


def find_segment(lake: Lake, name: str) -> dict[str, Any]:
    """The registry's row of a segment by id, key or one of its names.

    Raises:
        ConfigError: no such segment, or several of this name; says what there is.
    """
    rows = lake.read_small(gold.SEGMENT_REGISTRY).to_pylist()
    wanted = name.strip().lower()
    found = [r for r in rows if r["segment_id"] == name]
    found = found or [
        r for r in rows if wanted in (r["segment_key"].lower(), r["name_fr"].lower(), r["name_en"].lower())
    ]
    if len(found) == 1:
        return dict(found[0])
    if found:
        raise ConfigError(
            f"{name!r} is the name of {len(found)} segments; use an id: {[r['segment_id'] for r in found]}"
        )
    names = sorted(r["segment_key"] for r in rows if r["scheme"] in ("rules", "rfm"))
    raise ConfigError(f"There is no segment {name!r}. There are {names[:20]} and more; see `segspark segments list`.")


def newest_day(lake: Lake, as_of: date | None) -> date:
    """The day asked for, or the newest stored one.

    Raises:
        ConfigError: no such day.
    """
    days = lake.days(gold.SEGMENTS)
    if not days:
        raise ConfigError(f"The lake at {lake.root} has no segments yet. Run: segspark run daily --as-of DATE")
    if as_of is not None and as_of not in days:
        raise ConfigError(f"There are no segments of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]


def export_audience(
    workspace: Workspace, lake: Lake, segment: dict[str, Any], as_of: date | None, out: Path | None
) -> dict[str, Any]:
    """Write the audience of a segment.

    Suppression and permission are looked at again here, after and outside of any rule: also what came in since the
    segment was made.

    Raises:
        GateClosed: fewer than segments.min_size people; so small a group may point at persons.
    """
    day = newest_day(lake, as_of)
    run = Run(workspace, lake, day, EXPORT)
    members = run.read_day(gold.SEGMENTS, day).where(F.col("segment_id") == segment["segment_id"])
    owners = people_as_of(run.read(silver.IDENTITY_LINKS), F.lit(day))
    # Everything known by now stands against an address, not only what was known that morning.
    latest = Run(workspace, lake, date(9999, 1, 1), EXPORT)
    addresses = usable_addresses(addresses_of(latest, owners))
    vault = run.read(privacy.IDENTITIES).where("kind = 'email'").select("identifier_id", "sealed")
    audience = (
        members.where("is_contactable")
        .join(_permitted(run, owners), on="person_id", how="left_semi")
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
        path,
        _unsealed(audience, Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file, create=False))),
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
    return {"file": str(written.file), "rows": written.rows, "sha256": written.sha256, "removed": removed, "as_of": day}


def _permitted(run: Run, owners: DataFrame) -> DataFrame:
    """The people whose permission to be written to holds by the newest word there is."""
    consents = run.read(silver.CONSENTS)
    day = max(run.as_of, _read_newest_word(consents) or run.as_of)
    assumed, zone = run.workspace.consent.assumed, run.workspace.time_zone
    usable = derive_usable_from(consents, owners, day, assumed, zone)
    return usable.where(F.col("email_marketing") <= F.lit(day)).select("person_id")


def _read_newest_word(consents: DataFrame) -> date | None:
    """The day from which the newest consent is known; one row."""
    newest: date | None = consents.agg(F.max("known_as_of").alias("day")).collect()[0]["day"]
    return newest


def _read_reasons(members: DataFrame) -> dict[str | None, int]:
    """People by reason not to write to them; None are those who may be written to. At most six rows."""
    rows = members.groupBy("not_contactable_reason").count().collect()
    return {r["not_contactable_reason"]: r["count"] for r in rows}


def _read_kind(members: DataFrame) -> dict[str, Any]:
    """What all rows of a segment and day share; one row."""
    row = members.first()
    found = row.asDict() if row else {}
    return {
        "definition_version": found.get("definition_version"),
        "is_provisional": bool(found.get("is_provisional")),
    }


def _unsealed(audience: DataFrame, pseudonyms: Pseudonymiser) -> Iterator[dict[str, Any]]:
    for row in audience.toLocalIterator():
        said = row.asDict()
        yield {**said, "email": pseudonyms.unseal("email", bytes(said.pop("sealed")))}
