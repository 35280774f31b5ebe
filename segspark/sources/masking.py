"""Pseudonyms instead of direct identifiers, in what a record says and in its text."""

import hashlib
import json
from typing import Any

import orjson

from segspark import address
from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources.vocabulary import Identifier, Rejected

# Two pseudonyms of one person, and which of them belong to anonymous visitors.
Pair = tuple[str, str, bool, bool]
# The identifiers in a record, with their pseudonyms.
Named = dict[Identifier, str]


class Masker:
    """Replaces identifiers by pseudonyms; ``named`` collects those of one record on the way."""

    def __init__(self, key: Key) -> None:
        self._pseudonyms = Pseudonymiser(key)

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

    def owned(self, item: dict[str, Any], named: Named) -> dict[str, Any]:
        """An item of a record with its owner's pseudonym."""
        identifier = item.pop("identifier", None)
        item["identifier_id"] = self.pseudonym(identifier, named) if identifier else None
        if item.get("attributes"):
            item["attributes"] = [(k, self.without_addresses(v)) for k, v in item["attributes"].items()]
        return item

    def event(self, event: dict[str, Any], named: Named) -> dict[str, Any]:
        """An event with its owner's pseudonym, the hash of its content, and the family of its mailbox."""
        identifier, anonymous = event.get("identifier"), event.pop("anonymous", None)
        event = self.owned(event, named)
        event["anonymous_id"] = self.pseudonym(anonymous, named) if anonymous else None
        url = event.get("url")
        if url:
            event["url"] = self.without_addresses(url)
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

    def link(self, link: tuple[Identifier, Identifier, str, int], named: Named) -> tuple[Pair, int, str]:
        left, right, rule, at = link
        ends = self.pseudonym(left, named), self.pseudonym(right, named)
        return (*ends, left.kind == "anonymous", right.kind == "anonymous"), at, rule

    def without_addresses(self, text: str) -> str:
        return address.replace_addresses(text, self._pseudonyms.mask_address)

    def scrub(self, text: str, named: Named, direct: list[str]) -> str:
        """A record's text with its identifiers and every address replaced, and the other direct values removed."""
        for (_, value), pseudonym in named.items():
            token = f'"~{pseudonym}"'
            text = text.replace(f'"{value}"', token)
            if value.isdigit() and value in text:
                # A bare number, as JSON writes it; plain replacements, because a regex per value costs more.
                for before in (":", ": "):
                    for after in (",", "}", " ", "]"):
                        text = text.replace(f"{before}{value}{after}", f"{before}{token}{after}")
        text = self.without_addresses(text)
        for value in direct:
            if len(value) >= 2:
                text = text.replace(f'"{value}"', '"~"')
                if not value.isascii() or '"' in value or "\\" in value:
                    text = text.replace(json.dumps(value, ensure_ascii=False), '"~"').replace(json.dumps(value), '"~"')
        return text
