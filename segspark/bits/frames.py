"""Frames of bitmaps: the tasks of Spark make parts of them from people and days, and join the parts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from segspark.bits.ordinals import COMPARED, FROM, FROM_BEFORE, JUDGED, NUMBERED, PLACED, judge, number
from segspark.bits.rows import ABOUT, ALL, CLEARED, ROWS, Bitmaps, add_days, add_members, add_people, add_rows

# Rows of people whose bitmaps a task makes at once: some hundred million bytes.
_AT_ONCE = 100_000


def compare(today: DataFrame, ordinals: DataFrame, before: DataFrame | None, corrected: DataFrame | None) -> DataFrame:
    """Everybody of today's features or with an ordinal, with what decides whether their days are set afresh.

    Args:
        today: gold.features of the as-of day.
        ordinals: gold.ordinals.
        before: gold.features of the last day with bits; None to set everybody afresh.
        corrected: gold.activity_corrections applied since then.

    Returns:
        Rows of ``JUDGED``.
    """
    known = ordinals.where("person_id is not null").select("person_id", "ordinal", "since_date")
    here = today.select("person_id", *FROM, F.lit(True).alias("is_here"))
    rows = here.join(known, on="person_id", how="full")
    if before is None or corrected is None:
        nothing: dict[str, Column] = {name: F.lit(None).cast("date") for name in FROM_BEFORE}
        rows = rows.withColumns({**nothing, "is_corrected": F.lit(False)})
    else:
        earlier = [F.col(now).alias(then) for now, then in zip(FROM, FROM_BEFORE, strict=True)]
        rows = rows.join(before.select("person_id", *earlier), on="person_id", how="left")
        who = corrected.select("person_id").distinct().withColumn("is_corrected", F.lit(True))
        rows = rows.join(who, on="person_id", how="left")

    def judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from judge(pa.Table.from_batches([batch]).cast(COMPARED)).to_batches()

    return rows.select(*COMPARED.names).mapInArrow(judged, from_arrow_schema(JUDGED))


def numbered(people: DataFrame, firsts: Sequence[int] | None, as_of: date, has_new: bool) -> DataFrame:
    """``ordinals.number`` of rows of ``JUDGED``, the new people in the order of their ids.

    Args:
        has_new: somebody is new.
    """
    nowhere = F.lit(None).cast("bigint")
    placed = people.withColumn("place", nowhere)
    if firsts is not None and has_new:
        by_id = F.row_number().over(Window.partitionBy("share").orderBy("person_id")) - 1
        new = people.where("is_new").withColumn("place", by_id.cast("bigint"))
        placed = placed.where("not is_new").unionByName(new)

    def of(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from number(pa.Table.from_batches([batch]).cast(PLACED), firsts, as_of).to_batches()

    return placed.select(*PLACED.names).mapInArrow(of, from_arrow_schema(NUMBERED))


def bits_of_people(people: DataFrame, as_of: date, features: Sequence[str]) -> DataFrame:
    """The slices of people's values, in parts. Needs ordinal, is_contactable, and the features."""
    return _parts(
        people.select("ordinal", "is_contactable", *features),
        lambda found, rows: add_people(found, rows, as_of, features),
    )


def bits_of_members(members: DataFrame) -> DataFrame:
    """The bitmaps of segments, in parts. Needs ordinal, scheme, segment_id."""
    return _parts(members.select("ordinal", "scheme", "segment_id"), add_members)


def bits_of_days(days: DataFrame, acts: Mapping[str, tuple[str, str]]) -> DataFrame:
    """Who did what on which day, in parts; arguments as for ``rows.add_days``."""
    columns = sorted({name for of_act in acts.values() for name in of_act})
    return _parts(days.select("ordinal", "activity_date", *columns), lambda found, rows: add_days(found, rows, acts))


def bits_of_cleared(people: DataFrame) -> DataFrame:
    """The bitmap of everybody who is cleared, in parts. Needs ordinal."""

    def add(found: Bitmaps, rows: pa.Table) -> None:
        found.add(CLEARED, ALL, rows["ordinal"].to_numpy())

    return _parts(people.select("ordinal"), add)


def joined(parts: DataFrame, as_of: date, n_tasks: int) -> DataFrame:
    """One bitmap per slice and block, sorted, of its parts."""

    def join(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found = Bitmaps()
        for batch in batches:
            is_about = pc.equal(batch["kind"], ABOUT)
            # No bitmap, and first in the order of kinds.
            if pc.any(is_about).as_py():
                yield batch.filter(is_about)
            add_rows(found, batch.filter(pc.invert(is_about)))
        yield from found.rows()

    # A slice lies in one file, so that a question opens few row groups.
    rows = parts.repartition(n_tasks, "kind", "slice").mapInArrow(join, from_arrow_schema(ROWS))
    return rows.select(F.lit(as_of).alias("as_of_date"), *ROWS.names)


def _parts(frame: DataFrame, add: Callable[[Bitmaps, pa.Table], None]) -> DataFrame:
    def of(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found, waiting, n = Bitmaps(), list[pa.RecordBatch](), 0
        for batch in batches:
            waiting.append(batch)
            n += batch.num_rows
            if n >= _AT_ONCE:
                add(found, pa.Table.from_batches(waiting).combine_chunks())
                waiting, n = [], 0
        if waiting:
            add(found, pa.Table.from_batches(waiting).combine_chunks())
        yield from found.rows()

    return frame.mapInArrow(of, from_arrow_schema(ROWS))
