"""What a table asks of whoever writes it, which files that this program writes and commits itself would pass by.

Delta names each such rule in the table's log: a property, a mark on a column, a feature. Spark's writer keeps them, or
refuses the rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import deltalake

from segspark.tables.ranges import odd_feature

_CONSTRAINT = "delta.constraints."
# Property -> the word for it; each asks something of a writer where it is true.
_PROPERTIES = {
    "delta.appendOnly": "rows that may only be added",
    "delta.enableRowTracking": "row tracking",
    "delta.compatibility.symlinkFormatManifest.enabled": "manifests that each commit writes",
}
# Mark on a column -> the word for it; the first ones begin with it.
_MARKS = {
    "delta.invariants": "an invariant",
    "delta.generationExpression": "a generated column",
    "delta.identity.": "an identity column",
    "CURRENT_DEFAULT": "a default",
}
# The newest protocol that this program knows. What a later one asks is unknown.
_NEWEST_WRITER = 7


def why_spark_writes(table: deltalake.DeltaTable) -> str | None:
    """What of a table only Spark's writer keeps; None if its files may be written and committed here."""
    return next(_rules(table), None)


def _rules(table: deltalake.DeltaTable) -> Iterator[str]:
    settings: Mapping[str, Any] = table.metadata().configuration
    if odd := odd_feature(table):
        yield odd
    yield from (f"the CHECK constraint {n.removeprefix(_CONSTRAINT)}" for n in settings if n.startswith(_CONSTRAINT))
    yield from (f"{word} ({name})" for name, word in _PROPERTIES.items() if settings.get(name) == "true")
    for field in table.schema().fields:
        names = set(_marks(field))
        yield from (
            f"{word} ({field.name})" for mark, word in _MARKS.items() if any(name.startswith(mark) for name in names)
        )
    if table.protocol().min_writer_version > _NEWEST_WRITER:
        yield f"writer version {table.protocol().min_writer_version}"


def _marks(field: Any) -> Iterator[str]:
    """The names of a column's metadata, and those of the fields within it."""
    yield from field.metadata or {}
    yield from _marks_within(field.type)


def _marks_within(kind: Any) -> Iterator[str]:
    for field in getattr(kind, "fields", ()):
        yield from _marks(field)
    for part in ("element_type", "key_type", "value_type"):
        if (within := getattr(kind, part, None)) is not None:
            yield from _marks_within(within)
