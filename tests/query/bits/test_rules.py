"""Conditions over slices have the people that the tree has on each person's values; others are refused with a word."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from pyroaring import BitMap

from segspark.bits.rows import Bitmaps, add_people
from segspark.features.catalogue import build_catalogue
from segspark.query.bits.rules import NotInBits, difference_of, features_read, people_in, stored_names
from segspark.query.bits.stored import Block
from segspark.segments.rules.evaluate import holds
from segspark.segments.rules.sql import parse_text

TODAY = date(2026, 5, 10)
CATALOGUE = build_catalogue((30, 365))
FEATURES = ("n_order_365d", "order_cents_365d", "last_order_date")
NAMES = stored_names(CATALOGUE, FEATURES)
# Orders, cents, days since the last order, may be written to.
PEOPLE = [(0, 0, None, True), (1, 500, 3, False), (2, 4_000, 40, True), (7, 90_000, 1, False), (2, 0, None, True)]


@pytest.fixture(scope="module")
def block() -> Block:
    found = Bitmaps()
    orders, cents, days, may = zip(*PEOPLE, strict=True)
    rows = pa.table(
        {
            "ordinal": range(len(PEOPLE)),
            "is_contactable": may,
            "n_order_365d": pa.array(orders, pa.int64()),
            "order_cents_365d": pa.array(cents, pa.int64()),
            "last_order_date": pa.array([d and date.fromordinal(TODAY.toordinal() - d) for d in days], pa.date32()),
        }
    )
    add_people(found, rows, TODAY, FEATURES)
    stored = [row for batch in found.rows() for row in batch.to_pylist()]
    return Block({(row["kind"], row["slice"]): BitMap.deserialize(row["bytes"]) for row in stored})


def values(person: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("n_order_365d", "order_cents_365d", "days_since_order", "is_contactable"), person, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "n_order_365d >= 2", "n_order_365d < 1", "n_order_365d <> 2", "n_order_365d = 2.5", "n_order_365d <> 2.5",
        "n_order_365d > 1.5", "n_order_365d >= 1.5", "n_order_365d < 1.5", "n_order_365d <= 1.5", "n_order_365d >= -1",
        "n_order_365d between 1 and 2", "n_order_365d between 0.5 and 6.9", "n_order_365d in (0, 7, 2.5)",
        "days_since_order > 2", "days_since_order <= 3", "days_since_order is null", "days_since_order is not null",
        "not days_since_order > 2", "not (n_order_365d >= 2 or days_since_order is null)", "is_contactable = true",
        "is_contactable <> true and order_cents_365d >= 500", "is_contactable = false or n_order_365d = 0",
    ],
)  # fmt: skip
def test_a_condition_has_the_people_for_whom_it_holds(block: Block, text: str) -> None:
    node = parse_text(text)
    features_read(node, NAMES)
    expected = [n for n, person in enumerate(PEOPLE) if holds(node, values(person))]
    assert list(people_in(node, block, NAMES)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("country = 'FR'", "hold country"),
        ("last_order_date >= '2026-01-01'", "hold last_order_date"),
        ("n_order_365d > n_order_30d", "n_order_365d is compared with something that is no number"),
        ("avg_order_cents_365d > 3", "hold avg_order_cents_365d"),
        ("did_then('click', 'order', 2)", "hold did_click_then_order"),
        ("days_since_click > 3", "hold days_since_click"),
    ],
)
def test_what_bitmaps_do_not_hold_is_refused(text: str, said: str) -> None:
    with pytest.raises(NotInBits, match=said):
        features_read(parse_text(text), NAMES)


def test_the_slices_that_a_condition_needs_are_named() -> None:
    node = parse_text("n_order_365d >= 2 and (days_since_order > 3 or is_contactable = true)")
    assert features_read(node, NAMES) == {"n_order_365d", "last_order_date"}


def test_a_net_amount_is_a_difference_of_two_stored_ones() -> None:
    assert difference_of(CATALOGUE, "net_order_cents_365d") == ("order_cents_365d", "refund_cents_365d")
    assert difference_of(CATALOGUE, "n_order_365d") == ("n_order_365d",)
