"""Who entered, left or moved since the previous stored day, with the values that decided."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from segspark.segments.rules.columns import value_column
from segspark.segments.schemes.prepare import Results, made
from segspark.segments.schemes.scheme import Typed

KEYS = ("person_id", "scheme", "segment_id")
VALUES = "array<struct<name:string,number:double,text:string,date:date>>"
_NUMBERS = ("bigint", "int", "double", "float", "smallint", "tinyint", "boolean")


def derive_changes(
    today: DataFrame,
    yesterday: DataFrame,
    people: DataFrame,
    schemes: Results,
    exclusive: Sequence[str],
    as_of: date,
    previous: date,
) -> DataFrame:
    """Differences between two days of gold.segments.

    Args:
        today: rows of as_of.
        yesterday: rows of ``previous``.
        people: today's people with the values used by the schemes.
        schemes: those of today, with what decided.
        exclusive: names of the schemes in which a person has one segment, also of those not made today.

        Returns:
            Rows of gold.segment_changes. In an exclusive scheme a person who changes groups gives two rows, moved_out
            and moved_in; elsewhere rows are entered and left. Values are today's, for the names in the definition of
            the segment entered or left; for levels, of every group that was tried. If the segment is still defined,
            today's definition is used, as it caused the change. Without a definition there are no values.
    """
    deciding = _deciding(people, schemes)
    different = _with_the_other_side(_differences(today, yesterday), exclusive)
    moved = F.col("old_id").isNotNull() & F.col("new_id").isNotNull()
    change = (
        F.when(F.col("is_now") & moved, "moved_in")
        .when(F.col("is_now"), "entered")
        .when(moved, "moved_out")
        .otherwise("left")
    )
    changes = different.select(
        "person_id",
        "scheme",
        "segment_id",
        change.alias("change"),
        F.when(F.col("is_now"), F.col("old_id")).otherwise(F.col("new_id")).alias("other_segment_id"),
        F.coalesce("definition_version", "new_version", _segment_version(schemes), "old_version").alias(
            "definition_version"
        ),
    )
    # Kept apart from the people's values, which may have any name.
    named = changes.select("person_id", F.struct(*changes.columns).alias("_change"))
    joined = named.join(people.withColumn("_is_known", F.lit(True)), on="person_id", how="left")
    return joined.select(
        *[F.col(f"_change.{name}").alias(name) for name in KEYS],
        F.lit(as_of).alias("segment_date"),
        "_change.change",
        "_change.other_segment_id",
        F.lit(previous).alias("previous_date"),
        F.when(F.col("_is_known"), _choose(deciding)).alias("deciding_values"),
        "_change.definition_version",
    )


def _differences(today: DataFrame, yesterday: DataFrame) -> DataFrame:
    """Memberships of one of the days only: KEYS, is_now or was, definition_version of today or old_version.

    Both days go to the tasks of their people once, which also serves what follows.
    """
    versions = "CAST({now} AS STRING) AS definition_version", "CAST({then} AS STRING) AS old_version"
    sides = "CAST({now} AS BOOLEAN) AS is_now", "CAST({then} AS BOOLEAN) AS was"
    now = [v.format(now="definition_version", then="NULL") for v in versions]
    now += [side.format(now="true", then="NULL") for side in sides]
    then = [v.format(now="NULL", then="definition_version") for v in versions]
    then += [side.format(now="NULL", then="true") for side in sides]
    both = today.selectExpr(*KEYS, *now).unionByName(yesterday.selectExpr(*KEYS, *then)).repartition("person_id")
    columns = [F.max(name).alias(name) for name in ("definition_version", "old_version", "is_now", "was")]
    return both.groupBy(*KEYS).agg(*columns).where("is_now is null or was is null")


def _with_the_other_side(different: DataFrame, exclusive: Sequence[str]) -> DataFrame:
    """Differences with old_id, new_id and new_version of the person's segment in the same exclusive scheme. If somebody
    changes groups there, both sides are among the differences."""
    of_person = Window.partitionBy("person_id", "scheme")

    def of_side(is_side: str, value: str) -> Column:
        is_it = F.col(is_side) & F.col("scheme").isin(*exclusive)
        return F.max(F.when(is_it, F.col(value))).over(of_person)

    return different.select(
        "*",
        of_side("was", "segment_id").alias("old_id"),
        of_side("is_now", "segment_id").alias("new_id"),
        of_side("is_now", "definition_version").alias("new_version"),
    )


def _segment_version(schemes: Results) -> Column:
    """Today's version of the definition that alone defines a segment."""
    contents = [content for prepared in made(schemes).values() for content in prepared.contents]
    pairs = [F.lit(x) for content in contents for segment in content.segments for x in (segment, content.version)]
    return F.try_element_at(F.create_map(*pairs), F.col("segment_id")) if pairs else F.lit(None).cast("string")


def _deciding(people: DataFrame, schemes: Results) -> list[tuple[str, str | None, Column]]:
    """(scheme, segment or None for all others of the scheme, deciding values of a person); the others first."""
    typed = _typed(people)
    deciding = [
        (scheme.name, segment, values)
        for scheme, prepared in made(schemes).items()
        for segment, values in prepared.deciding(typed).items()
    ]
    return sorted(deciding, key=lambda of: of[1] is not None)


def _choose(deciding: Sequence[tuple[str, str | None, Column]]) -> Column:
    chosen = F.lit(None).cast(VALUES)
    for scheme, segment, values in deciding:
        is_it = F.col("_change.scheme") == scheme if segment is None else F.col("_change.segment_id") == segment
        chosen = F.when(is_it, values).otherwise(chosen)
    return chosen


def _typed(people: DataFrame) -> Typed:
    types = dict(people.dtypes)
    of_value = cache(lambda name: _typed_value(name, types.get(name, "string")))
    return lambda wanted: F.array(*map(of_value, wanted)).cast(VALUES)


def _typed_value(name: str, kind: str) -> Column:
    """(name, number, text, date) of a value; one of the last three is filled."""
    value, null = value_column(name, F), F.lit(None)
    return F.struct(
        F.lit(name).alias("name"),
        (value if kind in _NUMBERS else null).cast("double").alias("number"),
        (value if kind not in _NUMBERS and kind != "date" else null).cast("string").alias("text"),
        (value if kind == "date" else null).cast("date").alias("date"),
    )
