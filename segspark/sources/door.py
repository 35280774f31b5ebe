"""The door: strict parsing, pseudonyms and scrubbing, before anything is stored.

Runs inside Spark tasks. What a record says, or why it is refused, goes to the run's staging as rows of the kinds of
``parsed.py``, with the record's text kept and every direct identifier in it replaced.
"""

import gc
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import orjson
import pyarrow as pa

from segspark import address
from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources import json_strict
from segspark.sources.files import BrokenFile, InputFile, json_records, read_bytes
from segspark.sources.parsed import FILE_BITS, KINDS, record_number
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected
from segspark.tables.silver import OBJECTION_TYPES
from segspark.tables.staging import StagingWriter
from segspark.time import MICROS, day_number

KEPT_TEXT = 100_000
DAY_MICROS = 86_400 * MICROS
# Kind -> the column that says when, and the one of its UTC day.
TIMES: dict[str, tuple[str, str | None]] = {
    "events": ("occurred_at", "event_date"),
    "orders": ("ordered_at", "order_date"),
    "lines": ("ordered_at", "order_date"),
    "profiles": ("valid_from", None),
    "consents": ("effective_at", None),
}
MODULES = {
    "sendgrid": "segspark.sources.esp.sendgrid",
    "mailgun": "segspark.sources.esp.mailgun",
    "postmark": "segspark.sources.esp.postmark",
    "ses": "segspark.sources.esp.ses",
    "segment": "segspark.sources.web.segment",
    "shopify": "segspark.sources.shop.shopify",
}


@dataclass(frozen=True)
class Limits:
    max_record_bytes: int = 5_000_000
    max_inflated_bytes: int = 2_000_000_000
    max_depth: int = 64


@dataclass(frozen=True)
class Arrival:
    """What a run knows about when its records became known.

    Attributes:
        time_zone: the business's; a record is known on the local day after its receipt.
        run_at: receipt of what has no time at all, UTC microseconds.
        first_unpublished: no earlier as-of day may know a record, days since 1970; None in an empty lake.
        future_tolerance: microseconds by which a clock may run ahead of the receipt.
    """

    time_zone: str
    run_at: int
    first_unpublished: int | None = None
    future_tolerance: int = 600 * MICROS

    def known_as_of(self, received_at: int) -> int:
        day_after = day_number(received_at, self.time_zone) + 1
        return day_after if self.first_unpublished is None else max(day_after, self.first_unpublished)


@dataclass(frozen=True)
class DoorPlan:
    """What a task needs to know; it travels with the task and is never logged."""

    kind: str
    context: Context
    groups: tuple[tuple[InputFile, ...], ...]
    limits: Limits
    key: Key
    arrival: Arrival
    folder: str


def parse_provider(plan: DoorPlan, group: int) -> Iterator[pa.RecordBatch]:
    """Every record of one group of files, through the provider's adapter; the staged files' names come out."""
    parse = import_module(MODULES[plan.kind]).parse
    finish = Finisher(plan)
    with _no_cyclic_collection():
        for file in plan.groups[group]:
            try:
                content = read_bytes(file.path, plan.limits.max_inflated_bytes)
            except BrokenFile as error:
                finish.broken(file, error.reason)
                continue
            for position, raw in enumerate(json_records(content)):
                _parse_one(parse, finish, plan, file, position, raw)
        yield from finish.close()


@contextmanager
def _no_cyclic_collection() -> Iterator[None]:
    """Millions of small dictionaries without a cycle among them: looking for cycles would cost a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parse_one(parse: Any, finish: "Finisher", plan: DoorPlan, file: InputFile, position: int, raw: bytes) -> None:
    flags: list[str] = []
    try:
        value, flags = json_strict.decode(raw, max_bytes=plan.limits.max_record_bytes, max_depth=plan.limits.max_depth)
        if not isinstance(value, dict):
            raise Rejected("type")
        produced = parse(value, plan.context)
    except Rejected as error:
        finish.rejected(file, position, _text(raw), error.reasons, flags)
    else:
        finish.accepted(file, position, _text(raw), produced, flags)


def _text(raw: bytes) -> str:
    text = raw[:KEPT_TEXT].decode(errors="replace")
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


class Finisher:
    """Replaces identifiers by pseudonyms in what a record says and in its text, and stages the rows."""

    def __init__(self, plan: DoorPlan) -> None:
        self._pseudonyms = Pseudonymiser(plan.key)
        self._context, self._arrival = plan.context, plan.arrival
        self._sealed: set[str] = set()
        self._sights: dict[str, tuple[int, int, int, bool]] = {}
        self._numbers: dict[int, int] = {}
        self._out = StagingWriter(plan.folder, KINDS)

    def close(self) -> Iterator[pa.RecordBatch]:
        for identifier, (known, at, received, anonymous) in self._sights.items():
            row = {"identifier_id": identifier, "is_anonymous": anonymous, "known_as_of": known}
            self._out.add("sights", {**row, "effective_at": at, "recorded_at": received})
        self._sights = {}
        yield from self._out.close()

    def rejected(
        self, file: InputFile, position: int, text: str, reasons: list[str], flags: list[str], stage: str = "parse"
    ) -> None:
        received = file.received_at if file.received_at is not None else self._arrival.run_at
        row = self._row(file, position, address.replace_addresses(text, self.token), flags, received)
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
        """Stage what a record says; an identifier that is none (an address without @), or a time after its receipt,
        rejects it whole."""
        received = self._received(file, produced)
        identities: list[dict[str, Any]] = []
        named = set() if is_scrubbed else _identifiers(produced)
        try:
            self._check_future(produced, received)
            events = [self._event(e, identities) for e in produced.events]
            orders = [self._owned(o, identities) for o in produced.orders]
            lines = [self._owned(o, identities) for o in produced.lines]
            profiles = [self._owned(o, identities) for o in produced.profiles]
            consents = [self._owned(o, identities) for o in produced.consents]
            links = [self._link(link, identities) for link in produced.links]
        except Rejected as error:
            # What this record would have brought into the vault is brought by the next one that names it.
            self._sealed.difference_update(i["identifier_id"] for i in identities)
            self.rejected(file, position, text, error.reasons, flags)
            return
        if not is_scrubbed:
            text = self._scrub(text, named, produced.direct)
        known = self._arrival.known_as_of(received)
        common = {
            "source": self._context.source,
            "record": record_number(file.number, position),
            "n_says": len(events) + len(lines) + len(profiles) + len(consents),
            "received_at": received,
            "known_as_of": known,
        }
        for kind, items in (
            ("events", events),
            ("orders", orders),
            ("lines", lines),
            ("profiles", profiles),
            ("consents", consents),
        ):
            for item in items:
                self._stage_item(kind, item, common, file.number)
        for link in links:
            self._see(link["left_id"], link["left_is_anonymous"], known, link["effective_at"], received)
            self._see(link["right_id"], link["right_is_anonymous"], known, link["effective_at"], received)
            self._out.add("links", {**link, "recorded_at": received, "known_as_of": known})
        for identity in identities:
            self._out.add("identities", identity)
        row = self._row(file, position, text, [*flags, *produced.flags], received)
        row["is_ignored"] = produced.ignored
        self._out.add("records", row)

    def _stage_item(self, kind: str, item: dict[str, Any], common: dict[str, Any], file_number: int) -> None:
        item.update(common)
        item["no"] = (file_number << FILE_BITS) + self._numbers.setdefault(file_number, 0)
        self._numbers[file_number] += 1
        at, day = TIMES[kind]
        moment = item.get(at)
        if day is not None:
            item[day] = item[at] // DAY_MICROS
        if item["identifier_id"] is not None:
            received = common["received_at"]
            self._see(
                item["identifier_id"], False, common["known_as_of"], received if moment is None else moment, received
            )
        self._out.add(kind, item)
        if kind == "events" and item["event_type"] in OBJECTION_TYPES and item["identifier_id"] is not None:
            self._out.add("objections", item)

    def _see(self, identifier: str, is_anonymous: bool, known: int, at: int, received: int) -> None:
        sight = (known, at, received, is_anonymous)
        before = self._sights.get(identifier)
        if before is None or sight < before:
            self._sights[identifier] = sight

    def _received(self, file: InputFile, produced: Produced) -> int:
        if produced.received_at is not None:
            return produced.received_at
        if file.received_at is not None:
            return file.received_at
        own = _own_time(produced)
        return self._arrival.run_at if own is None else own

    def _check_future(self, produced: Produced, received: int) -> None:
        latest = received + self._arrival.future_tolerance
        for items, at in ((produced.events, "occurred_at"), (produced.lines, "ordered_at")):
            if any(item[at] > latest for item in items):
                raise Rejected(f"future:{at}")

    def mask(self, kind: str, value: str) -> str:
        """What stands in a kept text for an identifier."""
        pseudonym = self._pseudonyms.identifier_id(kind, value)
        return f"~{pseudonym}" if pseudonym else "~"

    def pseudonym(self, identifier: Identifier, identities: list[dict[str, Any]]) -> str:
        pseudonym = self._pseudonyms.identifier_id(identifier.kind, identifier.value)
        if pseudonym is None:
            raise Rejected("address" if identifier.kind == "email" else "identifier")
        if pseudonym not in self._sealed:
            self._sealed.add(pseudonym)
            sealed = self._pseudonyms.seal(identifier.kind, identifier.value)
            identities.append({"identifier_id": pseudonym, "kind": identifier.kind, "sealed": sealed})
        return pseudonym

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

    def _owned(self, item: dict[str, Any], identities: list[dict[str, Any]]) -> dict[str, Any]:
        identifier = item.pop("identifier", None)
        item["identifier_id"] = self.pseudonym(identifier, identities) if identifier else None
        if item.get("attributes"):
            item["attributes"] = [(k, address.replace_addresses(v, self.token)) for k, v in item["attributes"].items()]
        return item

    def _event(self, event: dict[str, Any], identities: list[dict[str, Any]]) -> dict[str, Any]:
        identifier, anonymous = event.get("identifier"), event.pop("anonymous", None)
        event = self._owned(event, identities)
        event["anonymous_id"] = self.pseudonym(anonymous, identities) if anonymous else None
        if event.get("url"):
            event["url"] = address.replace_addresses(event["url"], self.token)
        said = orjson.dumps(event, default=str, option=orjson.OPT_SORT_KEYS)
        digest = hashlib.blake2b(said, digest_size=16).hexdigest()
        event["fingerprint"] = digest[:16]
        if event.get("event_id") is None:
            event["event_id"] = "h-" + digest
        provider = event.get("mailbox_provider")
        if provider is None and identifier is not None and identifier.kind == "email":
            provider = address.mailbox_provider(identifier.value.rpartition("@")[2].strip().lower())
        event["mailbox_provider"] = provider
        return event

    def _link(self, link: tuple[Identifier, Identifier, str, int], identities: list[dict[str, Any]]) -> dict[str, Any]:
        left, right, rule, at = link
        return {
            "left_id": self.pseudonym(left, identities),
            "left_is_anonymous": left.kind == "anonymous",
            "right_id": self.pseudonym(right, identities),
            "right_is_anonymous": right.kind == "anonymous",
            "rule": rule,
            "effective_at": at,
        }

    def token(self, found: str) -> str:
        return self.mask("email", found.replace("%2B", "+").replace("%2b", "+"))

    def _scrub(self, text: str, named: set[Identifier], direct: list[str]) -> str:
        for identifier in named:
            token = f'"{self.mask(identifier.kind, identifier.value)}"'
            text = text.replace(f'"{identifier.value}"', token)
            if identifier.value.isdigit() and identifier.value in text:
                # A bare number, as JSON writes it; plain replacements, because a pattern per value costs more.
                for before in (":", ": "):
                    for after in (",", "}", " ", "]"):
                        text = text.replace(f"{before}{identifier.value}{after}", f"{before}{token}{after}")
        text = address.replace_addresses(text, self.token)
        for value in direct:
            if len(value) >= 2:
                text = text.replace(f'"{value}"', '"~"')
                if not value.isascii() or '"' in value or "\\" in value:
                    text = text.replace(json.dumps(value, ensure_ascii=False), '"~"').replace(json.dumps(value), '"~"')
        return text


def _identifiers(produced: Produced) -> set[Identifier]:
    found: set[Identifier | None] = set()
    for left, right, _, _ in produced.links:
        found.update((left, right))
    for items in (produced.events, produced.orders, produced.lines, produced.profiles, produced.consents):
        for item in items:
            found.add(item.get("identifier"))
            found.add(item.get("anonymous"))
    found.discard(None)
    return found  # type: ignore[return-value]


def _own_time(produced: Produced) -> int | None:
    """Where nobody says when a record was received, it was received when it happened."""
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
