"""Several tasks resolve what one task resolves."""

import random
from collections import Counter
from typing import Any

from identity.test_introductions import PAIRS, now, pair
from pyspark.sql import DataFrame, SparkSession

from segspark.identity.links import join_people

FRESH = "identifier_id string, is_anonymous boolean, known_as_of date, effective_at timestamp, recorded_at timestamp"


def test_tasks_that_share_the_links_make_the_rows_of_one_task(spark: SparkSession) -> None:
    draw = random.Random(23)
    # Of two runs, each the fresh identifiers and the links; twelve groups, none shares an identifier with another.
    fresh: list[list[tuple[Any, ...]]] = [[], []]
    pairs: list[list[tuple[Any, ...]]] = [[], []]
    for group in range(12):
        names = [f"i{group}-{n}" for n in range(8)] + [f"cookie{group}-{n}" for n in range(3)]
        of_first = names[::2]
        for run, (new, present) in enumerate([(of_first, of_first), (names[1::2], names)]):
            days = [3 * run + draw.randrange(1, 4) for _ in range(20)]
            for name, day in zip(new, days, strict=False):
                # The record that links a visitor shows him too.
                is_anonymous = name.startswith("cookie")
                if is_anonymous or draw.random() < 0.9:
                    at = pair(name, name, 3 * run + 1 if is_anonymous else day)
                    fresh[run].append((name, is_anonymous, *at[5:]))
            pairs[run] += [pair(*draw.sample(present, 2), day) for day in days[: draw.randrange(7)]]

    def joined(run: int, existing: DataFrame | None, n_tasks: int) -> DataFrame:
        frames = spark.createDataFrame(fresh[run], FRESH), spark.createDataFrame(pairs[run], PAIRS)
        return join_people(*frames, existing, None, now, n_tasks).localCheckpoint()

    def told(rows: DataFrame) -> Counter[str]:
        return Counter(str(row) for row in rows.collect())

    stored = joined(0, None, 1)
    assert told(joined(0, None, 5)) == told(stored)
    both = [told(joined(1, stored, n_tasks)) for n_tasks in (1, 5)]
    assert both[0] == both[1]
    # Somebody joined a person of the first run.
    assert any("step=1" in row for row in both[0]) or both[0].total() > len(fresh[1])
