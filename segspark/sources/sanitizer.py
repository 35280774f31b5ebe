"""Stages what records say, with pseudonyms instead of identifiers, and what was refused, sealed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from segspark.address import visible
from segspark.sources.files import InputFile
from segspark.sources.first_seen import FirstSeen
from segspark.sources.future import check_future
from segspark.sources.masking import Masker, Named, Pair, provider_of
from segspark.sources.parsed import FILE_BITS, KINDS, record_number
from segspark.sources.plan import GatewayPlan
from segspark.sources.receipt import received_at
from segspark.sources.shapes import Projection
from segspark.sources.vocabulary import Identifier, Produced, introduces_people, refusal
from segspark.tables.contracts.silver import OBJECTION_TYPES
from segspark.tables.staging import StagingWriter
from segspark.time import DAY_MICROS

# The flag of a record whose identifier was written with invisible characters, which are removed.
INVISIBLE = "invisible"
# Identifiers and links that a task keeps in memory, some hundred megabytes.
MOST_SEEN = 250_000
# Kind -> its time column, and the column of its UTC day.
TIMES: dict[str, tuple[str, str | None]] = {
    "events": ("occurred_at", "event_date"),
    "orders": ("ordered_at", "order_date"),
    "lines": ("ordered_at", "order_date"),
    "profiles": ("valid_from", None),
    "consents": ("effective_at", None),
}


class _Content(NamedTuple):
    """What a record says, ready to be staged."""

    received: int
    known: int
    items: list[tuple[str, list[dict[str, Any]]]]
    links: list[tuple[Pair, int, str]]
    named: Named
    introduces: bool
    # Pseudonym and time of those whom the record introduces by itself.
    introduced: list[tuple[str, int]]


class Sanitizer:
    """Replaces identifiers by pseudonyms in what a record says, and stages the rows.

    Of a record that is accepted or ignored only declared fields are kept; what is refused is kept sealed, and of its
    content nothing but reasons stands beside it.
    """

    def __init__(self, plan: GatewayPlan) -> None:
        self._masker = Masker(plan.key, plan.context)
        self._keeps_raw = plan.source.keep_raw == "sealed"
        self._projection = Projection(plan.provider.keeps(plan.source), self._masker.shapes)
        self._kept_until = plan.arrival.kept_until
        self._context, self._arrival, self._receipt = plan.context, plan.arrival, plan.provider.receipt
        self._sealed, self._key_epoch = set[str](), plan.key.epoch
        self._introducing = plan.provider.introduces
        self._first_seen = FirstSeen()
        self._numbers: dict[int, int] = {}
        self._out = StagingWriter(plan.folder, KINDS)

    def close(self) -> Iterator[pa.RecordBatch]:
        """Stage the collected rows, with the first occurrence of each identifier and pair, and name the files."""
        self._hand_on_seen()
        yield from self._out.close()

    def _hand_on_seen(self) -> None:
        """Stage what was seen so far and begin anew: the run brings rows of one identifier together, those of several
        tasks as those of one, so that a task keeps a bounded number of them."""
        for kind, row in self._first_seen.rows():
            self._out.add(kind, row)
        self._first_seen = FirstSeen()
        self._sealed.clear()

    def rejected(
        self,
        file: InputFile,
        position: int,
        raw: bytes,
        reasons: list[str],
        flags: list[str],
        stage: str = "parse",
        form: str = "json",
        header: Sequence[str] = (),
    ) -> None:
        """Stage a refused record, sealed.

        Args:
            raw: as it was received; empty for a file as a whole.
            form: json, csv or row; together with ``header`` (of a CSV file) it tells how to read it again.
        """
        received = file.received_at if file.received_at is not None else self._arrival.run_at
        row = self._row(file, position, raw, flags, received)
        if raw:
            row |= {"sealed": self._masker.records.seal(raw, form, header), "kept_until": self._kept_until}
        self._out.add("refused", {**row, "length": len(raw), "stage": stage, "reasons": sorted(set(reasons))})

    def broken(self, file: InputFile, *reasons: str) -> None:
        self.rejected(file, -1, b"", list(reasons), [], stage="read")

    def accepted(
        self,
        file: InputFile,
        position: int,
        raw: bytes,
        body: Mapping[str, Any],
        produced: Produced,
        flags: list[str],
        form: str = "json",
        header: Sequence[str] = (),
    ) -> None:
        """Stage a record's content; an invalid identifier (an address without @), a time after receipt, or content that
        is not of the shared vocabulary rejects the whole record.

        Args:
            body: what the provider's ``keeps`` describes.
        """
        try:
            content = self._content(file, produced)
            kept = _as_json(self._projection.of(body))
        except Exception as error:
            self.rejected(file, position, raw, refusal(error), flags, form=form, header=header)
            return
        self._stage(file, position, content)
        flags = flags + produced.flags
        if _has_invisible(content.named):
            flags.append(INVISIBLE)
        row = self._row(file, position, raw, flags, content.received)
        row["kept"], row["is_ignored"] = kept, produced.ignored
        if self._keeps_raw:
            row |= {"sealed": self._masker.records.seal(raw, form, header), "kept_until": self._kept_until}
        self._out.add("records", row)

    def _content(self, file: InputFile, produced: Produced) -> _Content:
        """Everything that may fail for a record; nothing is staged yet."""
        received = received_at(self._receipt, produced, file, self._arrival.run_at)
        check_future(produced, received, self._arrival)
        masker = self._masker
        named: Named = {}
        items: list[tuple[str, list[dict[str, Any]]]] = []
        if produced.events:
            items.append(("events", [masker.event(e, named) for e in produced.events]))
        items += [(kind, [masker.owned(kind, i, named) for i in its]) for kind, its in produced.others()]
        for kind, its in items:
            at, day = TIMES[kind]
            if day is not None:
                for item in its:
                    item[day] = item[at] // DAY_MICROS
        links = [masker.link(link, named) for link in produced.links] if produced.links else []
        introduced = [(masker.pseudonym(w, named), at) for w, at in produced.introduced if w.kind != "anonymous"]
        known, introduces = self._arrival.known_as_of(received), introduces_people(produced, self._introducing)
        return _Content(received, known, items, links, named, introduces, introduced)

    def _stage(self, file: InputFile, position: int, content: _Content) -> None:
        received, known = content.received, content.known
        common = {
            "source": self._context.source,
            "record": record_number(file.number, position),
            "n_says": sum(len(items) for kind, items in content.items if kind != "orders"),
            "received_at": received,
            "known_as_of": known,
        }
        for kind, items in content.items:
            for item in items:
                self._stage_item(kind, item, common, file.number, content.introduces)
        for introduced, at in content.introduced:
            self._first_seen.see(introduced, False, True, known, at, received)
        for pair, at, rule in content.links:
            self._first_seen.link(pair, content.introduces, known, at, received, rule)
        if content.introduces:
            for identifier, pseudonym in content.named.items():
                if pseudonym not in self._sealed:
                    self._seal(identifier, pseudonym)
        # A visitor without a link is sealed, and not seen.
        if max(self._first_seen.size, len(self._sealed)) >= MOST_SEEN:
            self._hand_on_seen()

    def _stage_item(
        self, kind: str, item: dict[str, Any], common: dict[str, Any], file_number: int, introduces: bool
    ) -> None:
        item.update(common)
        number = self._numbers.get(file_number, 0)
        self._numbers[file_number] = number + 1
        item["no"] = (file_number << FILE_BITS) + number
        identifier = item["identifier_id"]
        if identifier is not None:
            moment, received = item.get(TIMES[kind][0]), item["received_at"]
            at = received if moment is None else moment
            self._first_seen.see(identifier, False, introduces, item["known_as_of"], at, received)
        self._out.add(kind, item)
        if kind == "events" and identifier is not None and item["event_type"] in OBJECTION_TYPES:
            self._out.add("objections", item)

    def _seal(self, identifier: Identifier, pseudonym: str) -> None:
        """Add the identifier to the vault, once per task, and only for accepted records that introduce people."""
        self._sealed.add(pseudonym)
        row = {
            "identifier_id": pseudonym, "kind": identifier.kind, "sealed": self._masker.seal(identifier),
            "key_epoch": self._key_epoch, "mailbox_provider": provider_of(identifier),
        }  # fmt: skip
        self._out.add("identities", row)

    def _row(self, file: InputFile, position: int, raw: bytes, flags: list[str], received: int) -> dict[str, Any]:
        return {
            "source": self._context.source,
            "file_id": file.file_id,
            "file_name": file.name,
            "position": position,
            "record": record_number(file.number, position),
            "received_at": received,
            "received_date": received // DAY_MICROS,
            "flags": flags or None,
            "record_hash": self._masker.records.hash_of(raw),
        }


def _as_json(kept: Any) -> str:
    try:
        return orjson.dumps(kept, default=str).decode()
    except orjson.JSONEncodeError:
        # A number beyond 64 bits.
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=str)


def _has_invisible(named: Named) -> bool:
    return any(not value.isascii() and visible(value) != value for _, value in named)
