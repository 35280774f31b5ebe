"""The ingest gateway: strict parsing and pseudonyms, before anything is stored.

Runs inside Spark tasks. The content of a record, or the reason why it is refused, is staged as rows of the kinds of
``parsed.py``. Of a record only declared fields are kept; one that is refused is kept sealed.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from os.path import basename
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segspark.errors import SegsparkError
from segspark.sources import json_strict
from segspark.sources.content import opened
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.plan import GatewayPlan
from segspark.sources.records import json_records
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.sealed_records import opened_records
from segspark.sources.vocabulary import Context, Produced, Rejected, refusal
from segspark.tables.staging import NAMED_DDL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Parse = Callable[[dict[str, Any], Context], Produced]


def by_record(parse: Parse) -> Callable[["DataFrame", GatewayPlan], "DataFrame"]:
    """The ``stage`` of a provider whose files hold JSON records that are parsed one by one."""
    return partial(_stage_records, parse)


def _stage_records(parse: Parse, tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    return tasks.mapInArrow(over_groups(partial(parse_records, parse, plan)), NAMED_DDL)


def over_groups(
    function: Callable[[int], Iterator[pa.RecordBatch]],
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function of one group of files as a function over the rows of a task, which hold the groups' numbers."""

    def over_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for group in batch.column(0).to_pylist():
                yield from without_values(function(group))

    return over_batches


class TaskError(RuntimeError):
    """A task failed; the text says where, and nothing of what it had read."""


def without_values(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches of a task that reads records; an unexpected error is told by its type and place alone.

    Spark writes the text of an error to logs and to the console, and ``int('jean@…')`` says what it was given.

    Raises:
        TaskError: instead of such an error.
    """
    try:
        yield from batches
    except (SegsparkError, MemoryError):
        raise
    except Exception as error:
        at = extract_tb(error.__traceback__)[-1]
        raise TaskError(f"{type(error).__name__} at {basename(at.filename)}:{at.lineno}") from None


def parse_records(parse: Parse, plan: GatewayPlan, group: int) -> Iterator[pa.RecordBatch]:
    """Parse every record of one group of files; yields the names of the staged files."""
    finish = Sanitizer(plan)
    with no_cyclic_collection():
        for file in plan.groups[group]:
            try:
                for position, (raw, known) in _records(plan, file):
                    _parse_one(parse, finish, plan, file, position, raw, known)
            except BrokenFile as error:
                # Nothing was read of it: all of a file is looked at before it gives a record.
                finish.broken(file, *error.reasons)
        yield from finish.close()


def _records(plan: GatewayPlan, file: InputFile) -> Iterator[tuple[int, tuple[bytes, Any]]]:
    """The place of each record in its file, its text, and its decoded value if that is known."""
    if file.is_sealed:
        yield from ((position, (record.raw, None)) for position, record in opened_records(file, plan.key))
        return
    with opened(file, plan.limits.max_inflated_bytes) as content:
        yield from enumerate(json_records(content, plan.limits.max_record_bytes))


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
    parse: Parse, finish: Sanitizer, plan: GatewayPlan, file: InputFile, position: int, raw: bytes, known: Any
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
    except Exception as error:
        finish.rejected(file, position, raw, refusal(error), flags)
    else:
        body = value if produced.body is None else produced.body
        finish.accepted(file, position, raw, body, produced, flags)
