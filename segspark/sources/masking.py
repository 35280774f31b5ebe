"""Pseudonyms instead of direct identifiers, and shapes for every text, in what a record says."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from segspark import address
from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources.fitting import Fit
from segspark.sources.parsed import KINDS, TEXTS
from segspark.sources.sealing import RecordSealer
from segspark.sources.shapes import Shapes
from segspark.sources.vocabulary import Context, Identifier, Rejected

# Two pseudonyms of one person, and which of them belong to anonymous visitors.
Pair = tuple[str, str, bool, bool]
# The identifiers in a record, with their pseudonyms.
Named = dict[Identifier, str]


class Masker:
    """Replaces identifiers by pseudonyms; ``named`` collects those of one record on the way."""

    def __init__(self, key: Key, context: Context) -> None:
        self._pseudonyms = Pseudonymiser(key)
        self.records = RecordSealer(key)
        self.shapes = Shapes(self.hidden, context.words)
        self._fits = {
            kind: Fit(KINDS[kind].schema, {column: self.shapes.named(shape) for column, shape in texts})
            for kind, texts in TEXTS.items()
        }
        self._attributes = {name: self.shapes.named(shape) for name, shape in context.keep.items()}
        self._attribute = self.shapes.named(context.attributes)
        self._event_key = key.derive("fingerprint")

    def hidden(self, text: str) -> str:
        """A keyed hash, kept instead of a text that names somebody."""
        return "~" + self.records.hash_of(text.encode(errors="replace"))[:16]

    def pseudonym(self, identifier: Identifier, named: Named) -> str:
        """The pseudonym of an identifier.

        Raises:
            Rejected: it is none, such as an address without @.
        """
        known = named.get(identifier)
        if known is not None:
            return known
        pseudonym = self._pseudonyms.identifier_id(identifier.kind, identifier.value)
        if pseudonym is None:
            raise Rejected("address" if identifier.kind == "email" else "identifier")
        named[identifier] = pseudonym
        return pseudonym

    def seal(self, identifier: Identifier) -> bytes:
        """The identifier as the vault keeps it."""
        return self._pseudonyms.seal(identifier.kind, identifier.value)

    def owned(self, kind: str, item: dict[str, Any], named: Named) -> dict[str, Any]:
        """An item of a record with its owner's pseudonym, every text in its shape.

        Raises:
            Rejected: a column cannot hold its value, or an identifier is none.
        """
        identifier = item.pop("identifier", None)
        pseudonym = self.pseudonym(identifier, named) if identifier else None
        if item.get("attributes"):
            item["attributes"] = self._shaped(item["attributes"])
        wrong = self._fits[kind].fit(item)
        if wrong is not None:
            raise Rejected(wrong)
        item["identifier_id"] = pseudonym
        return item

    def _shaped(self, attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
        shaped = []
        for name, value in attributes.items():
            kept = self._attributes.get(name, self._attribute)(value)
            if kept is not None:
                shaped.append((name, kept if isinstance(kept, str) else str(kept)))
        return shaped

    def event(self, event: dict[str, Any], named: Named) -> dict[str, Any]:
        """An event with its owner's pseudonym, the keyed hash of its content, and the family of its mailbox."""
        identifier, anonymous = event.get("identifier"), event.pop("anonymous", None)
        event = self.owned("events", event, named)
        event["anonymous_id"] = self.pseudonym(anonymous, named) if anonymous else None
        content = orjson.dumps(event, default=str, option=orjson.OPT_SORT_KEYS)
        digest = hashlib.blake2b(content, digest_size=16, key=self._event_key).hexdigest()
        event["fingerprint"] = digest[:16]
        if event.get("event_id") is None:
            event["event_id"] = "h-" + digest
        provider = event.get("mailbox_provider")
        if provider is None and identifier is not None:
            provider = provider_of(identifier)
        event["mailbox_provider"] = provider
        return event

    def link(self, link: tuple[Identifier, Identifier, str, int], named: Named) -> tuple[Pair, int, str]:
        left, right, rule, at = link
        ends = self.pseudonym(left, named), self.pseudonym(right, named)
        return (*ends, left.kind == "anonymous", right.kind == "anonymous"), at, rule


def provider_of(identifier: Identifier) -> str | None:
    """Family of the mailbox provider of an address; of other identifiers none."""
    return address.mailbox_provider_of(identifier.value) if identifier.kind == "email" else None
