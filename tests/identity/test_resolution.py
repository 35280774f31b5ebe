from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from segspark.identity.resolution import resolve

ROWS = pa.schema({
    "kind": pa.string(), "left_id": pa.string(), "right_id": pa.string(), "rule": pa.string(), "is_anonymous": pa.bool_(),
    "effective_at": pa.timestamp("us", "UTC"), "recorded_at": pa.timestamp("us", "UTC"), "known_as_of": pa.date32(),
    "step": pa.int32(),
})  # fmt: skip

AT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(identifier: str, day: int, anonymous: bool = False) -> dict[str, Any]:
    return {"kind": "seen", "left_id": identifier, "right_id": None, "rule": "first_seen", "is_anonymous": anonymous,
            "effective_at": AT, "recorded_at": AT, "known_as_of": date(2026, 1, day), "step": 0}  # fmt: skip


def pair(left: str, right: str, day: int) -> dict[str, Any]:
    return {**seen(left, day), "kind": "pair", "right_id": right, "rule": "crm"}


def known(identifier: str, person: str, day: int) -> dict[str, Any]:
    return {**seen(identifier, day), "kind": "known", "right_id": person}


def resolved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return resolve(pa.Table.from_pylist(rows, schema=ROWS)).to_pylist()


def persons(rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return sorted((r["identifier_id"], r["person_id"], r["known_as_of"].day) for r in resolved(rows))


def test_a_person_is_its_first_identifier_and_stays() -> None:
    rows = [seen("ann", 2), seen("c1", 3), pair("ann", "c1", 3)]
    assert persons(rows) == [("ann", "ann", 2), ("c1", "ann", 3)]


def test_a_cookie_never_is_the_person_of_a_known_identifier() -> None:
    rows = [seen("cookie", 1, anonymous=True), seen("ann", 5), pair("ann", "cookie", 5)]
    assert persons(rows) == [("ann", "ann", 5), ("cookie", "ann", 5)]


def test_the_later_person_joins_the_earlier_with_all_its_identifiers() -> None:
    rows = [known("ann", "ann", 1), known("c1", "c1", 2), known("cookie", "c1", 3), pair("c1", "ann", 9)]
    assert persons(rows) == [("c1", "ann", 9), ("cookie", "ann", 9)]


def test_what_is_linked_already_makes_no_row() -> None:
    assert persons([known("ann", "ann", 1), known("c1", "ann", 2), pair("ann", "c1", 4)]) == []


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 9)), max_size=12), st.randoms())
def test_persons_do_not_depend_on_the_order_of_rows(pairs: list[tuple[int, int, int]], random: Any) -> None:
    rows = [seen(f"i{n}", 1 + n % 3) for n in range(8)] + [
        pair(f"i{a}", f"i{b}", max(d, 4)) for a, b, d in pairs if a != b
    ]
    expected = persons(rows)
    random.shuffle(rows)
    assert persons(rows) == expected
    last = {i: p for i, p, _ in sorted(expected, key=lambda r: r[2])}
    for a, b, _ in pairs:
        assert last[f"i{a}"] == last[f"i{b}"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8), st.integers(0, 8))
def test_two_runs_for_one_day_join_the_persons_that_one_run_joins(pairs: list[tuple[int, int]], cut: int) -> None:
    """Of the rows of one identifier and day the last step holds."""

    def last(rows: list[dict[str, Any]]) -> dict[str, str]:
        return {r["identifier_id"]: r["person_id"] for r in sorted(rows, key=lambda r: (r["known_as_of"], r["step"]))}

    everybody = [seen(f"i{n}", 1 + n % 2) for n in range(6)]
    links = [pair(f"i{a}", f"i{b}", 4) for a, b in pairs if a != b]
    first = resolved([*everybody, *links[:cut]])
    before = [{**r, "kind": "known", "left_id": r["identifier_id"], "right_id": r["person_id"]} for r in first]
    second = resolved([*before, *links[cut:]])
    assert last([*first, *second]) == last(resolved([*everybody, *links]))


def test_a_link_holds_from_the_introduction_of_both_its_ends() -> None:
    rows = [seen("cookie", 1, anonymous=True), pair("u1", "cookie", 1), seen("u1", 5)]
    assert persons(rows) == [("cookie", "u1", 5), ("u1", "u1", 5)]
    assert persons([known("u1", "u1", 4), seen("ann", 2), pair("ann", "u1", 2)]) == [
        ("ann", "ann", 2),
        ("u1", "ann", 4),
    ]


def test_a_link_with_somebody_not_introduced_holds_for_nobody() -> None:
    rows = [seen("cookie", 1, anonymous=True), pair("u1", "cookie", 1), pair("u2", "u1", 1), seen("ann", 2)]
    assert persons([*rows, pair("ann", "u2", 2)]) == [("ann", "ann", 2)]


@given(st.permutations(range(6)), st.integers(0, 6))
def test_in_whatever_order_links_and_introductions_arrive_the_persons_are_the_same(order: list[int], cut: int) -> None:
    """In one run, or in two of which the second, on a later day, gets the links that waited."""
    cookie = seen("cookie", 1, anonymous=True)
    said = [seen("ann", 2), seen("u1", 4), seen("u2", 6), pair("u1", "cookie", 3), pair("ann", "u1", 5),
            pair("u2", "cookie", 2)]  # fmt: skip
    first = [said[n] for n in order[:cut]]
    later = [{**said[n], "known_as_of": date(2026, 1, 9)} for n in order[cut:]]
    stored = resolved([cookie, *first])
    before = [{**r, "kind": "known", "left_id": r["identifier_id"], "right_id": r["person_id"]} for r in stored]
    is_stored = any(r["identifier_id"] == "cookie" for r in stored)
    waiting = [row for row in first if row["kind"] == "pair"]
    new = resolved([*before, *([] if is_stored else [cookie]), *waiting, *later])
    last: dict[str, str] = {}
    for row in sorted([*stored, *new], key=lambda r: (r["known_as_of"], r["step"])):
        last[row["identifier_id"]] = row["person_id"]
    assert set(last) == {"ann", "u1", "u2", "cookie"}
    assert len(set(last.values())) == 1
