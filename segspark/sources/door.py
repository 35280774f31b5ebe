"""The door: strict parsing, pseudonyms and scrubbing, before anything is stored.

Runs inside Spark tasks. Each record becomes one row of ``parsed.py``: what it says, or why it is refused,
with its text kept and every direct identifier in it replaced.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import orjson
import pyarrow as pa

from segspark import address
from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources import json_strict, parsed
from segspark.sources.files import BrokenFile, InputFile, json_records, read_bytes
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

BATCH = 5_000
KEPT_TEXT = 100_000
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
class DoorPlan:
    """What a task needs to know; it travels with the task and is never logged."""

    kind: str
    context: Context
    groups: tuple[tuple[InputFile, ...], ...]
    limits: Limits
    key: Key


def parse_provider(plan: DoorPlan, group: int) -> Iterator[pa.RecordBatch]:
    """Every record of one group of files, through the provider's adapter."""
    parse = import_module(MODULES[plan.kind]).parse
    finish = Finisher(plan.key, plan.context)
    rows: list[dict[str, Any]] = []
    for file in plan.groups[group]:
        try:
            content = read_bytes(file.path, plan.limits.max_inflated_bytes)
        except BrokenFile as error:
            rows.append(finish.broken(file, error.reason))
            continue
        for position, raw in enumerate(json_records(content)):
            rows.append(_parse_one(parse, finish, plan, file, position, raw))
            if len(rows) >= BATCH:
                yield parsed.to_batch(rows)
                rows = []
    if rows:
        yield parsed.to_batch(rows)


def _parse_one(
    parse: Any, finish: "Finisher", plan: DoorPlan, file: InputFile, position: int, raw: bytes
) -> dict[str, Any]:
    flags: list[str] = []
    try:
        value, flags = json_strict.decode(raw, max_bytes=plan.limits.max_record_bytes, max_depth=plan.limits.max_depth)
        if not isinstance(value, dict):
            raise Rejected("type")
        produced = parse(value, plan.context)
    except Rejected as error:
        return finish.rejected(file, position, _text(raw), error.reasons, flags)
    return finish.accepted(file, position, _text(raw), produced, flags)


def _text(raw: bytes) -> str:
    return raw[:KEPT_TEXT].decode(errors="replace").replace("\x00", "\ufffd")


class Finisher:
    """Replaces identifiers by pseudonyms in what a record says and in its text."""

    def __init__(self, key: Key, context: Context) -> None:
        self._pseudonyms = Pseudonymiser(key)
        self._context = context
        self._sealed: set[str] = set()

    def rejected(
        self, file: InputFile, position: int, text: str, reasons: list[str], flags: list[str], stage: str = "parse"
    ) -> dict[str, Any]:
        row = self._row(file, position, address.replace_addresses(text, self.token), flags)
        return {**row, "stage": stage, "reasons": sorted(set(reasons))}

    def broken(self, file: InputFile, reason: str) -> dict[str, Any]:
        return self.rejected(file, -1, "", [reason], [], stage="read")

    def accepted(
        self,
        file: InputFile,
        position: int,
        text: str,
        produced: Produced,
        flags: list[str],
        is_scrubbed: bool = False,
    ) -> dict[str, Any]:
        """One row of an accepted record; an identifier that is none (an address without @) rejects it."""
        identities: list[dict[str, Any]] = []
        named = set() if is_scrubbed else _identifiers(produced)
        try:
            events = [self._event(e, identities) for e in produced.events]
            others = {
                "orders": [self._owned(o, identities) for o in produced.orders],
                "lines": [self._owned(o, identities) for o in produced.lines],
                "profiles": [self._owned(o, identities) for o in produced.profiles],
                "consents": [self._owned(o, identities) for o in produced.consents],
                "links": [self._link(link, identities) for link in produced.links],
            }
        except Rejected as error:
            # What this record would have brought into the vault is brought by the next one that names it.
            self._sealed.difference_update(i["identifier_id"] for i in identities)
            return self.rejected(file, position, text, error.reasons, flags)
        if not is_scrubbed:
            text = self._scrub(text, named, produced.direct)
        row = self._row(file, position, text, [*flags, *produced.flags])
        if produced.received_at is not None:
            row["received_at"] = produced.received_at
        elif row["received_at"] is None:
            row["received_at"] = _own_time(produced)
        return {**row, "is_ignored": produced.ignored, "events": events, "identities": identities, **others}

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

    def _row(self, file: InputFile, position: int, text: str, flags: list[str]) -> dict[str, Any]:
        return {
            "source": self._context.source,
            "file_id": file.file_id,
            "file_name": file.name,
            "position": position,
            "received_at": file.received_at,
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
        if identifier is not None and identifier.kind == "email" and event.get("mailbox_provider") is None:
            event["mailbox_provider"] = address.mailbox_provider(identifier.value.rpartition("@")[2].strip().lower())
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
        text = address.replace_addresses(text, self.token)
        for identifier in named:
            if identifier.kind != "email":
                token = f'"{self.mask(identifier.kind, identifier.value)}"'
                text = text.replace(f'"{identifier.value}"', token)
                if identifier.value.isdigit():
                    # A bare number, as JSON writes it; plain replacements, because a pattern per value costs more.
                    for before in (":", ": "):
                        for after in (",", "}", " ", "]"):
                            text = text.replace(f"{before}{identifier.value}{after}", f"{before}{token}{after}")
        for value in direct:
            if len(value) >= 2:
                text = text.replace(f'"{value}"', '"~"')
                if not value.isascii() or '"' in value or "\\" in value:
                    text = text.replace(json.dumps(value, ensure_ascii=False), '"~"').replace(json.dumps(value), '"~"')
        return text


def _identifiers(produced: Produced) -> set[Identifier]:
    found = {i for left, right, _, _ in produced.links for i in (left, right)}
    for items in (produced.events, produced.orders, produced.lines, produced.profiles, produced.consents):
        for item in items:
            found.update(i for i in (item.get("identifier"), item.get("anonymous")) if i is not None)
    return found


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
