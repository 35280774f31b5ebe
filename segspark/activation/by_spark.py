"""The last gate by Spark, for lakes that DuckDB does not read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.activation.last_gate import ADDRESS, EXPORT, Gated, gate_in_spark, sealed
from segspark.config.models import Workspace
from segspark.identity.links import people_as_of
from segspark.pipeline.view import View, look
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.open import with_session


@contextmanager
def gated_by_spark(
    workspace: Workspace, day: date, segment_id: str, columns: Sequence[str], kinds: Sequence[str]
) -> Iterator[Gated]:
    """What last_gate.gate gives, while its rows are read."""
    check_environment(workspace.lake)
    session = session_for(workspace, f"segspark {workspace.name} export", is_short=True)
    with look(EXPORT, workspace, with_session(workspace, session), day) as view:
        yield gated(view, segment_id, columns, kinds)


def gated(view: View, segment_id: str, columns: Sequence[str], kinds: Sequence[str]) -> Gated:
    """The people of a segment, by Spark.

    Args:
        view: of the segment's day, with a session.
    """
    members = view.read_day(gold.SEGMENTS, view.as_of).where(F.col("segment_id") == segment_id)
    after = view.checkpoint(gate_in_spark(view, members.where("is_contactable"), _read_newest(view)))
    people = members.join(after.where("removed is null"), on="person_id", how="inner")
    for kind in kinds:
        if kind == ADDRESS:
            people = people.join(_vault(view, kind), on="identifier_id", how="inner")
        else:
            owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of))
            theirs = owners.join(_vault(view, kind), on="identifier_id", how="inner")
            first = theirs.groupBy("person_id").agg(F.min_by(sealed(kind), "identifier_id").alias(sealed(kind)))
            people = people.join(first, on="person_id", how="left")
    wanted = dict.fromkeys(("person_id", *columns, *map(sealed, kinds)))
    rows = view.checkpoint(people.select(*wanted), lambda frame: frame.orderBy("person_id"))
    return Gated(
        _read_counts(members, "not_contactable_reason"),
        {str(k): n for k, n in _read_counts(after.where("removed is not null"), "removed").items()},
        _read_kind(members),
        (row.asDict() for row in rows.toLocalIterator()),
    )


def _vault(view: View, kind: str) -> DataFrame:
    """identifier_id and the sealed identifiers of a kind."""
    vault = view.read(privacy.IDENTITIES).where(F.col("kind") == kind)
    return vault.select("identifier_id", F.col("sealed").alias(sealed(kind))).dropDuplicates(["identifier_id"])


def _read_newest(view: View) -> date | None:
    """The newest day of consents; one row."""
    row = view.read(silver.CONSENTS).agg(F.max("known_as_of").alias("day")).first()
    return row["day"] if row else None


def _read_counts(rows: DataFrame, column: str) -> dict[str | None, int]:
    """Number of people by reason; None for those without one. At most seven rows."""
    return {r[column]: r["count"] for r in rows.groupBy(column).count().collect()}


def _read_kind(members: DataFrame) -> dict[str, Any]:
    """The values shared by all rows of a segment and day; one row."""
    row = members.first()
    values = row.asDict() if row else {}
    return {
        "definition_version": values.get("definition_version"),
        "is_provisional": bool(values.get("is_provisional")),
    }
