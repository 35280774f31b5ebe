"""The records of a generated shop, read by the providers' adapters alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segspark.sources import json_strict, mailgun, postmark, segment, sendgrid, shopify
from segspark.sources.content import opened
from segspark.sources.files import InputFile
from segspark.sources.records import json_records
from segspark.sources.vocabulary import Context, Produced, Rejected

ADAPTERS = {
    "sendgrid": sendgrid, "mailgun": mailgun, "postmark": postmark, "segment": segment, "shopify": shopify,
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """One record as the engine's door reads it: what it says, or why it is refused."""

    text: bytes
    produced: Produced | None
    reason: str | None


def read(folder: Path, source: str) -> Iterator[Read]:
    options = segment.Options() if source == "segment" else None
    zone, keep = ("Europe/Paris", {"campaign": "label"}) if source == "shopify" else (None, {})
    context = Context(source, zone, "EUR", options, keep=keep)
    for path in sorted((folder / "data" / source).iterdir()):
        with opened(InputFile(source, str(path), path.name, "", 0, None), 10**9) as content:
            records = list(json_records(content))
        for raw, _ in records:
            try:
                value, _ = json_strict.decode(raw, max_bytes=10**6, max_depth=64)
                yield Read(raw, ADAPTERS[source].parse(value, context), None)
            except Rejected as error:
                yield Read(raw, None, error.reasons[0].split(":")[0])
