"""Items: hand-written answers, and the index carried on against the one from all days, over random histories."""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.features.engine.item_columns import item_columns
from segspark.features.engine.items import advance_index, backfill_index, index_items, item_changing_days, splice_index
from segspark.features.feature import Catalogue, Feature, ItemKind

FIRST, N_DAYS = date(2026, 5, 20), 14
PEOPLE = tuple(letter * 32 for letter in "abc")
ANN, BOB, EVE = PEOPLE
EVER = date(1970, 1, 1)
CATALOGUE = Catalogue(
    (),
    (
        Feature("n_category", "category", "Categories", "distinct", (2, 5)),
        Feature("n_seen", "category", "Acts", "total", (4,)),
        Feature("top_category", "category", "Most", "top", (4,)),
        Feature("n_top_category", "category", "Acts in it", "top_count", (4,)),
        Feature("last_top_category_date", "category", "Last act in it", "top_last"),
        Feature("n_campaign", "campaign", "Campaigns", "distinct", (3, 0)),
        Feature("latest_campaign", "campaign", "Last", "latest"),
    ),
    (),
    (
        ItemKind("category", ("order",), "category", "profiling", "categories", "Categories", days=4),
        ItemKind("campaign", ("click",), "campaign_id", "email_marketing", "campaigns", "Campaigns", days=4),
    ),
)
SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("activity_date", pa.date32()),
        ("applied_as_of", pa.date32()),
        ("kind", pa.string()),
        ("item", pa.string()),
        ("n", pa.int64()),
    ]
)
Since = tuple[date | None, date | None]


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def rows_of(*rows: tuple[str, int, int, str, str, int]) -> pa.Table:
    """Person, day, applied, kind, item, n; days after FIRST."""
    dated = [(p, day(d), day(a), kind, item, n) for p, d, a, kind, item, n in rows]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, r, strict=True)) for r in dated], schema=SCHEMA)


def people_of(n: int, since: dict[str, Since]) -> pa.Table:
    names = sorted(since)
    return pa.table(
        {
            "person_id": pa.array(names, pa.string()),
            "as_of_date": pa.array([day(n)] * len(names), pa.date32()),
            "email_marketing": pa.array([since[p][0] for p in names], pa.date32()),
            "open_tracking": pa.array([None] * len(names), pa.date32()),
            "profiling": pa.array([since[p][1] for p in names], pa.date32()),
        }
    )


def said(items: pa.Table, n: int, since: dict[str, Since] | None = None) -> dict[str, list[Any]]:
    people = people_of(n, since or {ANN: (EVER, EVER), BOB: (EVER, EVER)})
    index = index_items(items, people, CATALOGUE, day(n))
    return {k: v.to_pylist() for k, v in item_columns(index, people["person_id"], CATALOGUE, day(n)).items()}


def test_items_seen_in_a_window_count_once_and_the_silent_have_none() -> None:
    items = rows_of(
        (ANN, 0, 1, "category", "bags", 3),
        (ANN, 3, 4, "category", "bags", 1),
        (ANN, 3, 4, "category", "shoes", 2),
        (ANN, 4, 5, "campaign", "spring", 1),
    )
    found = said(items, 5)
    assert found["n_category_2d"] == [2, 0]
    assert found["n_category_5d"] == [2, 0]
    # Day 0 has left the four days in which acts are counted.
    assert found["n_seen_4d"] == [3, 0]
    assert found["top_category_4d"] == ["shoes", None]
    assert found["n_top_category_4d"] == [2, 0]
    assert found["last_top_category_date"] == [day(3), None]
    assert found["n_campaign_lifetime"] == [1, 0]
    assert found["latest_campaign"] == ["spring", None]


def test_of_equals_the_item_seen_last_and_then_the_first_by_name_is_on_top() -> None:
    assert said(rows_of((ANN, 3, 4, "category", "bags", 2), (ANN, 4, 5, "category", "shoes", 2)), 5)[
        "top_category_4d"
    ] == ["shoes", None]
    assert said(rows_of((ANN, 4, 5, "category", "shoes", 2), (ANN, 4, 5, "category", "bags", 2)), 5)[
        "top_category_4d"
    ] == ["bags", None]


def test_the_day_itself_and_what_is_learnt_later_are_not_known() -> None:
    items = rows_of((ANN, 5, 6, "category", "bags", 1), (ANN, 3, 7, "category", "shoes", 1))
    assert said(items, 5)["n_category_5d"] == [0, 0]
    assert said(items, 7)["n_category_5d"] == [2, 0]


def test_a_purpose_sees_only_what_it_may() -> None:
    items = rows_of((ANN, 3, 4, "category", "bags", 1), (ANN, 3, 4, "campaign", "spring", 1))
    assert said(items, 5, {ANN: (EVER, None)})["n_category_5d"] == [0]
    assert said(items, 5, {ANN: (None, EVER)})["latest_campaign"] == [None]
    assert said(items, 5, {ANN: (EVER, day(4))})["n_category_5d"] == [0]
    assert said(items, 5, {ANN: (EVER, day(3))})["n_category_5d"] == [1]


def test_what_moves_to_another_person_leaves_the_old_one() -> None:
    items = rows_of(
        (ANN, 2, 3, "category", "bags", 2), (ANN, 2, 5, "category", "bags", -2), (BOB, 2, 5, "category", "bags", 2)
    )
    assert said(items, 4)["n_category_5d"] == [1, 0]
    assert said(items, 5)["n_category_5d"] == [0, 1]


@st.composite
def histories(draw: st.DrawFn) -> tuple[pa.Table, list[dict[str, Since]]]:
    """Tiles, and what was learnt later: late, taken back, moved from one person to another; consents that change."""
    pairs = st.sampled_from([("category", "bags"), ("category", "shoes"), ("campaign", "spring"), ("campaign", "x")])
    days = st.integers(-8, N_DAYS - 1)
    tiles = draw(st.dictionaries(st.tuples(st.sampled_from(PEOPLE), days, pairs), st.integers(1, 3), max_size=25))
    rows = [(p, d, d + 1, *what, n) for (p, d, what), n in tiles.items()]
    for (person, d, what), n in tiles.items():
        if draw(st.integers(0, 3)) == 0:
            applied = d + 1 + draw(st.integers(1, 9))
            rows.append((person, d, applied, *what, -draw(st.integers(1, n))))
            if draw(st.booleans()):
                rows.append((draw(st.sampled_from(PEOPLE)), d, applied, *what, n))
    late = st.tuples(st.sampled_from(PEOPLE), days, st.integers(1, 9), pairs, st.integers(1, 2))
    rows += [(p, d, d + 1 + k, *what, n) for p, d, k, what, n in draw(st.lists(late, max_size=8))]
    since: list[dict[str, Since]] = [{} for _ in range(N_DAYS)]
    for person in PEOPLE:
        known = min([applied for p, _, applied, *_ in rows if p == person], default=3)
        merged = draw(st.integers(known, 2 * N_DAYS))
        state: Since = (EVER, EVER)
        for n in range(N_DAYS):
            if draw(st.integers(0, 5)) == 0:
                begins = st.sampled_from((None, day(n), day(n + 1), day(n - 4), EVER))
                state = (draw(begins), draw(begins))
            if known <= n < merged:
                since[n][person] = state
    return rows_of(*rows), since


@given(histories())
@settings(max_examples=40, deadline=None)
def test_the_index_carried_on_equals_the_one_from_all_days_on_every_day(
    history: tuple[pa.Table, list[dict[str, Since]]],
) -> None:
    items, since = history
    people = [people_of(n, since[n]) for n in range(N_DAYS)]
    state = index_items(items, people[0], CATALOGUE, day(0))
    for n in range(1, N_DAYS):
        as_of = day(n)
        applied, about = items["applied_as_of"].cast(pa.int32()), items["activity_date"].cast(pa.int32())
        is_today = pc.equal(items["applied_as_of"], pa.scalar(as_of, pa.date32()))
        learnt = items.filter(pc.and_(is_today, pc.greater(applied, pc.add(about, 1))))
        days = item_changing_days(learnt, CATALOGUE, as_of)
        near = items.filter(pc.is_in(about, pa.array(sorted(days), pa.int32())))
        index, rest = advance_index(state, near, people[n], people[n - 1], CATALOGUE, as_of)
        index = splice_index(index, rest, index_items(items, rest, CATALOGUE, as_of))
        expected = index_items(items, people[n], CATALOGUE, as_of)
        assert index.to_pylist() == expected.to_pylist(), as_of
        state = index


@given(histories(), st.sets(st.integers(0, N_DAYS - 1), min_size=1))
@settings(max_examples=40, deadline=None)
def test_a_walk_over_days_with_and_without_gaps_equals_day_by_day(
    history: tuple[pa.Table, list[dict[str, Since]]], chosen: set[int]
) -> None:
    items, since = history
    people = pa.concat_tables([people_of(n, since[n]) for n in sorted(chosen)])
    walked = dict(backfill_index(items, people, CATALOGUE, [day(n) for n in chosen]))
    for n in chosen:
        assert walked[day(n)].to_pylist() == index_items(items, people, CATALOGUE, day(n)).to_pylist()


@given(histories(), st.integers(0, N_DAYS - 1))
@settings(max_examples=40, deadline=None)
def test_the_columns_equal_a_naive_count(history: tuple[pa.Table, list[dict[str, Since]]], n: int) -> None:
    items, since = history
    found = said(items, n, since[n]) if since[n] else {}
    for at, person in enumerate(sorted(since[n])):
        for kind, allowed, windows in (("category", 1, (2, 5)), ("campaign", 0, (3, None))):
            begins = since[n][person][allowed]
            days: dict[tuple[str, date], int] = {}
            for r in items.to_pylist():
                if r["person_id"] == person and r["kind"] == kind and r["applied_as_of"] <= day(n):
                    days[r["item"], r["activity_date"]] = days.get((r["item"], r["activity_date"]), 0) + r["n"]
            seen = {k: c for k, c in days.items() if c > 0 and begins and begins <= k[1] < day(n)}
            for window in windows:
                names = {i for i, d in seen if window is None or d >= day(n - window)}
                column = f"n_{kind}_lifetime" if window is None else f"n_{kind}_{window}d"
                assert found[column][at] == len(names)
            if kind == "category":
                recent = {k: c for k, c in seen.items() if k[1] >= day(n - 4)}
                assert found["n_seen_4d"][at] == sum(recent.values())
                per_item = {i: sum(c for (j, _), c in recent.items() if i == j) for i, _ in recent}
                last = {i: max(d for j, d in recent if i == j) for i in per_item}
                top = min(per_item, key=lambda i: (-per_item[i], -last[i].toordinal(), i), default=None)
                assert found["top_category_4d"][at] == top
                assert found["last_top_category_date"][at] == (last[top] if top else None)
