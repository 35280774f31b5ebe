"""The last gate: hands the people of a segment who may be written to over to a destination, with unsealed keys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segspark.activation.destination import COLUMNS, Audience, Destination, Options, Receipt, Row
from segspark.activation.hand_over import hand_over
from segspark.activation.last_gate import EXPORT, Gated, gate, sealed
from segspark.activation.registry import DESTINATIONS
from segspark.config.models import Segments, Workspace
from segspark.config.url import Url
from segspark.duck.database import Database
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError, GateClosed
from segspark.measure.small_groups import NO_FLOOR
from segspark.pipeline.progress import Progress
from segspark.pipeline.view import View, look
from segspark.pseudonyms import Pseudonymiser
from segspark.segments.fixed_groups import is_no_audience
from segspark.segments.lookup import find_segment, newest_day
from segspark.sources.resources import EXISTING_KEY
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake


def export_audience(
    workspace: Workspace,
    lake: Lake,
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
    day = newest_day(look(EXPORT, workspace, lake), as_of)
    with (
        look(EXPORT, workspace, lake, day) as view,
        _gated(workspace, view, segment["segment_id"], destination) as gated,
    ):
        total, least = sum(gated.sizes.values()), workspace.segments.least_people
        if total < least:
            raise GateClosed(
                f"{segment['segment_key']} has {total} people on {day}; groups below segments.min_size "
                f"({least}) are not exported."
            )
        # Counted before they are sent, so that what goes along can tell of everybody.
        _check_size(gated.n_passing, destination, f"{segment['segment_key']} on {day}", workspace.segments)
        removed = {k: n for k, n in gated.sizes.items() if k is not None}
        removed |= {f"{reason}_since": n for reason, n in sorted(gated.removed.items())}
        audience = Audience(
            segment_id=segment["segment_id"],
            segment_key=segment["segment_key"],
            segment_date=day,
            definition_version=gated.kind["definition_version"],
            is_provisional=gated.kind["is_provisional"],
            people=total,
            removed=removed,
            folder=str(workspace.exports),
            least=workspace.segments.least_shown,
        )
        rows = _unsealed(gated.rows, destination, Pseudonymiser(view.context[EXISTING_KEY]))
        receipts = hand_over(destination, rows, audience, chosen)
        return {**_told(receipts), "removed": removed, "as_of": day}


@contextmanager
def _gated(workspace: Workspace, view: View, segment_id: str, destination: Destination) -> Iterator[Gated]:
    """The people of a segment after the gate, by DuckDB; by Spark where it cannot read the lake."""
    columns = [c for c in COLUMNS if c in destination.receives]
    kinds = list(dict.fromkeys(k.kind for k in destination.keys))
    with ExitStack() as stack:
        try:
            database = stack.enter_context(Database(view, verifies_all=True))
            gated = gate(database, view, segment_id, columns, kinds)
        except OnlyBySpark:
            from segspark.activation.by_spark import gated_by_spark

            gated = stack.enter_context(gated_by_spark(workspace, view.as_of, segment_id, columns, kinds))
        yield gated


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


def _unsealed(people: Iterable[dict[str, Any]], destination: Destination, pseudonyms: Pseudonymiser) -> Iterator[Row]:
    """One row per person: keys in the destination's form, and the columns."""
    for row in people:
        content = dict(row)
        if "person_id" not in destination.receives:
            del content["person_id"]
        found = {kind: content.pop(sealed(kind)) for kind in {k.kind for k in destination.keys}}
        plain = {kind: pseudonyms.unseal(kind, bytes(text)) for kind, text in found.items() if text is not None}
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
    lake = open_lake(workspace)
    segment = find_segment(look(EXPORT, workspace, lake), name)
    return export_audience(workspace, lake, segment, as_of, out, destination)
