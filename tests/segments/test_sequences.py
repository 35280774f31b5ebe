"""Sequences are exact: against a search through every pair of days."""

import random
from datetime import date, timedelta
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.features.catalogue import build_catalogue
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.tree import Followed
from segspark.segments.sequences import with_sequences

AS_OF = date(2026, 6, 1)
DAY = timedelta(days=1)
CATALOGUE = build_catalogue((30,))
SEQUENCES = [
    Followed("cart_add", "order", 3, True, 20),
    Followed("cart_add", "order", 3, False, 20),
    Followed("visit", "click", 1, False, 10),
    Followed("order", "order", 5, True, 10),
]
PEOPLE = "person_id string, email_marketing_from date, open_tracking_from date, profiling_from date"
TILES = "person_id string, activity_date date, n_cart_add bigint, n_order bigint, n_web bigint, n_click bigint"
CORRECTIONS = f"{TILES}, applied_as_of date"
Row = tuple[str, date, int, int, int, int]


def by_hand(sequence: Followed, days: dict[str, set[date]]) -> tuple[date | None, date | None]:
    """The newest first day, and the next day of the second act."""
    measure = {"cart_add": "n_cart_add", "order": "n_order", "visit": "n_web", "click": "n_click"}
    first, then = days[measure[sequence.first]], days[measure[sequence.then]]
    found = []
    for day in first:
        span = [day + n * DAY for n in range(sequence.days)]
        follows = any(d in then for d in span)
        is_over = span[-1] < AS_OF
        if day >= AS_OF - sequence.within * DAY and (follows if sequence.is_followed else is_over and not follows):
            found.append(day)
    newest = max(found, default=None)
    return newest, min((d for d in then if newest and d >= newest), default=None)


def test_sequences_are_what_every_pair_of_days_says(spark: SparkSession) -> None:
    rng = random.Random(5)
    names = [f"{n:032x}" for n in range(60)]
    since = {n: rng.choice([date(2020, 1, 1), AS_OF - 8 * DAY, None]) for n in names}
    measures = ("n_cart_add", "n_order", "n_web", "n_click")
    tiles: list[Row] = []
    corrections: list[tuple[Any, ...]] = []
    net: dict[str, dict[str, dict[date, int]]] = {n: {m: {} for m in measures} for n in names}
    for name in names:
        for back in range(-1, 26):
            day, counts = AS_OF - back * DAY, [int(rng.random() < 0.15) for _ in measures]
            tiles.append((name, day, *counts))  # type: ignore[arg-type]
            moved = [-c if rng.random() < 0.3 else int(rng.random() < 0.03) for c in counts]
            # What is learnt on the as-of day counts, what is learnt the day after does not.
            learnt = AS_OF + rng.choice([0, 1]) * DAY
            corrections.append((name, day, *moved, learnt))
            for measure, count, move in zip(measures, counts, moved, strict=True):
                net[name][measure][day] = count + (move if learnt <= AS_OF else 0)
    people = spark.createDataFrame([(n, since[n], None, since[n]) for n in names], PEOPLE)
    frame = with_sequences(
        people, spark.createDataFrame(tiles, TILES), spark.createDataFrame(corrections, CORRECTIONS), SEQUENCES,
        CATALOGUE, AS_OF,
    )  # fmt: skip
    told = frame.select("*", *[to_column(s, F).alias(f"holds_{at}") for at, s in enumerate(SEQUENCES)]).collect()
    assert len(told) == len(names)
    n_true = [0] * len(SEQUENCES)
    for row in told:
        may_see = since[row["person_id"]]
        days = {
            m: {d for d, n in counts.items() if n > 0 and d < AS_OF and may_see and d >= may_see}
            for m, counts in net[row["person_id"]].items()
        }
        for at, sequence in enumerate(SEQUENCES):
            assert (row[sequence.name], row[sequence.then_name]) == by_hand(sequence, days), (
                row["person_id"],
                sequence,
            )
            assert row[f"holds_{at}"] == holds(sequence, row.asDict())
            n_true[at] += row[f"holds_{at}"]
    assert all(3 < n < 57 for n in n_true), n_true
