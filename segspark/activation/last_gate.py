"""The last gate, one definition for both engines: last_gate.sql.

It is applied when an audience is handed over, to records that have arrived since the segment was made as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlglot
from sqlglot import exp

from segspark.duck.database import Database
from segspark.duck.functions import Column, column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.pipeline.view import Question, View
from segspark.purposes import EMAIL_MARKETING
from segspark.sources.resources import EXISTING_KEY
from segspark.tables.contracts import gold, privacy, silver
from segspark.time import local_midnight

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EXPORT = Question(
    "export",
    (
        "gold.segments", "gold.segment_registry", "silver.identity_links", "silver.consents", "silver.objections",
        "silver.events", "privacy.identities", "ops.runs",
    ),
    (EXISTING_KEY,),
)  # fmt: skip
# The kind of identifier that mails go to.
ADDRESS = "email"
LINKS = ("identifier_id", "person_id", "known_as_of", "step")
CONSENTS = ("identifier_id", "purpose", "topic", "value", "effective_at", "recorded_at", "expires_at", "known_as_of")
OBJECTIONS = ("identifier_id", "event_type", "occurred_at")


@dataclass(frozen=True)
class Gated:
    """The people of a segment after the gate.

    Attributes:
        sizes: people of the segment by the reason not to write to them on its day; None for the others.
        removed: of the others, those whom the gate removes, by reason.
        kind: the values shared by all rows of a segment and day: definition_version, is_provisional.
        rows: those who pass: the wanted columns of gold.segments, and ``sealed_<kind>`` of the wanted identifiers.
    """

    sizes: Mapping[str | None, int]
    removed: Mapping[str, int]
    kind: Mapping[str, Any]
    rows: Iterator[dict[str, Any]]

    @property
    def n_passing(self) -> int:
        return self.sizes.get(None, 0) - sum(self.removed.values())


@cache
def _statement() -> exp.Query:
    statement = sqlglot.parse_one(files(__package__).joinpath("last_gate.sql").read_text("utf-8"), read="spark")
    assert isinstance(statement, exp.Query)
    return statement


def _filled(change: Callable[[exp.Expression], exp.Expression]) -> exp.Query:
    """The statement with each node changed."""
    statement = _statement().copy().transform(change)
    assert isinstance(statement, exp.Query)
    return statement


def sealed(kind: str) -> str:
    return f"sealed_{kind}"


def _parameters(view: View, newest: date | None) -> dict[str, Any]:
    """
    Args:
        newest: day of consents.
    """
    midnight: datetime = local_midnight(view.as_of, view.settings.time_zone)
    return {
        "day": view.as_of,
        "known": max(view.as_of, newest or view.as_of),
        "midnight": midnight,
        "purpose": EMAIL_MARKETING,
        "is_assumed": EMAIL_MARKETING in view.settings.consent.assumed,
    }


def gate(database: Database, view: View, segment_id: str, columns: Sequence[str], kinds: Sequence[str]) -> Gated:
    """The people of a segment, by DuckDB.

    Args:
        view: of the segment's day.
        columns: of gold.segments.
        kinds: of identifiers.

    Raises:
        OnlyBySpark: a table has something that DuckDB does not read.
    """
    if not view.facts(silver.OBJECTIONS).exists:
        raise OnlyBySpark("the lake is older than silver.objections")
    f, day = database.f, view.as_of.isoformat()
    own = ("is_contactable", "not_contactable_reason", "definition_version", "is_provisional")
    stored = database.table(
        gold.SEGMENTS, list(dict.fromkeys(("person_id", "segment_id", *own, *columns))),
        lambda p: str(p["segment_date"]) == day,
    )  # fmt: skip
    is_it = f.col("segment_id") == f.lit(segment_id)
    segment = database.keep(exp.select(exp.Star()).from_(stored.subquery("stored")).where(is_it.node))
    reason = f.col("not_contactable_reason")
    counted = exp.select(reason.node, _n()).from_(segment.copy()).group_by(reason.node)
    sizes = {row["not_contactable_reason"]: row["n"] for row in database.rows(counted)}
    first = database.rows(exp.select(*[f.col(c).node for c in own[2:]]).from_(segment.copy()).limit(1))
    members = exp.select(f.col("person_id").node).from_(segment.copy()).where(f.col("is_contactable").node)
    consents = database.table(silver.CONSENTS, CONSENTS)
    (row,) = database.rows(
        exp.select(exp.alias_(exp.Max(this=f.col("known_as_of").node), "newest")).from_(consents.copy().subquery("c"))
    )
    zone, at = f.lit(view.settings.time_zone).node, f.col("effective_at").node
    local = exp.cast(exp.Anonymous(this="timezone", expressions=[zone, at]), "DATE")
    inputs: dict[str, exp.Query] = {
        "members": members,
        "links": database.table(silver.IDENTITY_LINKS, LINKS),
        "consents": exp.select(exp.Star(), exp.alias_(local, "local_date")).from_(consents.subquery("c")),
        "objections": database.table(silver.OBJECTIONS, OBJECTIONS),
        "emails": exp.select(f.col("identifier_id").node).from_(_vault(database, ADDRESS).subquery("emails")),
    }
    values = {name: f.lit(value).node for name, value in _parameters(view, row["newest"]).items()}

    def filled(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Table) and node.name in inputs:
            return inputs[node.name].copy().subquery(node.alias_or_name)
        return values[node.name].copy() if isinstance(node, exp.Placeholder) else node

    gated = database.keep(_filled(filled))
    removed = f.col("removed")
    late = exp.select(removed.node, _n()).from_(gated.copy()).where(removed.isNotNull().node).group_by(removed.node)
    query = exp.select(*[column(c, "m").node for c in dict.fromkeys(("person_id", *columns))])
    query = query.from_(segment.copy().as_("m")).join(
        gated.copy().as_("g"), on=(column("person_id", "m") == column("person_id", "g")).node
    )
    query = query.where(column("removed", "g").isNull().node).order_by(column("person_id", "m").node)
    for kind in kinds:
        sealed_of = _sealed_of(database, kind, gated, inputs["links"], view)
        query = query.select(column(sealed(kind), sealed(kind)).node).join(
            sealed_of.subquery(sealed(kind)),
            on=(column("person_id", "m") == column("person_id", sealed(kind))).node,
            join_type="left",
        )
    return Gated(
        sizes,
        {row["removed"]: row["n"] for row in database.rows(late)},
        {
            **(first[0] if first else {"definition_version": None}),
            "is_provisional": bool(first and first[0]["is_provisional"]),
        },
        database.stream(query),
    )


def _n() -> exp.Expression:
    return Column(exp.Count(this=exp.Star())).alias("n").node


def _vault(database: Database, kind: str) -> exp.Select:
    """identifier_id and the sealed identifier, of one kind."""
    f = database.f
    vault = database.table(privacy.IDENTITIES, ["identifier_id", "kind", "sealed"])
    of_kind = exp.select(f.col("identifier_id").node, exp.alias_(exp.Min(this=f.col("sealed").node), "sealed"))
    of_kind = of_kind.from_(vault.subquery("vault")).where((f.col("kind") == f.lit(kind)).node)
    return of_kind.group_by(f.col("identifier_id").node)


def _sealed_of(database: Database, kind: str, gated: exp.Table, links: exp.Query, view: View) -> exp.Query:
    """person_id and the sealed identifier: the address that the gate chose, of another kind the person's first."""
    f = database.f
    vault = _vault(database, kind).subquery("vault")
    if kind == ADDRESS:
        return exp.select(column("person_id", "g").node, column("sealed", "vault").alias(sealed(kind)).node).from_(
            gated.copy().as_("g")
        ).join(vault, on=(column("identifier_id", "vault") == column("identifier_id", "g")).node)  # fmt: skip
    known = exp.select(exp.Star()).from_(links.copy().subquery("links"))
    known = known.where((f.col("known_as_of") <= f.lit(view.as_of)).node)
    last = exp.Anonymous(
        this="arg_max",
        expressions=[f.col("person_id").node, exp.Struct(expressions=[
            exp.PropertyEQ(this=exp.to_identifier("d"), expression=f.col("known_as_of").node),
            exp.PropertyEQ(this=exp.to_identifier("s"), expression=f.coalesce("step", f.lit(0)).node),
            exp.PropertyEQ(this=exp.to_identifier("p"), expression=f.col("person_id").node),
        ])],
    )  # fmt: skip
    owners = exp.select(f.col("identifier_id").node, exp.alias_(last, "person_id")).from_(known.subquery("known"))
    owners = owners.group_by(f.col("identifier_id").node)
    first = exp.Anonymous(
        this="arg_min", expressions=[column("sealed", "vault").node, column("identifier_id", "vault").node]
    )
    joined = exp.select(column("person_id", "owners").node, exp.alias_(first, sealed(kind))).from_(vault)
    return joined.join(
        owners.subquery("owners"), on=(column("identifier_id", "owners") == column("identifier_id", "vault")).node
    ).group_by(column("person_id", "owners").node)


def _constant(value: date | datetime | str | bool) -> exp.Expression:
    """A typed literal."""
    if isinstance(value, bool | str):
        return exp.convert(value)
    return exp.cast(exp.Literal.string(value.isoformat()), "TIMESTAMP" if isinstance(value, datetime) else "DATE")


def gate_in_spark(view: View, members: "DataFrame", newest: date | None) -> "DataFrame":
    """The same statement by Spark: person_id, removed, identifier_id.

    Args:
        view: of the segment's day.
        members: person_id of those who could be written to on the segment's day.
        newest: day of consents.
    """
    from pyspark.sql import functions as F

    from segspark.ingest.opt_outs import opt_outs_of
    from segspark.privacy.consent import local_day

    local = local_day(F.col("effective_at"), view.settings.time_zone).alias("local_date")
    links = view.read(silver.IDENTITY_LINKS)
    inputs = {
        "members": members.select("person_id"),
        "links": links if "step" in links.columns else links.withColumn("step", F.lit(None).cast("int")),
        "consents": view.read(silver.CONSENTS).select(*CONSENTS, local),
        "objections": opt_outs_of(view).select(*OBJECTIONS),
        "emails": view.read(privacy.IDENTITIES).where(F.col("kind") == ADDRESS).select("identifier_id").distinct(),
    }
    names = {name: f"{name}_{uuid4().hex}" for name in inputs}
    values = _parameters(view, newest)
    for name, frame in inputs.items():
        frame.createOrReplaceTempView(names[name])

    def named(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Table) and node.name in names:
            return exp.Table(
                this=exp.to_identifier(names[node.name]),
                alias=exp.TableAlias(this=exp.to_identifier(node.alias_or_name)),
            )
        # Spark binds no parameters in the subqueries of a `with`.
        return _constant(values[node.name]) if isinstance(node, exp.Placeholder) else node

    session = members.sparkSession
    try:
        # The plan holds what the names mean from here on; they are nobody else's.
        return session.sql(_filled(named).sql(dialect="spark"))
    finally:
        for name in names.values():
            session.catalog.dropTempView(name)
