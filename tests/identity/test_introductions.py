"""What one run after the other learns of identifiers, in small frames: who is introduced, who waits, and which links."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.identity.introductions import newly_introduced, not_introduced, waiting_links, with_introductions
from segspark.identity.links import join_people

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
AT = datetime(2026, 5, 1, tzinfo=UTC)
SEEN = (
    "identifier_id string, is_anonymous boolean, introduces boolean, known_as_of date, effective_at timestamp, "
    "recorded_at timestamp"
)
PAIRS = (
    "left_id string, right_id string, left_is_anonymous boolean, right_is_anonymous boolean, rule string, "
    "known_as_of date, effective_at timestamp, recorded_at timestamp"
)
LINKS = (
    "identifier_id string, person_id string, rule string, is_anonymous boolean, effective_at timestamp, "
    "recorded_at timestamp, known_as_of date, step int"
)
UNINTRODUCED = (
    "identifier_id string, linked_id string, linked_is_anonymous boolean, rule string, known_as_of date, "
    "effective_at timestamp, recorded_at timestamp"
)


@pytest.fixture(scope="module")
def frames(spark: SparkSession) -> Any:
    def made(kind: str, *rows: tuple[Any, ...]) -> DataFrame:
        return spark.createDataFrame(list(rows), kind)

    return made


def seen(who: str, introduces: bool, day: int, anonymous: bool = False) -> tuple[Any, ...]:
    return (who, anonymous, introduces, MAY[day], AT, AT)


def pair(left: str, right: str, day: int) -> tuple[Any, ...]:
    return (left, right, left.startswith("cookie"), right.startswith("cookie"), "identify", MAY[day], AT, AT)


def link(who: str, person: str, day: int) -> tuple[Any, ...]:
    return (who, person, "first_seen", False, AT, AT, MAY[day], 0)


def now(frame: DataFrame) -> DataFrame:
    return frame.localCheckpoint()


def told(frame: DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(r[c] for c in columns) for r in frame.select(*columns).collect()), key=str)


def test_a_run_introduces_whom_its_records_introduce_and_no_earlier_run_knew(frames: Any) -> None:
    these = with_introductions(
        frames(SEEN, seen("ann", False, 2), seen("ann", True, 4), seen("ann", True, 5), seen("bob", True, 4),
               seen("eve", False, 4), seen("cookie", True, 3, True)),
        frames(LINKS, link("bob", "bob", 1)),
    )  # fmt: skip
    assert told(newly_introduced(these), "identifier_id", "known_as_of", "is_anonymous") == [
        ("ann", MAY[4], False), ("cookie", MAY[3], True)
    ]  # fmt: skip
    # Ann had records before; eve has nothing else; bob is known, and a cookie needs no introduction.
    waiting = not_introduced(these, frames(PAIRS), None)
    assert told(waiting, "identifier_id", "linked_id", "known_as_of") == [("ann", None, MAY[2]), ("eve", None, MAY[4])]


def test_a_record_known_before_the_introduction_of_an_earlier_run_is_noted_once(frames: Any) -> None:
    links = frames(LINKS, link("bob", "bob", 9), link("ann", "ann", 2))
    these = with_introductions(frames(SEEN, seen("bob", True, 5), seen("ann", False, 5)), links)
    noted = not_introduced(these, frames(PAIRS), None)
    assert told(noted, "identifier_id", "linked_id", "known_as_of") == [("bob", None, MAY[5])]
    again = not_introduced(these, frames(PAIRS), noted)
    assert told(again, "identifier_id") == []


def test_a_link_waits_for_both_its_ends_and_joins_them_when_the_last_is_introduced(frames: Any) -> None:
    first = with_introductions(
        frames(SEEN, seen("u1", False, 3), seen("u2", False, 3), seen("cookie", True, 3, True)), None
    )
    pairs = frames(PAIRS, pair("u1", "cookie", 3), pair("u1", "u2", 3))
    held = not_introduced(first, pairs, None)
    assert told(held, "identifier_id", "linked_id") == [
        ("u1", "cookie"), ("u1", "u2"), ("u1", None), ("u2", "u1"), ("u2", None)
    ]  # fmt: skip
    assert told(join_people(newly_introduced(first), pairs, None, None, now), "identifier_id") == []
    # A later run introduces one of them, without naming the cookie.
    second = with_introductions(frames(SEEN, seen("u1", True, 5)), None)
    fresh = newly_introduced(second)
    of_second = join_people(fresh, frames(PAIRS), None, waiting_links(held, fresh), now)
    columns = ("identifier_id", "person_id", "known_as_of", "is_anonymous")
    assert told(of_second, *columns) == [("cookie", "u1", MAY[5], True), ("u1", "u1", MAY[5], False)]
    # The run after that introduces the other.
    stored = of_second.localCheckpoint()
    third = with_introductions(frames(SEEN, seen("u2", True, 7)), stored)
    fresh = newly_introduced(third)
    of_third = join_people(fresh, frames(PAIRS), stored, waiting_links(held, fresh), now)
    assert told(of_third, *columns) == [("u2", "u1", MAY[7], False)]
