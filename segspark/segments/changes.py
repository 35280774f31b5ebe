"""Who entered, left or moved since the previous stored day, with the values that decided."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.ids import mint
from segspark.segments.definitions import Definitions
from segspark.segments.membership import EXCLUSIVE, level_keys
from segspark.segments.rules.columns import value_column
from segspark.segments.rules.tree import names

VALUES = "array<struct<name:string,number:double,text:string,date:date>>"
_NUMBERS = ("bigint", "int", "double", "float", "smallint", "tinyint", "boolean")


def derive_changes(
    today: DataFrame,
    yesterday: DataFrame,
    people: DataFrame,
    definitions: Definitions,
    grouping_values: Mapping[str, Sequence[str]],
    as_of: date,
    previous: date,
) -> DataFrame:
    """Differences between two days of gold.segments.

    Args:
        today: rows of as_of.
        yesterday: rows of ``previous``.
        people: today's people with the values used by the definitions.
        grouping_values: scheme -> columns that determine its groups (RFM, clusters).

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
    exclusive = different.where(F.col("scheme").isin(*EXCLUSIVE))
    groups = exclusive.groupBy("person_id", "scheme").agg(
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
        F.coalesce("definition_version", "new_version", _rule_version(definitions), "old_version").alias(
            "definition_version"
        ),
    )
    changed = changes.select("person_id").distinct()
    theirs = people.join(changed, on="person_id", how="left_semi")
    values = theirs.select("person_id", *_value_columns(people, definitions, grouping_values))
    joined = changes.join(values, on="person_id", how="left")
    return joined.select(
        *keys,
        F.lit(as_of).alias("segment_date"),
        "change",
        "other_segment_id",
        F.lit(previous).alias("previous_date"),
        _choose(definitions, grouping_values).alias("deciding_values"),
        "definition_version",
    )


def _rule_version(definitions: Definitions) -> Column:
    """Today's version of the rule behind a segment."""
    pairs = [F.lit(x) for rule in definitions.rules for x in (mint("rules", rule.key), rule.version)]
    return F.try_element_at(F.create_map(*pairs), F.col("segment_id")) if pairs else F.lit(None).cast("string")


def _value_columns(
    people: DataFrame, definitions: Definitions, grouping_values: Mapping[str, Sequence[str]]
) -> list[Column]:
    types = dict(people.dtypes)
    of_value = cache(lambda name: _typed_value(name, types.get(name, "string")))
    columns = [
        _typed([n for n in wanted if n in types], of_value).alias(f"_{scheme}")
        for scheme, wanted in grouping_values.items()
    ]
    columns += [_typed(names(r.when), of_value).alias(f"_rule_{at}") for at, r in enumerate(definitions.rules)]
    if definitions.levels is not None:
        keys = level_keys(definitions.levels)
        parts = []
        for at, level in enumerate(definitions.levels.levels):
            of_level = F.array().cast(VALUES)
            tried: dict[str, None] = {}
            for group in level.groups:
                tried.update(dict.fromkeys(names(group.when)))
                of_level = F.when(keys[at] == group.key, _typed(list(tried), of_value)).otherwise(of_level)
            parts.append(of_level)
        columns.append(F.array_distinct(F.concat(*parts)).alias("_levels"))
    return columns


def _choose(definitions: Definitions, grouping_values: Mapping[str, Sequence[str]]) -> Column:
    chosen = F.lit(None).cast(VALUES)
    for scheme in [*grouping_values, *(["levels"] if definitions.levels else [])]:
        chosen = F.when(F.col("scheme") == scheme, F.col(f"_{scheme}")).otherwise(chosen)
    for at, rule in enumerate(definitions.rules):
        chosen = F.when(F.col("segment_id") == mint("rules", rule.key), F.col(f"_rule_{at}")).otherwise(chosen)
    return chosen


def _typed(wanted: Sequence[str], of_value: Callable[[str], Column]) -> Column:
    return F.array(*map(of_value, wanted)).cast(VALUES)


def _typed_value(name: str, kind: str) -> Column:
    """(name, number, text, date) of a value; one of the last three is filled."""
    value, null = value_column(name), F.lit(None)
    return F.struct(
        F.lit(name).alias("name"),
        (value if kind in _NUMBERS else null).cast("double").alias("number"),
        (value if kind not in _NUMBERS and kind != "date" else null).cast("string").alias("text"),
        (value if kind == "date" else null).cast("date").alias("date"),
    )
