"""The stored bitmaps of a day, read slice by slice from the files that the table's log names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyroaring import BitMap

from segspark.bits.about import About
from segspark.bits.days import Delta, days_known
from segspark.bits.rows import ABOUT, ALL, CLEARED, CONTACTABLE, DID, FEATURE, HERE, MEMBER, PERSON
from segspark.bits.slices import Numbers
from segspark.errors import GateClosed
from segspark.pipeline.view import View
from segspark.store.parquet import open_parquet
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.time import DAY

NOBODY = BitMap()
_KEYS = ("kind", "slice", "block")


class NoBits(GateClosed):
    """The bitmaps of a day do not answer; the text says why, and what mends it."""


@dataclass(frozen=True)
class Block:
    """Some bitmaps of a block, by kind and slice."""

    bitmaps: Mapping[tuple[str, str], BitMap]

    @property
    def people(self) -> BitMap:
        return self.bitmaps.get((PERSON, HERE), NOBODY)

    @property
    def contactable(self) -> BitMap:
        return self.bitmaps.get((PERSON, CONTACTABLE), NOBODY)

    def numbers(self, feature: str) -> Numbers:
        """A feature's values; of a date the days before the as-of day."""
        prefix = f"{feature}:"
        slices = {
            name.removeprefix(prefix): bitmap
            for (kind, name), bitmap in self.bitmaps.items()
            if kind == FEATURE and name.startswith(prefix)
        }
        return Numbers.of(self.people, slices)

    def difference(self, features: Sequence[str]) -> np.ndarray:
        """By place the first feature's value less those of the others."""
        first, *others = (self.numbers(name).by_place().astype(np.int64) for name in features)
        for other in others:
            first -= other
        return first

    def segments(self) -> dict[str, BitMap]:
        """``scheme:segment_id`` -> its people."""
        return {name: bitmap for (kind, name), bitmap in self.bitmaps.items() if kind == MEMBER}


def day_with_bits(view: View, as_of: date | None) -> date:
    """The given day, or the newest that has bitmaps.

    Raises:
        GateClosed: it has none.
    """
    days = sorted(set(view.facts(gold.DAY_BITS).days) & set(view.facts(gold.BITS).days))
    if not days:
        raise GateClosed(
            "The lake has no bitmaps yet, by which windows are counted. Run: segspark run daily --as-of DATE"
        )
    if as_of is not None and as_of not in days:
        raise GateClosed(f"There are no bitmaps of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]


def features_stored(view: View) -> frozenset[str]:
    """The features whose slices a day has; none where it has no bitmaps."""
    found = [About.of(content) for _, content in _read(view, gold.BITS, view.as_of, {(ABOUT, ALL)})]
    return frozenset(found[0].features) if found else frozenset()


def blocks_of_day(view: View, features: Collection[str], has_segments: bool = False) -> dict[int, Block]:
    """The blocks of a day with the slices of some features, everybody, and who may be written to."""
    wanted = {(FEATURE, f"{name}:") for name in features} | {(PERSON, HERE), (PERSON, CONTACTABLE)}
    if has_segments:
        wanted.add((MEMBER, ""))
    blocks: dict[int, dict[tuple[str, str], BitMap]] = {}
    for (kind, name, block), content in _read(view, gold.BITS, view.as_of, wanted):
        blocks.setdefault(block, {})[kind, name] = BitMap.deserialize(content)
    return {block: Block(bitmaps) for block, bitmaps in sorted(blocks.items())}


def days_of_act(view: View, act: str, longest: int | None) -> tuple[int, dict[int, dict[date, BitMap]]]:
    """How many days before the as-of day are known, and by block who did something on each of them.

    Args:
        longest: so many days are asked for; None is as many as are kept.

    Raises:
        NoBits: a day's bitmaps are not there, or they do not hold the act.
    """
    stored = set(view.facts(gold.DAY_BITS).days)
    deltas: list[tuple[date, dict[int, BitMap], dict[int, dict[date, BitMap]]]] = []
    day: date | None = view.as_of
    window = longest or 0
    while day is not None:
        if day not in stored:
            raise NoBits(_why_missing(view.as_of, day))
        about, cleared, done = _changes(view, act, day)
        if act not in about.acts:
            raise NoBits(f"the bitmaps of {day} hold no {act}; they hold {', '.join(about.acts) or 'nothing'}")
        if day == view.as_of:
            window = min(longest or about.kept_days, about.kept_days)
        deltas.insert(0, (day, cleared, done))
        # A day before the window is set by no as-of day from here on.
        day = about.previous if about.previous and about.previous > view.as_of - window * DAY else None
    blocks = sorted({block for _, cleared, done in deltas for block in (*cleared, *done)})
    return window, {
        block: days_known([Delta(cleared.get(block, NOBODY), done.get(block, {})) for _, cleared, done in deltas])
        for block in blocks
    }


def _why_missing(as_of: date, day: date) -> str:
    if day == as_of:
        return f"gold.day_bits has no rows of {day}"
    return f"gold.day_bits of {as_of} follows on {day}, which is missing; the next daily run sets everybody afresh"


def _changes(view: View, act: str, day: date) -> tuple[About, dict[int, BitMap], dict[int, dict[date, BitMap]]]:
    """What a day changed: who is cleared, and who is set on which day, by block."""
    about, cleared, done = About(), dict[int, BitMap](), dict[int, dict[date, BitMap]]()
    wanted = {(ABOUT, ALL), (CLEARED, ALL), (DID, f"{act}:")}
    for (kind, name, block), content in _read(view, gold.DAY_BITS, day, wanted):
        if kind == ABOUT:
            about = About.of(content)
        elif kind == CLEARED:
            cleared[block] = BitMap.deserialize(content)
        else:
            of_day = date.fromisoformat(name.rpartition(":")[2])
            done.setdefault(block, {})[of_day] = BitMap.deserialize(content)
    return about, cleared, done


def _read(
    view: View, table: Contract, day: date, wanted: Collection[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str, int], bytes]]:
    """Kind, slice and block with the content, of the wanted kinds and slices; one that ends in a colon, or is empty, is
    the beginning of a name. Row groups without any are not read."""
    if not view.facts(table).days:
        return
    for part in view.part_files(table):
        if str(part.partition["as_of_date"]) != day.isoformat():
            continue
        file = open_parquet(part.url)
        for at in range(file.num_row_groups):
            if _may_hold(file, at, wanted):
                yield from _of_group(file, at, wanted)


def _of_group(
    file: pq.ParquetFile, at: int, wanted: Collection[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str, int], bytes]]:
    columns = [file.read_row_group(at, columns=[name], use_threads=False)[name].to_pylist() for name in _KEYS]
    here = [n for n, (kind, name, _) in enumerate(zip(*columns, strict=True)) if _is_wanted(kind, name, wanted)]
    if not here:
        return
    contents: pa.ChunkedArray = file.read_row_group(at, columns=["bytes"], use_threads=False)["bytes"]
    for n in here:
        yield (columns[0][n], columns[1][n], columns[2][n]), contents[n].as_py()


def _is_wanted(kind: str, name: str, wanted: Collection[tuple[str, str]]) -> bool:
    # Names hold one colon before what tells slices of one thing apart.
    before = name.rpartition(":")[0]
    return (kind, name) in wanted or (kind, f"{before}:") in wanted or (kind, "") in wanted


def _may_hold(file: pq.ParquetFile, at: int, wanted: Collection[tuple[str, str]]) -> bool:
    """Whether a row group may hold a wanted slice, by its statistics."""
    group = file.metadata.row_group(at)
    ends = {}
    for n in range(group.num_columns):
        column = group.column(n)
        if column.path_in_schema in ("kind", "slice") and column.is_stats_set and column.statistics.has_min_max:
            ends[column.path_in_schema] = (column.statistics.min, column.statistics.max)
    low_kind, high_kind = ends.get("kind", ("", "\uffff"))
    low, high = ends.get("slice", ("", "\uffff"))
    return any(
        low_kind <= kind <= high_kind and low <= f"{name}\uffff" and (name <= high or not name) for kind, name in wanted
    )
