"""The ingest gateway: strict parsing, pseudonyms and scrubbing, before anything is stored.

Runs inside Spark tasks. The content of a record, or the reason why it is refused, is staged as rows of the kinds of
``parsed.py``; the record's text is kept with every direct identifier replaced.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pyarrow as pa

from segspark.sources import json_strict
from segspark.sources.files import BrokenFile, InputFile, json_records, read_bytes
from segspark.sources.plan import GatewayPlan
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.vocabulary import Rejected

KEPT_TEXT = 100_000
MODULES = {
    "sendgrid": "segspark.sources.sendgrid",
    "mailgun": "segspark.sources.mailgun",
    "postmark": "segspark.sources.postmark",
    "ses": "segspark.sources.ses",
    "segment": "segspark.sources.segment",
    "shopify": "segspark.sources.shopify",
}


def parse_provider(plan: GatewayPlan, group: int) -> Iterator[pa.RecordBatch]:
    """Parse every record of one group of files with the provider's adapter; yields the names of the staged files."""
    parse = import_module(MODULES[plan.kind]).parse
    finish = Sanitizer(plan)
    with no_cyclic_collection():
        for file in plan.groups[group]:
            try:
                content = read_bytes(file.path, plan.limits.max_inflated_bytes)
            except BrokenFile as error:
                finish.broken(file, error.reason)
                continue
            for position, (raw, known) in enumerate(json_records(content)):
                _parse_one(parse, finish, plan, file, position, raw, known)
        yield from finish.close()


@contextmanager
def no_cyclic_collection() -> Iterator[None]:
    """Switch off cyclic garbage collection: it would cost a fifth of the time on millions of acyclic dictionaries."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parse_one(
    parse: Any, finish: "Sanitizer", plan: GatewayPlan, file: InputFile, position: int, raw: bytes, known: Any
) -> None:
    flags: list[str] = []
    limits = plan.limits
    try:
        value, flags = json_strict.decode(
            raw, max_bytes=limits.max_record_bytes, max_depth=limits.max_depth, known=known
        )
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
