"""A membership as a column of an engine: what each scheme gives for each person."""

from segspark.segments.rules.engine import Column, Functions


def entry(
    f: Functions, *, scheme: str, segment_id: Column, name: Column, level: Column, path: Column, branch: Column, version: str,
    score: Column | None = None, model_version: str | None = None, until: Column | None = None,
) -> Column:  # fmt: skip
    """A membership as a struct; every entry has the same fields and types.

    Args:
        f: the functions of the engine.
        until: the first day on which it may end; the next day if none is given.
    """
    return f.struct(
        f.lit(scheme).alias("scheme"),
        segment_id.alias("segment_id"),
        name.alias("segment_name"),
        level.cast("int").alias("level"),
        path.alias("path"),
        (score if score is not None else f.lit(None)).cast("double").alias("score"),
        branch.alias("branch_id"),
        f.lit(version).alias("definition_version"),
        f.lit(model_version).cast("string").alias("model_version"),
        (until if until is not None else f.lit(None)).cast("date").alias("valid_until"),
    )
