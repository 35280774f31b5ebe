"""Replaces identifiers by pseudonyms in what a record says and in its text, and stages the rows."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

from segspark import address
from segspark.pseudonyms import Pseudonymiser
from segspark.sources.files import InputFile
from segspark.sources.parsed import FILE_BITS, KINDS, record_number
from segspark.sources.plan import GatewayPlan
from segspark.sources.vocabulary import Identifier, Produced, Rejected
from segspark.tables.contracts.silver import OBJECTION_TYPES
from segspark.tables.staging import StagingWriter
from segspark.time import MICROS

DAY_MICROS = 86_400 * MICROS


# Two pseudonyms of one person, and which of them belong to anonymous visitors.
Pair = tuple[str, str, bool, bool]


_PAIR = ("left_id", "right_id", "left_is_anonymous", "right_is_anonymous")


# The identifiers in a record, with their pseudonyms.
Named = dict[Identifier, str]


# Kind -> its time column, and the column of its UTC day.
TIMES: dict[str, tuple[str, str | None]] = {
    "events": ("occurred_at", "event_date"),
    "orders": ("ordered_at", "order_date"),
    "lines": ("ordered_at", "order_date"),
    "profiles": ("valid_from", None),
    "consents": ("effective_at", None),
}


class Sanitizer:
    """Replaces identifiers by pseudonyms in what a record says and in its text, and stages the rows."""

    def __init__(self, plan: GatewayPlan) -> None:
        self._pseudonyms = Pseudonymiser(plan.key)
        self._context, self._arrival = plan.context, plan.arrival
        self._sealed: set[str] = set()
        self._first_seen: dict[str, tuple[int, int, int, bool]] = {}
        self._links: dict[Pair, tuple[int, int, int, str]] = {}
        self._numbers: dict[int, int] = {}
        self._out = StagingWriter(plan.folder, KINDS)

    def close(self) -> Iterator[pa.RecordBatch]:
        """Stage the collected rows, with the first occurrence of each identifier and pair, and name the files."""
        for identifier, (known, at, received, anonymous) in self._first_seen.items():
            row = {"identifier_id": identifier, "is_anonymous": anonymous, "known_as_of": known}
            self._out.add("first_seen", {**row, "effective_at": at, "recorded_at": received})
        for pair, (known, at, received, rule) in self._links.items():
            link = dict(zip(_PAIR, pair, strict=True))
            self._out.add(
                "links", {**link, "rule": rule, "effective_at": at, "recorded_at": received, "known_as_of": known}
            )
        self._first_seen, self._links = {}, {}
        yield from self._out.close()

    def rejected(
        self, file: InputFile, position: int, text: str, reasons: list[str], flags: list[str], stage: str = "parse"
    ) -> None:
        received = file.received_at if file.received_at is not None else self._arrival.run_at
        row = self._row(file, position, address.replace_addresses(text, self._pseudonyms.mask_address), flags, received)
        self._out.add("refused", {**row, "stage": stage, "reasons": sorted(set(reasons))})

    def broken(self, file: InputFile, reason: str) -> None:
        self.rejected(file, -1, "", [reason], [], stage="read")

    def accepted(
        self,
        file: InputFile,
        position: int,
        text: str,
        produced: Produced,
        flags: list[str],
        is_scrubbed: bool = False,
    ) -> None:
        """Stage a record's content; an invalid identifier (an address without @) or a time after receipt rejects the
        whole record."""
        received = self._received(file, produced)
        named: Named = {}
        try:
            self._check_future(produced, received)
            contents: list[tuple[str, list[dict[str, Any]]]] = []
            if produced.events:
                contents.append(("events", [self._event(e, named) for e in produced.events]))
            for kind, items in (
                ("orders", produced.orders),
                ("lines", produced.lines),
                ("profiles", produced.profiles),
                ("consents", produced.consents),
            ):
                if items:
                    contents.append((kind, [self._owned(i, named) for i in items]))
            links = [self._link(link, named) for link in produced.links] if produced.links else []
        except Rejected as error:
            self.rejected(file, position, text, error.reasons, flags)
            return
        if not is_scrubbed:
            text = self._scrub(text, named, produced.direct)
        known = self._arrival.known_as_of(received)
        n_says = 0
        for kind, items in contents:
            n_says += len(items) if kind != "orders" else 0
        common = {
            "source": self._context.source,
            "record": record_number(file.number, position),
            "n_says": n_says,
            "received_at": received,
            "known_as_of": known,
        }
        for kind, items in contents:
            for item in items:
                self._stage_item(kind, item, common, file.number)
        for pair, at, rule in links:
            self._see(pair[0], pair[2], known, at, received)
            self._see(pair[1], pair[3], known, at, received)
            first = (known, at, received, rule)
            before = self._links.get(pair)
            if before is None or first < before:
                self._links[pair] = first
        for identifier, pseudonym in named.items():
            if pseudonym not in self._sealed:
                self._seal(identifier, pseudonym)
        row = self._row(file, position, text, flags + produced.flags, received)
        row["is_ignored"] = produced.ignored
        self._out.add("records", row)

    def _stage_item(self, kind: str, item: dict[str, Any], common: dict[str, Any], file_number: int) -> None:
        item.update(common)
        number = self._numbers.get(file_number, 0)
        self._numbers[file_number] = number + 1
        item["no"] = (file_number << FILE_BITS) + number
        at, day = TIMES[kind]
        moment = item.get(at)
        if day is not None:
            item[day] = item[at] // DAY_MICROS
        identifier = item["identifier_id"]
        if identifier is not None:
            received = item["received_at"]
            self._see(identifier, False, item["known_as_of"], received if moment is None else moment, received)
        self._out.add(kind, item)
        if kind == "events" and identifier is not None and item["event_type"] in OBJECTION_TYPES:
            self._out.add("objections", item)

    def _see(self, identifier: str, is_anonymous: bool, known: int, at: int, received: int) -> None:
        before = self._first_seen.get(identifier)
        if before is None or known <= before[0]:
            seen = (known, at, received, is_anonymous)
            if before is None or seen < before:
                self._first_seen[identifier] = seen

    def _received(self, file: InputFile, produced: Produced) -> int:
        if produced.received_at is not None:
            return produced.received_at
        if file.received_at is not None:
            return file.received_at
        own = _own_time(produced)
        return self._arrival.run_at if own is None else own

    def _check_future(self, produced: Produced, received: int) -> None:
        latest = received + self._arrival.future_tolerance
        for event in produced.events:
            if event["occurred_at"] > latest:
                raise Rejected("future:occurred_at")
        for line in produced.lines:
            if line["ordered_at"] > latest:
                raise Rejected("future:ordered_at")

    def _pseudonym(self, identifier: Identifier, named: Named) -> str:
        known = named.get(identifier)
        if known is not None:
            return known
        pseudonym = self._pseudonyms.identifier_id(identifier.kind, identifier.value)
        if pseudonym is None:
            raise Rejected("address" if identifier.kind == "email" else "identifier")
        named[identifier] = pseudonym
        return pseudonym

    def _seal(self, identifier: Identifier, pseudonym: str) -> None:
        """Add the identifier to the vault, once per task, and only for accepted records."""
        self._sealed.add(pseudonym)
        sealed = self._pseudonyms.seal(identifier.kind, identifier.value)
        self._out.add("identities", {"identifier_id": pseudonym, "kind": identifier.kind, "sealed": sealed})

    def _row(self, file: InputFile, position: int, text: str, flags: list[str], received: int) -> dict[str, Any]:
        return {
            "source": self._context.source,
            "file_id": file.file_id,
            "file_name": file.name,
            "position": position,
            "record": record_number(file.number, position),
            "received_at": received,
            "received_date": received // DAY_MICROS,
            "flags": flags or None,
            "fingerprint": hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
            "text": text,
        }

    def _owned(self, item: dict[str, Any], named: Named) -> dict[str, Any]:
        identifier = item.pop("identifier", None)
        item["identifier_id"] = self._pseudonym(identifier, named) if identifier else None
        if item.get("attributes"):
            item["attributes"] = [
                (k, address.replace_addresses(v, self._pseudonyms.mask_address)) for k, v in item["attributes"].items()
            ]
        return item

    def _event(self, event: dict[str, Any], named: Named) -> dict[str, Any]:
        identifier, anonymous = event.get("identifier"), event.pop("anonymous", None)
        event = self._owned(event, named)
        event["anonymous_id"] = self._pseudonym(anonymous, named) if anonymous else None
        url = event.get("url")
        if url:
            event["url"] = address.replace_addresses(url, self._pseudonyms.mask_address)
        content = orjson.dumps(event, default=str, option=orjson.OPT_SORT_KEYS)
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        event["fingerprint"] = digest[:16]
        if event.get("event_id") is None:
            event["event_id"] = "h-" + digest
        provider = event.get("mailbox_provider")
        if provider is None and identifier is not None and identifier.kind == "email":
            provider = address.mailbox_provider(identifier.value.rpartition("@")[2].strip().lower())
        event["mailbox_provider"] = provider
        return event

    def _link(self, link: tuple[Identifier, Identifier, str, int], named: Named) -> tuple[Pair, int, str]:
        left, right, rule, at = link
        ends = self._pseudonym(left, named), self._pseudonym(right, named)
        return (*ends, left.kind == "anonymous", right.kind == "anonymous"), at, rule

    def _scrub(self, text: str, named: Named, direct: list[str]) -> str:
        for (_, value), pseudonym in named.items():
            token = f'"~{pseudonym}"'
            text = text.replace(f'"{value}"', token)
            if value.isdigit() and value in text:
                # A bare number, as JSON writes it; plain replacements, because a regex per value costs more.
                for before in (":", ": "):
                    for after in (",", "}", " ", "]"):
                        text = text.replace(f"{before}{value}{after}", f"{before}{token}{after}")
        text = address.replace_addresses(text, self._pseudonyms.mask_address)
        for value in direct:
            if len(value) >= 2:
                text = text.replace(f'"{value}"', '"~"')
                if not value.isascii() or '"' in value or "\\" in value:
                    text = text.replace(json.dumps(value, ensure_ascii=False), '"~"').replace(json.dumps(value), '"~"')
        return text


def _own_time(produced: Produced) -> int | None:
    """The record's own time, used as receipt if neither the file nor the record gives one."""
    for items, column in (
        (produced.events, "occurred_at"),
        (produced.orders, "ordered_at"),
        (produced.lines, "ordered_at"),
        (produced.consents, "recorded_at"),
        (produced.consents, "effective_at"),
        (produced.profiles, "recorded_at"),
        (produced.profiles, "valid_from"),
    ):
        times = [item[column] for item in items if item.get(column) is not None]
        if times:
            return int(max(times))
    return None
