"""The memberships of levels and rules, as DuckDB computes them and as Spark has stored them."""

from typing import Any

from segspark.duck.database import Database
from segspark.pipeline.view import View
from segspark.query.duck.memberships import memberships
from segspark.segments.resources import DEFINITIONS
from segspark.segments.schemes.registry import written_schemes
from segspark.tables.contracts import gold

COMPARED = (
    "person_id", "scheme", "segment_id", "segment_name", "level", "path", "branch_id", "definition_version",
    "is_contactable", "not_contactable_reason", "valid_until", "segment_date",
)  # fmt: skip


def in_order(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in COMPARED) for row in rows), key=str)


def written_rows(view: View) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Found now by DuckDB, and stored on the day of the view."""
    schemes = [scheme for scheme, _ in written_schemes()]
    with Database(view) as database:
        found = memberships(database, view, view.context[DEFINITIONS], schemes).collect()
    stored = view.read_small(gold.SEGMENTS, [("segment_date", "=", view.as_of)]).to_pylist()
    return in_order(found), in_order([row for row in stored if row["scheme"] in {s.name for s in schemes}])
