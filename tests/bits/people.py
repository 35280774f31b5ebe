"""A shop in memory, day by day: tiles, corrections, permissions, merges and erasures, and the bitmaps that follow.

The people of a day are judged, numbered and turned into rows by the functions that Spark's tasks call; only the joins
and sums between them, which Spark makes in the flow, are made here by hand.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK_BITS
from segspark.bits.days import Delta
from segspark.bits.ordinals import COMPARED, FROM, FROM_BEFORE, judge, number
from segspark.bits.rows import ALL, CLEARED, DID, Bitmaps, add_days

START = date(2026, 5, 1)
ACTS = {"click": ("n_click", FROM[0]), "open": ("n_open", FROM[1]), "order": ("n_order", FROM[2])}
MEASURES = tuple(measure for measure, _ in ACTS.values())
KEPT = 12


@dataclass(frozen=True)
class Counted:
    """What a day of a person counts, and the as-of day that first knows it."""

    person: str
    day: date
    known: date
    values: tuple[int, int, int]


@dataclass
class Shop:
    """Everything that was ever known.

    Attributes:
        counted: tiles and corrections.
        people: as-of day -> person -> the dates from which the purposes may use their events.
    """

    random: Random
    counted: list[Counted] = field(default_factory=list)
    people: dict[date, dict[str, tuple[date | None, ...]]] = field(default_factory=dict)

    def live(self, as_of: date, n_people: int) -> None:
        """The day before an as-of day ends, and what else is learnt by then."""
        r, yesterday = self.random, as_of - timedelta(days=1)
        before = self.people.get(yesterday, {})
        here = dict(before)
        for n in range(n_people):
            person = f"p{n}"
            was_ever = any(person in day for day in self.people.values())
            if person not in here and not was_ever and r.random() < 0.5:
                here[person] = (yesterday, yesterday, yesterday)
        for person in list(here):
            draw = r.random()
            if draw < 0.06:
                # One purpose is withdrawn, or granted anew from today.
                at = r.randrange(3)
                new = list(here[person])
                new[at] = None if new[at] is not None else as_of
                here[person] = tuple(new)
            elif draw < 0.09:
                # Erased: with everything that was counted.
                del here[person]
                self.counted = [c for c in self.counted if c.person != person]
            elif draw < 0.13 and len(here) > 1:
                self._merge(person, r.choice([p for p in here if p != person]), here, as_of)
        for person in here:
            if r.random() < 0.6:
                values = (r.randrange(3), r.randrange(2), r.randrange(2))
                self.counted.append(Counted(person, yesterday, as_of, values))
            if r.random() < 0.15:
                self._correct(person, as_of)
        self.people[as_of] = here

    def _merge(self, person: str, other: str, here: dict[str, tuple[date | None, ...]], as_of: date) -> None:
        """All days of one person move to another, who permits what both do."""
        for c in [c for c in self.counted if c.person == person and c.day < as_of - timedelta(days=1)]:
            self.counted.append(Counted(person, c.day, as_of, tuple(-v for v in c.values)))
            self.counted.append(Counted(other, c.day, as_of, c.values))
        pairs = zip(here.pop(person), here[other], strict=True)
        here[other] = tuple(None if a is None or b is None else max(a, b) for a, b in pairs)

    def _correct(self, person: str, as_of: date) -> None:
        """A late event, or one that was another's: of a closed day, also one that is kept no more."""
        day = as_of - timedelta(days=self.random.randrange(2, KEPT + 4))
        values = tuple(self.random.choice((-1, 0, 0, 1)) for _ in MEASURES)
        self.counted.append(Counted(person, day, as_of, values))

    def sums(self, as_of: date, people: dict[str, object], first: date) -> dict[tuple[str, date], tuple[int, ...]]:
        """What is known on a day of the days from ``first`` on."""
        found: dict[tuple[str, date], np.ndarray] = defaultdict(lambda: np.zeros(3, dtype=int))
        for c in self.counted:
            if c.person in people and first <= c.day < as_of and c.known <= as_of:
                found[c.person, c.day] += np.array(c.values)
        return {key: tuple(map(int, values)) for key, values in found.items()}

    def did(self, as_of: date) -> dict[str, dict[date, set[str]]]:
        """Act -> day -> who did it, from scratch: the oracle."""
        may, first = self.people[as_of], as_of - timedelta(days=KEPT)
        found: dict[str, dict[date, set[str]]] = {act: defaultdict(set) for act in ACTS}
        for (person, day), values in self.sums(as_of, may, first).items():
            for act, value, since in zip(ACTS, values, may[person], strict=True):
                if value > 0 and since is not None and day >= since:
                    found[act][day].add(person)
        return found


@dataclass
class Lake:
    """What the flow would store: ordinals, and the rows of each as-of day."""

    ordinals: dict[int, tuple[str | None, date, date | None]] = field(default_factory=dict)
    rows: dict[date, list[pa.RecordBatch]] = field(default_factory=dict)

    def run(self, shop: Shop, as_of: date, previous: date | None) -> None:
        """The flow, on a day that follows on some day with bits or on none."""
        here, before = shop.people[as_of], shop.people.get(previous, {}) if previous else {}
        known = {person: (n, since) for n, (person, since, _) in self.ordinals.items() if person is not None}
        corrected = {
            c.person
            for c in shop.counted
            if previous and c.known > c.day + timedelta(days=1) and previous < c.known <= as_of
        }
        rows = [
            {
                "person_id": person, "ordinal": known.get(person, (None,))[0],
                "since_date": known[person][1] if person in known else None,
                "is_here": True if person in here else None,
                "is_corrected": True if person in corrected else None,
                **dict(zip(FROM, here.get(person, (None,) * 3), strict=True)),
                **dict(zip(FROM_BEFORE, before.get(person, (None,) * 3), strict=True)),
            }
            for person in sorted({*here, *known})
        ]  # fmt: skip
        people = pa.Table.from_pylist(rows, schema=COMPARED)
        judged = judge(people)
        # Rows are in the order of ids.
        new, places = list[int](), list[int | None]()
        for row in judged.to_pylist():
            places.append(new.count(row["share"]) if row["is_new"] else None)
            new += [row["share"]] if row["is_new"] else []
        first, last = max(self.ordinals, default=-1) + 1, max(judged["share"].to_pylist(), default=0)
        firsts = [first + sum(other < share for other in new) for share in range(last + 1)]
        numbered = number(judged.append_column("place", pa.array(places, pa.int64())), firsts, as_of)
        for row in numbered.to_pylist():
            self.ordinals[row["ordinal"]] = (row["person_id"], row["since_date"], row["ended_date"])
        found = Bitmaps()
        touched = numbered.filter(numbered["is_touched"])
        if previous:
            ended = [n for n, (_, _, end) in self.ordinals.items() if end and previous < end <= as_of]
            found.add(CLEARED, ALL, np.array([*touched["ordinal"].to_pylist(), *ended], dtype=np.int64))
        sums = shop.sums(as_of, here, as_of - timedelta(days=KEPT))
        days = []
        for row in numbered.to_pylist():
            for (person, day), values in sums.items():
                if person == row["person_id"] and (previous is None or row["is_touched"] or day >= previous):
                    counts = dict(zip(MEASURES, values, strict=True))
                    days.append(
                        {"ordinal": row["ordinal"], "activity_date": day, **counts, **{f: row[f] for f in FROM}}
                    )
        schema = pa.schema([("ordinal", pa.int64()), ("activity_date", pa.date32()),
                            *[(m, pa.int64()) for m in MEASURES], *[(f, pa.date32()) for f in FROM]])  # fmt: skip
        add_days(found, pa.Table.from_pylist(days, schema=schema), ACTS)
        self.rows[as_of] = list(found.rows())

    def deltas(self, as_of: date, act: str, previous: dict[date, date | None]) -> list[Delta]:
        """The changes of an act in the only block, the oldest first, from the last day set afresh on."""
        found: list[Delta] = []
        day: date | None = as_of
        while day is not None:
            cleared, done = BitMap(), {}
            for batch in self.rows[day]:
                for row in batch.to_pylist():
                    kind, name, bitmap = row["kind"], row["slice"], BitMap.deserialize(row["bytes"])
                    if kind == CLEARED:
                        cleared |= bitmap
                    elif kind == DID and name.startswith(f"{act}:"):
                        done[date.fromisoformat(name.partition(":")[2])] = bitmap
            found.insert(0, Delta(cleared, done))
            day = previous[day]
        return found

    def names(self, people: BitMap) -> set[str | None]:
        assert all(n < 1 << BLOCK_BITS for n in people)
        return {self.ordinals[n][0] for n in people}
