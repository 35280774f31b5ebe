"""From features, tiles and segments to bitmaps of people (gold.bits, gold.day_bits)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.bits.about import About
from segspark.bits.chain import FOLLOWS_ON, days_followed
from segspark.bits.frames import (
    bits_of_cleared,
    bits_of_days,
    bits_of_members,
    bits_of_people,
    compare,
    joined,
    numbered,
)
from segspark.bits.ordinals import FROM
from segspark.bits.rows import ABOUT, ALL
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.ids import identity
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, Overwrite, ReplaceDays
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import ddl
from segspark.time import DAY

# Types of stored features that are kept as numbers.
NUMBERS = frozenset(("bigint", "int", "date"))
# Bits of all slices that one task joins.
_BITS_PER_TASK = 1 << 31
_BITS_OF_ONE_FILE = 1 << 26
_ORDINAL = gold.ORDINALS.column_names


@dataclass(frozen=True)
class _Counts:
    """People by share of their ids: who is new; and in all who is gone, and who is set afresh."""

    new: dict[int, int]
    gone: int
    touched: int
    next_ordinal: int

    def firsts(self) -> list[int]:
        """By share the ordinal of its first new person."""
        n = [self.new.get(share, 0) for share in range(max(self.new, default=0) + 1)]
        return [self.next_ordinal + before for before in accumulate(n, initial=0)]


def write_bits(step: Step) -> None:
    """Number the people, and write the slices of the day's values and what the day changed of who did what when."""
    catalogue = step.context[CATALOGUE]
    acts = _acts(catalogue)
    hashes = {act: catalogue.measure_hashes[measure] for act, (measure, _) in acts.items()}
    made_of = identity(hashes, step.settings.bits.kept_days)
    previous = _previous(step, made_of)
    with step.stage("ordinals") as report:
        step.ensure(gold.ORDINALS)
        people = step.checkpoint(_compared(step, previous))
        # An older day neither numbers nor ends anybody: who came later is not among its features.
        is_newest = all(day <= step.as_of for day in step.facts(gold.DAY_BITS).days)
        counts = _read_counts(people, step.read(gold.ORDINALS))
        everybody = numbered(people, counts.firsts() if is_newest else None, step.as_of, bool(counts.new))
        if is_newest and (counts.new or counts.gone):
            ended = step.read(gold.ORDINALS).where("person_id is null")
            rows = everybody.select(*_ORDINAL).unionByName(ended.select(*_ORDINAL))
            step.write(gold.ORDINALS, Frame(rows), Overwrite())
        report.rows = sum(counts.new.values())
        report.note = f"{counts.touched:,} people set afresh"
    with step.stage("bits"):
        step.beside(
            partial(_write_values, step, everybody, catalogue),
            partial(_write_days, step, everybody, acts, previous, counts.touched),
        )
    step.outcome.update({"bits_made_of": made_of, "set_afresh": counts.touched, FOLLOWS_ON: previous})


def _acts(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """Act -> its measure, and the column since when its purpose may use a person's events."""
    return {
        act: (measure, f"{catalogue.by_measure[measure].purpose}_from") for act, measure in acts_of(catalogue).items()
    }


def _previous(step: Step, made_of: str) -> date | None:
    """The last day before this one whose bits are of the same measures and follow on days that are all stored, and whose
    features are kept; None means that everybody is set afresh."""
    done = [r for r in step.runs.finished("bits") if r["as_of_date"] < step.as_of]
    newest_of_day = {r["as_of_date"]: json.loads(r["outputs"]) for r in sorted(done, key=lambda r: r["written_at"])}
    last = max(newest_of_day, default=None)
    if last is None or last not in step.facts(gold.FEATURES).days or newest_of_day[last].get("bits_made_of") != made_of:
        return None
    oldest = step.as_of - step.settings.bits.kept_days * DAY
    followed = days_followed(last, newest_of_day, oldest)
    return last if set(followed) <= set(step.facts(gold.DAY_BITS).days) else None


def _compared(step: Step, previous: date | None) -> DataFrame:
    today, ordinals = step.read_day(gold.FEATURES, step.as_of), step.read(gold.ORDINALS)
    if previous is None:
        return compare(today, ordinals, None, None)
    corrected = step.read(gold.ACTIVITY_CORRECTIONS, (previous + DAY, step.as_of + DAY))
    return compare(today, ordinals, step.read_day(gold.FEATURES, previous), corrected)


def _read_counts(people: DataFrame, ordinals: DataFrame) -> _Counts:
    """Counts per share of people, and the highest ordinal: a row each, of hexadecimal ids 257 at most."""
    counted = people.groupBy("share").agg(
        F.count_if("is_new").alias("new"),
        F.count_if(~F.col("is_here")).alias("gone"),
        F.count_if("is_touched").alias("touched"),
    )
    highest = ordinals.agg(
        F.lit(-1).alias("share"), F.max("ordinal").alias("new"), F.lit(0).alias("gone"), F.lit(0).alias("touched")
    )
    rows = counted.unionByName(highest).collect()
    shares = [row for row in rows if row["share"] >= 0]
    (last,) = [row["new"] for row in rows if row["share"] < 0]
    return _Counts(
        {row["share"]: row["new"] for row in shares if row["new"]},
        sum(row["gone"] for row in shares),
        sum(row["touched"] for row in shares),
        0 if last is None else last + 1,
    )


def _write_values(step: Step, everybody: DataFrame, catalogue: Catalogue) -> None:
    features = [column.name for column in catalogue.stored_columns() if column.type in NUMBERS]
    ordinals = everybody.where("person_id is not null").select("person_id", "ordinal")
    contactable = step.read_day(gold.PEOPLE, step.as_of).select("person_id", "is_contactable")
    values = step.read_day(gold.FEATURES, step.as_of).select("person_id", *features)
    people = values.join(contactable, on="person_id", how="left").join(ordinals, on="person_id", how="inner")
    memberships = step.read_day(gold.SEGMENTS, step.as_of).select("person_id", "scheme", "segment_id")
    members = memberships.join(ordinals, on="person_id", how="inner")
    parts = bits_of_people(people, step.as_of, features).unionByName(bits_of_members(members))
    n_bits = step.facts(gold.FEATURES).rows_by_day.get(step.as_of, 0) * len(features) * 8
    _write(step, gold.BITS, parts, About(features=features), n_bits)


def _write_days(
    step: Step,
    everybody: DataFrame,
    acts: dict[str, tuple[str, str]],
    previous: date | None,
    n_touched: int,
) -> None:
    kept = step.settings.bits.kept_days
    first = step.as_of - kept * DAY
    people = everybody.where("person_id is not null").select("person_id", "ordinal", "is_touched", *FROM)
    measures = sorted({measure for measure, _ in acts.values()})
    if previous is None:
        days, cleared = _days(step, people, measures, (first, step.as_of)), None
    else:
        closed = _tiles(step, measures, (max(first, previous), step.as_of))
        days = closed.join(people.where(~F.col("is_touched")), on="person_id", how="inner")
        # Those who have just ended are in the table too; of a rerun only there.
        ended = step.read(gold.ORDINALS).where(F.col("ended_date").between(previous + DAY, step.as_of))
        cleared = bits_of_cleared(ended)
        if n_touched:
            touched = everybody.where("is_touched")
            cleared = cleared.unionByName(bits_of_cleared(touched))
            afresh = people.where("is_touched")
            days = days.select(*_of_days(measures)).unionByName(_days(step, afresh, measures, (first, step.as_of)))
    parts = bits_of_days(days, acts)
    parts = parts if cleared is None else parts.unionByName(cleared)
    about = About(acts=sorted(acts), kept_days=kept, previous=previous)
    n_bits = step.facts(gold.FEATURES).rows_by_day.get(step.as_of, 0) * len(acts) * 8
    _write(step, gold.DAY_BITS, parts, about, n_bits)


def _of_days(measures: Sequence[str]) -> list[str]:
    return ["ordinal", "activity_date", *measures, *FROM]


def _tiles(step: Step, measures: Sequence[str], days: tuple[date, date]) -> DataFrame:
    contract = gold.ACTIVITY_DAILY.with_columns(step.context[CATALOGUE].tile_columns())
    return step.read_days(contract, ["person_id", "activity_date", *measures], days)


def _days(step: Step, people: DataFrame, measures: Sequence[str], days: tuple[date, date]) -> DataFrame:
    """The sums of some people's days, with what was known later of them by the as-of day."""
    columns = ["person_id", "activity_date", *measures]
    first, end = days
    # A day is corrected after its own end only.
    corrections = step.read(gold.ACTIVITY_CORRECTIONS, (first + DAY, end + DAY)).select(*columns)
    known = corrections.where((F.col("activity_date") >= F.lit(first)) & (F.col("activity_date") < F.lit(end)))
    rows = _tiles(step, measures, days).unionByName(known).join(people, on="person_id", how="inner")
    sums = [F.sum(name).alias(name) for name in measures]
    starts = [F.first(name).alias(name) for name in FROM]
    return rows.groupBy("ordinal", "activity_date").agg(*sums, *starts).select(*_of_days(measures))


def _write(step: Step, table: Contract, parts: DataFrame, about: About, n_bits: int) -> None:
    described = step.frame(
        [(ABOUT, ALL, 0, about.content())], ddl(tuple(c for c in table.columns if c.name != "as_of_date"))
    )
    # Few people are one file: each is a request more to a bucket.
    n_tasks = 1 if n_bits < _BITS_OF_ONE_FILE else max(step.n_writers, n_bits // _BITS_PER_TASK)
    step.write(table, Frame(joined(parts.unionByName(described), step.as_of, n_tasks)), _day_of(step))


def _day_of(step: Step) -> ReplaceDays:
    return ReplaceDays(step.as_of, step.as_of + DAY)


BITS = Flow(
    name="bits",
    reads=(
        "gold.features", "gold.people", "gold.segments", "gold.activity_daily", "gold.activity_corrections",
    ),
    reads_earlier=("ops.runs",),
    writes=("gold.ordinals", "gold.bits", "gold.day_bits"),
    function=write_bits,
    needs=(CATALOGUE,),
)  # fmt: skip
