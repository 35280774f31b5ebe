"""Who entered, left or moved since the previous stored day, with the values that decided."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.segments.rules.columns import value_column
from segspark.segments.schemes.prepare import Results, made
from segspark.segments.schemes.scheme import Typed

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
    keys = ["person_id", "scheme", "segment_id"]
    now = today.select(*keys, "definition_version", F.lit(True).alias("is_now"))
    then = yesterday.select(*keys, F.col("definition_version").alias("old_version"), F.lit(True).alias("was"))
    different = now.join(then, on=keys, how="full_outer").where("is_now is null or was is null").localCheckpoint()
    # If somebody changes groups of an exclusive scheme, both sides are among the differences.
    of_exclusive = different.where(F.col("scheme").isin(*exclusive))
    groups = of_exclusive.groupBy("person_id", "scheme").agg(
        F.max(F.when(F.col("was"), F.col("segment_id"))).alias("old_id"),
        F.max(F.when(F.col("is_now"), F.col("segment_id"))).alias("new_id"),
        F.max("definition_version").alias("new_version"),
    )
    both = different.join(groups, on=["person_id", "scheme"], how="left")
    moved = F.col("old_id").isNotNull() & F.col("new_id").isNotNull()
    change = (
        F.when(F.col("is_now") & moved, "moved_in")
        .when(F.col("is_now"), "entered")
        .when(moved, "moved_out")
        .otherwise("left")
    )
    changes = both.select(
        *keys,
        change.alias("change"),
        F.when(F.col("is_now"), F.col("old_id")).otherwise(F.col("new_id")).alias("other_segment_id"),
        F.coalesce("definition_version", "new_version", _segment_version(schemes), "old_version").alias(
            "definition_version"
        ),
    )
    changed = changes.select("person_id").distinct()
    theirs = people.join(changed, on="person_id", how="left_semi")
    deciding = _deciding(people, schemes)
    columns = [values.alias(f"_deciding_{at}") for at, (_, _, values) in enumerate(deciding)]
    values = theirs.select("person_id", *columns)
    joined = changes.join(values, on="person_id", how="left")
    return joined.select(
        *keys,
        F.lit(as_of).alias("segment_date"),
        "change",
        "other_segment_id",
        F.lit(previous).alias("previous_date"),
        _choose([(scheme, segment) for scheme, segment, _ in deciding]).alias("deciding_values"),
        "definition_version",
    )


def _segment_version(schemes: Results) -> Column:
    """Today's version of the definition that alone defines a segment."""
    contents = [content for prepared in made(schemes).values() for content in prepared.contents]
    pairs = [F.lit(x) for content in contents for segment in content.segments for x in (segment, content.version)]
    return F.try_element_at(F.create_map(*pairs), F.col("segment_id")) if pairs else F.lit(None).cast("string")


def _deciding(people: DataFrame, schemes: Results) -> list[tuple[str, str | None, Column]]:
    """(scheme, segment or None for all others of the scheme, deciding values of a person)."""
    typed = _typed(people)
    return [
        (scheme.name, segment, values)
        for scheme, prepared in made(schemes).items()
        for segment, values in prepared.deciding(typed).items()
    ]


def _choose(deciding: Sequence[tuple[str, str | None]]) -> Column:
    chosen = F.lit(None).cast(VALUES)
    for at, (scheme, segment) in enumerate(deciding):
        is_it = F.col("scheme") == scheme if segment is None else F.col("segment_id") == segment
        chosen = F.when(is_it, F.col(f"_deciding_{at}")).otherwise(chosen)
    return chosen


def _typed(people: DataFrame) -> Typed:
    types = dict(people.dtypes)
    of_value = cache(lambda name: _typed_value(name, types.get(name, "string")))
    return lambda wanted: F.array(*map(of_value, wanted)).cast(VALUES)


def _typed_value(name: str, kind: str) -> Column:
    """(name, number, text, date) of a value; one of the last three is filled."""
    value, null = value_column(name), F.lit(None)
    return F.struct(
        F.lit(name).alias("name"),
        (value if kind in _NUMBERS else null).cast("double").alias("number"),
        (value if kind not in _NUMBERS and kind != "date" else null).cast("string").alias("text"),
        (value if kind == "date" else null).cast("date").alias("date"),
    )
