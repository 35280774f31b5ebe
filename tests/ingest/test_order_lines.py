"""Orders and their events out of order lines, counted by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from segspark.ingest.order_lines import order_events, order_totals

AT = datetime(2026, 5, 2, 10, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 11, tzinfo=UTC)
LINE: dict[str, Any] = {
    "record": 0, "source": "shop", "order_id": "o1", "line_type": "sale", "identifier_id": "ann", "ordered_at": AT,
    "received_at": LATER, "known_as_of": date(2026, 5, 3), "product_id": "hat", "category": "hats", "quantity": 1,
    "amount_cents": 1000, "currency": "EUR", "country": "FR",
}  # fmt: skip
DDL = (
    "record bigint, source string, order_id string, line_type string, identifier_id string, ordered_at timestamp, "
    "received_at timestamp, known_as_of date, product_id string, category string, quantity int, amount_cents bigint, "
    "currency string, country string"
)
# ann's order of three lines; bob's refund; a line of postage alone; o1 once more, in a second file; a guest.
LINES = (
    {"record": 4, "quantity": 2, "amount_cents": 3000, "ordered_at": LATER},
    {"record": 5, "product_id": "bag", "category": "bags", "amount_cents": -5000},
    {"record": 6, "line_type": "other", "product_id": None, "category": "post", "amount_cents": 4000},
    {
        "record": 7,
        "order_id": "o2",
        "line_type": "refund",
        "identifier_id": "bob",
        "quantity": -1,
        "amount_cents": -700,
    },
    {"record": 8, "order_id": "o3", "line_type": "other", "amount_cents": 50},
    {"record": (1 << 32) + 1, "amount_cents": 1},
    {"record": 9, "order_id": "o4", "identifier_id": None},
    {"record": 10, "order_id": "o4", "identifier_id": None, "product_id": None, "amount_cents": 2000},
)


@pytest.fixture(scope="module")
def orders(spark: SparkSession) -> DataFrame:
    rows = [tuple({**LINE, **line}.values()) for line in LINES]
    return order_totals(spark.createDataFrame(rows, DDL)).localCheckpoint()


@pytest.fixture(scope="module")
def by_record(orders: DataFrame) -> dict[int, Row]:
    return {r["record"]: r for r in orders.collect()}


def test_an_order_is_the_sum_of_its_lines_from_the_first_of_them(by_record: dict[int, Row]) -> None:
    ann = by_record[4]
    assert (ann["order_type"], ann["amount_cents"], ann["n_items"]) == ("sale", -2000, 3)
    assert (ann["ordered_at"].replace(tzinfo=UTC), ann["order_date"]) == (AT, date(2026, 5, 2))
    # Of the line with the largest amount, whatever its sign; a line without a product gives none.
    assert (ann["category"], ann["product_id"]) == ("bags", "bag")
    assert (by_record[9]["amount_cents"], by_record[9]["product_id"]) == (3000, "hat")


def test_what_is_neither_sold_nor_refunded_counts_only_where_there_is_nothing_else(by_record: dict[int, Row]) -> None:
    postage = by_record[8]
    assert (postage["order_type"], postage["amount_cents"], postage["n_items"]) == ("other", 50, 1)
    assert (by_record[4]["amount_cents"], by_record[4]["n_items"]) == (3000 - 5000, 2 + 1)


def test_a_refund_is_told_as_a_positive_amount(by_record: dict[int, Row]) -> None:
    bob = by_record[7]
    assert (bob["order_type"], bob["amount_cents"], bob["n_items"]) == ("refund", 700, 1)


def test_the_same_order_in_another_file_is_another_version(by_record: dict[int, Row]) -> None:
    assert by_record[(1 << 32) + 1]["amount_cents"] == 1
    assert sorted(by_record) == [4, 7, 8, 9, (1 << 32) + 1]


def test_orders_have_events_under_numbers_that_no_record_has_and_postage_alone_has_none(orders: DataFrame) -> None:
    events = {r["no"]: r for r in order_events(orders).collect()}
    assert sorted(events) == [-((1 << 32) + 2), -10, -8, -5]
    told = {no: (e["event_id"], e["event_type"], e["identifier_id"], e["n_says"]) for no, e in events.items()}
    assert told[-5] == ("sale:o1", "order", "ann", 0)
    assert told[-8] == ("refund:o2", "refund", "bob", 0)
    assert told[-10] == ("sale:o4", "order", None, 0)


def test_two_versions_of_an_order_differ_by_what_they_say(orders: DataFrame) -> None:
    prints = {r["no"]: r["fingerprint"] for r in order_events(orders).collect()}
    again = {r["no"]: r["fingerprint"] for r in order_events(orders).collect()}
    assert prints == again
    assert prints[-5] != prints[-((1 << 32) + 2)]
    assert {len(p) for p in prints.values()} == {16}
