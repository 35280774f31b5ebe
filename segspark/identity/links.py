"""Identity resolution over time: identifiers are linked to persons.

A person's id is that of the first identifier and never changes; when two persons turn out to be one, the later joins
the earlier. Known identifiers (addresses, customer numbers) come before anonymous ones. Each row has the as-of day
from which a link is known, so the persons of any past day can be read again.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from segspark.identity.components import Checkpoint, components
from segspark.identity.resolution import JOINED_DDL, resolve

_TIMES = ("known_as_of", "effective_at", "recorded_at")


def _step(links: DataFrame) -> Column:
    """Orders the rows of an identifier learnt in several runs for one day; the last one holds."""
    return F.coalesce("step", F.lit(0)) if "step" in links.columns else F.lit(0)


def people_as_of(links: DataFrame, as_of: Column) -> DataFrame:
    """The person of every identifier, by the links known as of a day.

    Args:
        links: silver.identity_links.
        as_of: date; links with a later known_as_of are not known yet.

    Returns:
        One row per identifier: identifier_id, person_id, is_anonymous.
    """
    # Hardly any identifier has two rows: partial aggregation before the shuffle would be a useless sort.
    known = links.where(F.col("known_as_of") <= as_of).repartition("identifier_id")
    newest = F.struct("known_as_of", _step(links).alias("step"), "person_id", "is_anonymous")
    latest = known.groupBy("identifier_id").agg(F.max(newest).alias("last"))
    return latest.select("identifier_id", "last.person_id", "last.is_anonymous")


def people_on_days(links: DataFrame, days: Sequence[date]) -> DataFrame:
    """``people_as_of`` for some days in one pass.

    Returns:
        One row per identifier and day: identifier_id, as_of_date, person_id, is_anonymous.
    """
    columns = ("identifier_id", "as_of_date", "person_id", "is_anonymous")
    if len(days) == 1:
        return people_as_of(links, F.lit(days[0])).withColumn("as_of_date", F.lit(days[0])).select(*columns)
    each_day = person_spans(links).withColumn("as_of_date", F.explode(F.array(*[F.lit(d) for d in days])))
    holds = (F.col("from_as_of") <= F.col("as_of_date")) & (
        F.col("to_as_of").isNull() | (F.col("as_of_date") < F.col("to_as_of"))
    )
    return each_day.where(holds).select(*columns)


def person_spans(links: DataFrame) -> DataFrame:
    """The same for all days at once.

    Returns:
        One row per identifier and span: identifier_id, person_id, is_anonymous, from_as_of (first as-of day of the
        span), to_as_of (first day after it, null while it lasts), introduced_as_of (first day of all its spans; null
        for anonymous visitors, who need no introduction).
    """
    of_identifier = Window.partitionBy("identifier_id")
    in_order = of_identifier.orderBy("known_as_of", _step(links))
    introduced = F.when(~F.col("is_anonymous"), F.col("known_as_of"))
    spans = links.select(
        "identifier_id",
        "person_id",
        "is_anonymous",
        F.col("known_as_of").alias("from_as_of"),
        F.lead("known_as_of").over(in_order).alias("to_as_of"),
        F.first(introduced).over(in_order).alias("introduced_as_of"),
    )
    return spans.where("to_as_of is null or from_as_of < to_as_of")


# Linked by one task, which holds some 2.4 KB for each identifier.
LINKS_PER_TASK = 200_000


def join_people(
    fresh: DataFrame,
    pairs: DataFrame,
    existing: DataFrame | None,
    waiting: DataFrame | None,
    checkpoint: Checkpoint,
    n_tasks: int = 1,
) -> DataFrame:
    """New rows of silver.identity_links.

    Only the persons that a new pair touches are resolved; cost follows the new links. Several tasks share them by
    connected components, which are found first: no link leads from one to another.

    Args:
        fresh: identifier_id, is_anonymous, known_as_of, effective_at, recorded_at: introduced in this run.
        pairs: left_id, right_id, rule, effective_at, recorded_at, known_as_of: links of this run.
        existing: silver.identity_links before this run; None where there are none.
        waiting: links of earlier runs with somebody whom this run introduces (``waiting_links``).
        checkpoint: computes a frame now.
        n_tasks: tasks that share the resolution.

    Returns:
        One row per identifier and as-of day on which its person begins or changes.
    """
    if waiting is not None:
        # Their visitors may be in no record of this run.
        visitors = waiting.where("right_is_anonymous").select(
            F.col("right_id").alias("identifier_id"), F.lit(True).alias("is_anonymous"), *_TIMES
        )
        if existing is not None:
            visitors = visitors.join(existing.select("identifier_id").distinct(), on="identifier_id", how="left_anti")
        fresh = fresh.unionByName(visitors)
        pairs = pairs.unionByName(waiting, allowMissingColumns=True)
    # Those introduced without a link need no task: each is its own person.
    ends = pairs.select(F.col("left_id").alias("identifier_id")).unionByName(
        pairs.select(F.col("right_id").alias("identifier_id"))
    )
    linked = ends.distinct()
    alone = (
        fresh.where(~F.col("is_anonymous"))
        .join(linked, on="identifier_id", how="left_anti")
        .select(
            "identifier_id",
            F.col("identifier_id").alias("person_id"),
            F.lit("first_seen").alias("rule"),
            "is_anonymous",
            "effective_at",
            "recorded_at",
            "known_as_of",
            F.lit(0).alias("step"),
        )
    )
    first = fresh.join(linked, on="identifier_id", how="left_semi").select(
        F.lit("seen").alias("kind"),
        F.col("identifier_id").alias("left_id"),
        F.lit(None).cast("string").alias("right_id"),
        F.lit("first_seen").alias("rule"),
        "is_anonymous",
        "effective_at",
        "recorded_at",
        "known_as_of",
        F.lit(0).alias("step"),
    )
    new = pairs.select(
        F.lit("pair").alias("kind"),
        "left_id",
        "right_id",
        "rule",
        F.lit(False).alias("is_anonymous"),
        "effective_at",
        "recorded_at",
        "known_as_of",
        F.lit(0).alias("step"),
    )
    together = first.unionByName(new)
    if existing is not None:
        together = together.unionByName(_known(existing, linked))
    resolved = _shared(together, n_tasks, checkpoint).groupBy("_task").applyInArrow(resolve, JOINED_DDL)
    return alone.unionByName(resolved)


def _shared(together: DataFrame, n_tasks: int, checkpoint: Checkpoint) -> DataFrame:
    """The rows with the task that resolves them: those of one component go to one."""
    if n_tasks <= 1:
        return together.withColumn("_task", F.lit(0))
    together = checkpoint(together)
    of_node = components(together.where("right_id is not null").select("left_id", "right_id"), checkpoint)
    of_left = together.join(of_node.withColumnRenamed("node", "left_id"), on="left_id", how="left")
    task = F.pmod(F.xxhash64(F.coalesce("component", "left_id")), F.lit(n_tasks))
    return of_left.withColumn("_task", task).select(*together.columns, "_task")


def _known(existing: DataFrame, linked: DataFrame) -> DataFrame:
    """All rows of the persons affected by a new link."""
    touched = existing.join(linked, on="identifier_id", how="left_semi").select("person_id").distinct()
    return existing.join(touched, on="person_id", how="left_semi").select(
        F.lit("known").alias("kind"),
        F.col("identifier_id").alias("left_id"),
        F.col("person_id").alias("right_id"),
        F.lit("").alias("rule"),
        "is_anonymous",
        "effective_at",
        "recorded_at",
        "known_as_of",
        _step(existing).alias("step"),
    )
