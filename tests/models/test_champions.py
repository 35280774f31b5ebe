"""Who is champion on a day: by the list of moves, held against a plain reference that paints a calendar day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.champions import (
    FORMER,
    KINDS,
    PROMOTED,
    ROLLED_BACK,
    TRAINED,
    Move,
    NoChampion,
    Registered,
    as_rows,
    before,
    champion_on,
    move_on,
    newest,
    why_silent,
    with_former,
)

START = date(2026, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def move(number: int, at: int, version: str, kind: str = TRAINED) -> Move:
    return Move(number, day(at), version, kind, "run", "2026-06-01T00:00:00+00:00", "why")


def version(name: str, end: int = 0, expires: int | None = None) -> Registered:
    return Registered(name, day(end), day(end), None if expires is None else day(expires))


# Days -----------------------------------------------------------------------------------------------------------------


def test_a_day_is_scored_by_the_champion_of_its_own_time() -> None:
    moves, versions = [move(1, 10, "1"), move(2, 20, "2")], [version("1"), version("2"), version("rejected")]
    found = [champion_on(moves, versions, day(n)) for n in (9, 10, 19, 20, 400)]
    assert [f.version for f in found] == ["", "1", "1", "2", "2"]
    assert found[0] == NoChampion("later", since=day(10))


def test_a_retrained_past_disturbs_no_later_day() -> None:
    moves, versions = [move(1, 10, "1"), move(2, 30, "2")], [version("1"), version("2"), version("3")]
    retrained = [*moves, move(3, 20, "3")]
    assert [champion_on(retrained, versions, day(n)).version for n in (19, 20, 29, 30, 90)] == ["1", "3", "3", "2", "2"]
    last = newest(retrained)
    assert last is not None
    assert last.version == "2"


def test_of_two_moves_of_a_day_the_later_one_counts() -> None:
    moves = [move(2, 10, "2"), move(1, 10, "1")]
    assert champion_on(moves, [version("1"), version("2")], day(10)).version == "2"


@pytest.mark.parametrize(
    ("versions", "at", "why"),
    [
        ([], 10, NoChampion("gone", "1")),
        ([version("1", end=12)], 11, NoChampion("not_ended", "1", day(12))),
        ([version("1", end=12)], 12, None),
        ([version("1", 5, expires=20)], 19, None),
        ([version("1", 5, expires=20)], 20, NoChampion("expired", "1", day(20))),
        ([version("1", 5, expires=20)], 400, NoChampion("expired", "1", day(20))),
    ],
)
def test_a_champion_is_silent_before_its_labels_end_and_after_it_has_expired(
    versions: list[Registered], at: int, why: NoChampion | None
) -> None:
    found = champion_on([move(1, 10, "1")], versions, day(at))
    assert found == (why or versions[0])
    if versions:
        assert why_silent(versions[0], day(at)) == why


def test_without_a_champion_of_the_day_no_older_one_speaks() -> None:
    """A version that expired is not followed by the one that it replaced."""
    moves = [move(1, 10, "1"), move(2, 20, "2")]
    found = champion_on(moves, [version("1"), version("2", 5, expires=25)], day(30))
    assert found == NoChampion("expired", "2", day(25))
    assert isinstance(found, NoChampion)
    assert found.sentence == "version 2 has expired since 2026-01-26; train again"


def test_each_reason_can_be_said() -> None:
    for code in ("none", "later", "not_ended", "expired", "gone"):
        assert "{" not in NoChampion(code, "3", day(1)).sentence
    assert champion_on([], [version("1")], day(5)) == NoChampion("none")


moves_of_any = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=12).map(
    lambda pairs: [move(number, at, str(name)) for number, (at, name) in enumerate(pairs, 1)]
)
ends = st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(1, 30)), min_size=5, max_size=5)


@given(moves_of_any, ends, st.randoms())
def test_every_day_is_as_in_a_calendar_that_each_move_repaints(moves: list[Move], ends: list, random: object) -> None:
    """The reference: a move claims its day and those after it, up to the next day that a move has claimed before."""
    versions = [
        version(str(at), end, None if lasts is None else end + lasts) for at, (end, lasts) in enumerate(ends, 1)
    ]
    calendar: dict[int, str] = {}
    claimed: set[int] = set()
    for one in moves:
        at = (one.day - START).days
        claimed.add(at)
        for n in range(at, 60):
            if n > at and n in claimed:
                break
            calendar[n] = one.version
    shuffled = list(moves)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for n in range(60):
        found, expected = champion_on(shuffled, versions, day(n)), None
        if n in calendar:
            end, lasts = ends[int(calendar[n]) - 1]
            expected = calendar[n] if end <= n and (lasts is None or n < end + lasts) else None
        assert (None if isinstance(found, NoChampion) else found.version) == expected


# Rollbacks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([], None),
        ([move(1, 10, "1")], None),
        ([move(1, 10, "1"), move(2, 20, "2")], "1"),
        ([move(1, 10, "1"), move(2, 20, "2"), move(3, 20, "1", ROLLED_BACK)], None),
        ([move(1, 1, "1"), move(2, 2, "2"), move(3, 3, "3"), move(4, 3, "2", ROLLED_BACK)], "1"),
        ([move(1, 1, "1"), move(2, 2, "2"), move(3, 2, "1", ROLLED_BACK), move(4, 5, "3")], "1"),
        ([move(1, 1, "1"), move(2, 2, "2"), move(3, 3, "1", PROMOTED)], "2"),
        # Trained for a past day after a rollback: what is newest is still the one that was returned to.
        ([move(1, 1, "1"), move(2, 4, "2"), move(3, 6, "3"), move(4, 6, "2", ROLLED_BACK), move(5, 5, "9")], "1"),
    ],
)
def test_a_rollback_returns_to_the_champion_before_and_never_to_what_was_rolled_back(
    moves: list[Move], expected: str | None
) -> None:
    found = before(moves)
    assert (found and found.version) == expected


# Versions of before, and texts ----------------------------------------------------------------------------------------


def test_of_a_release_without_moves_the_champion_counts_from_its_training_on() -> None:
    versions = {"1": version("1", 5), "2": version("2", 9)}
    (former,) = with_former([], "2", versions)
    assert (former.number, former.day, former.version, former.kind) == (0, day(9), "2", FORMER)
    assert with_former([], None, versions) == ()
    # A version that is not complete is nobody's champion.
    assert with_former([], "7", versions) == ()
    assert with_former([move(1, 1, "1")], "2", versions) == (move(1, 1, "1"),)


def test_a_move_is_read_as_it_was_written_in_canonical_text() -> None:
    one = Move(7, day(3), "2", PROMOTED, "jürgen", "2026-06-01T10:00:00+00:00", 'he said "yes"', is_forced=True)
    assert Move.from_text(one.to_text()) == one
    assert one.to_text() == (
        '{"at":"2026-06-01T10:00:00+00:00","day":"2026-01-04","is_forced":true,"kind":"promoted","number":7,'
        '"version":"2","who":"jürgen","why":"he said \\"yes\\""}'
    )
    assert one.kind in KINDS


def test_moves_are_listed_by_their_logical_day() -> None:
    rows = as_rows([move(1, 20, "1"), move(2, 10, "2")])
    assert [(row["number"], row["day"]) for row in rows] == [(2, day(10)), (1, day(20))]
    found = move_on([move(1, 20, "1"), move(2, 10, "2")], day(15))
    assert found is not None
    assert found.number == 2


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"label_end_date": "2026-01-10", "as_of": "2026-01-12"}, Registered("3", day(9), day(11))),
        ({"label_end_date": "2026-01-10"}, Registered("3", day(9), day(9))),
        ({"label_end_date": "2026-01-10", "expires_after_days": "5"}, Registered("3", day(9), day(9), day(14))),
    ],
)
def test_a_version_is_read_from_its_tags(tags: dict[str, str], expected: Registered) -> None:
    assert Registered.of(3, tags) == expected
