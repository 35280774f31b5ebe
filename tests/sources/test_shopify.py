"""Shopify orders: each state and each branch against a whole expectation written by hand."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sources.in_process import stage

from segspark.sources import shopify
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("shop", None, "EUR")


def parse(record: dict[str, Any], context: Context = CONTEXT) -> Produced:
    """The adapter over the record as it comes out of JSON."""
    return shopify.parse(json.loads(json.dumps(record)), context)


def utc(day: int, hour: int, minute: int, second: int = 0) -> int:
    """Microseconds of a time in May 2026."""
    return int(datetime(2026, 5, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


# Written with the shop's offset, two hours before.
ORDERED, UPDATED, CANCELLED = utc(4, 8, 15, 30), utc(5, 9, 0, 1), utc(6, 10, 0, 2)
JEANNE, NUMBER = Identifier("email", "jeanne@exemple.fr"), Identifier("customer", "7001")
LINK = (JEANNE, NUMBER, "shop", ORDERED)


def changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A change to None leaves the key out."""
    return {k: v for k, v in {**record, **changes}.items() if v is not None}


def sold(**changes: Any) -> dict[str, Any]:
    record = {
        "id": 31,
        "product_id": 501,
        "variant_id": 9,
        "sku": "ROBE-M",
        "title": "Robe",
        "product_type": "robes",
        "vendor": "Atelier",
        "quantity": 2,
        "price": "20.00",
        "total_discount": "5.50",
        "discount_allocations": [{"amount": "99.00"}],
    }
    return changed(record, changes)


def order(**changes: Any) -> dict[str, Any]:
    """An order of one line by a customer with a number and an address."""
    record = {
        "id": 4001,
        "name": "#1001",
        "order_number": 1001,
        "test": False,
        "email": "jeanne@exemple.fr",
        "contact_email": "contact@exemple.fr",
        "created_at": "2026-05-04T10:00:00+02:00",
        "processed_at": "2026-05-04T10:15:30+02:00",
        "updated_at": "2026-05-05T11:00:01+02:00",
        "financial_status": "paid",
        "fulfillment_status": "fulfilled",
        "currency": "EUR",
        "total_price": "41.00",
        "subtotal_price": "34.50",
        "current_subtotal_price": "12.00",
        "customer": {"id": 7001, "email": "account@exemple.fr", "orders_count": 3},
        "line_items": [sold()],
        "refunds": [],
    }
    return changed(record, changes)


def line(**changes: Any) -> dict[str, Any]:
    return {
        "order_id": "4001",
        "line_id": "31",
        "identifier": JEANNE,
        "line_type": "sale",
        "ordered_at": ORDERED,
        "product_id": "501",
        "title": "Robe",
        "category": "robes",
        "quantity": 2,
        "unit_price": Decimal("20.00"),
        "amount_cents": 3450,
        "currency": "EUR",
        **changes,
    }


def kept(**changes: Any) -> dict[str, Any]:
    return {
        "order_id": "4001",
        "identifier": JEANNE,
        "order_type": "sale",
        "ordered_at": ORDERED,
        "updated_at": UPDATED,
        "status": "paid",
        "amount_cents": 3450,
        "refunded_cents": 0,
        "currency": "EUR",
        "n_items": 2,
        "country": None,
        **changes,
    }


def event(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": "order:4001",
        "source_event": "order",
        "event_type": "order",
        "identifier": JEANNE,
        "occurred_at": ORDERED,
        "order_id": "4001",
        "category": "robes",
        "product_id": "501",
        "amount_cents": 3450,
        "currency": "EUR",
        "n_items": 2,
        "country": None,
        **changes,
    }


def given_back(amount: int, n_items: int | None, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": "refund:81",
        "source_event": "refund",
        "event_type": "refund",
        "identifier": JEANNE,
        "occurred_at": utc(6, 7, 30),
        "order_id": "4001",
        "amount_cents": amount,
        "currency": "EUR",
        "n_items": n_items,
        **changes,
    }


def cancellation(amount: int) -> dict[str, Any]:
    """A cancellation takes back what no refund did; it counts no articles."""
    said = given_back(amount, None, event_id="cancel:4001", source_event="cancel", occurred_at=CANCELLED)
    del said["n_items"]
    return said


def refund(**changes: Any) -> dict[str, Any]:
    record = {
        "id": 81,
        "order_id": 4001,
        "created_at": "2026-05-06T09:00:00+02:00",
        "processed_at": "2026-05-06T09:30:00+02:00",
        "refund_line_items": [{"line_item_id": 31, "quantity": 1, "subtotal": 14.5, "total_tax": 2.9}],
        "transactions": [{"kind": "refund", "status": "success", "amount": "10.00"}],
    }
    return changed(record, changes)


def said(**changes: Any) -> Produced:
    return Produced(**{"orders": [kept()], "lines": [line()], "events": [event()], "links": [LINK], **changes})


def refused(record: dict[str, Any], context: Context = CONTEXT) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        parse(record, context)
    return refusal.value.reasons


def test_an_order_is_kept_with_its_line_its_event_and_its_link() -> None:
    assert parse(order()) == said()


@pytest.mark.parametrize(
    "status",
    ["pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired", "odd"],
)
def test_a_status_is_the_shop_s_own_word(status: str) -> None:
    assert parse(order(financial_status=status)) == said(orders=[kept(status=status)])


def test_an_order_may_say_no_status() -> None:
    assert parse(order(financial_status=None)) == said(orders=[kept(status=None)])


@pytest.mark.parametrize("test", [False, None])
def test_only_an_order_that_says_so_is_a_test(test: Any) -> None:
    assert parse(order(test=test)) == said()
    assert refused({"test": True}) == ["test_mode"]


@pytest.mark.parametrize("test", ["true", "false", "", 0, 1, []])
def test_whether_an_order_is_a_test_is_a_boolean(test: Any) -> None:
    assert refused(order(test=test)) == ["type:test"]


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "jeanne@exemple.fr"),
        ({"email": None}, "contact@exemple.fr"),
        ({"email": ""}, "contact@exemple.fr"),
        ({"email": None, "contact_email": None}, "account@exemple.fr"),
    ],
)
def test_the_buyer_s_address_is_the_order_s_else_the_contact_s_else_the_account_s(
    changes: dict[str, Any], address: str
) -> None:
    who = Identifier("email", address)
    assert parse(order(**changes)) == Produced(
        orders=[kept(identifier=who)],
        lines=[line(identifier=who)],
        events=[event(identifier=who)],
        links=[(who, NUMBER, "shop", ORDERED)],
    )


def test_a_buyer_without_address_is_a_number_and_a_guest_is_nobody() -> None:
    nameless = order(email=None, contact_email=None, customer={"id": 7001}, refunds=[refund()])
    for who, record in (
        (NUMBER, nameless),
        (None, {**nameless, "customer": {}}),
        (None, {**nameless, "customer": None}),
    ):
        assert parse(record) == Produced(
            orders=[kept(identifier=who, refunded_cents=1000)],
            lines=[line(identifier=who)],
            events=[event(identifier=who), given_back(1000, 1, identifier=who)],
        )


def test_an_address_without_a_number_links_nothing() -> None:
    assert parse(order(customer=None)) == said(links=[])


@pytest.mark.parametrize(
    ("changes", "at", "updated"),
    [
        ({}, ORDERED, UPDATED),
        ({"processed_at": None}, utc(4, 8, 0), UPDATED),
        ({"updated_at": None}, ORDERED, ORDERED),
        ({"processed_at": None, "updated_at": None}, utc(4, 8, 0), utc(4, 8, 0)),
    ],
)
def test_an_order_is_placed_when_it_was_processed_else_created(changes: dict[str, Any], at: int, updated: int) -> None:
    assert parse(order(**changes)) == Produced(
        orders=[kept(ordered_at=at, updated_at=updated)],
        lines=[line(ordered_at=at)],
        events=[event(occurred_at=at)],
        links=[(JEANNE, NUMBER, "shop", at)],
    )


def test_naive_times_have_the_declared_zone_everywhere() -> None:
    record = order(
        processed_at="2026-05-04T10:15:30",
        updated_at="2026-05-05T11:00:01",
        cancelled_at="2026-05-06T12:00:02",
        refunds=[refund(processed_at="2026-05-06T09:30:00")],
        customer={
            "id": 7001,
            "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2026-05-04T10:15:30"},
        },
    )
    assert parse(record, Context("shop", "Europe/Paris", "EUR")) == said(
        orders=[kept(status="cancelled", refunded_cents=3450)],
        events=[event(), given_back(1000, 1), cancellation(2450)],
        consents=[consent("granted")],
    )
    created = order(processed_at=None, created_at="2026-05-04T10:15:30", refunds=[])
    assert parse(created, Context("shop", "Europe/Paris", "EUR")) == said()
    made = order(refunds=[refund(processed_at=None, created_at="2026-05-06T09:30:00")])
    assert parse(made, Context("shop", "Europe/Paris", "EUR")).events[1] == given_back(1000, 1)


def consent(value: str, **changes: Any) -> dict[str, Any]:
    return {
        "identifier": JEANNE,
        "purpose": "email_marketing",
        "value": value,
        "basis": "shop checkout",
        "effective_at": ORDERED,
        "recorded_at": ORDERED,
        **changes,
    }


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ("subscribed", "granted"),
        ("unsubscribed", "withdrawn"),
        ("not_subscribed", None),
        ("pending", None),
        ("redacted", None),
        ("invalid", None),
        (None, None),
    ],
)
def test_a_consent_is_what_the_customer_decided(state: Any, value: str | None) -> None:
    decided = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": "2026-05-04T10:15:30+02:00"}
    record = order(customer={"id": 7001, "email_marketing_consent": decided})
    assert parse(record) == said(consents=[consent(value)] if value else [])


def test_a_consent_needs_a_time_and_somebody() -> None:
    decided = {"state": "subscribed", "consent_updated_at": "2026-05-04T10:15:30+02:00"}
    timeless = {"state": "subscribed", "consent_updated_at": None}
    assert parse(order(customer={"id": 7001, "email_marketing_consent": timeless})) == said()
    nobody = parse(order(email=None, contact_email=None, customer={"email_marketing_consent": decided}))
    assert (nobody.consents, nobody.orders) == ([], [kept(identifier=None)])
    numbered = parse(order(email=None, contact_email=None, customer={"id": 7001, "email_marketing_consent": decided}))
    assert (numbered.consents, numbered.links) == ([consent("granted", identifier=NUMBER)], [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"product_id": None}, {"product_id": "ROBE-M"}),
        ({"product_id": None, "sku": None}, {"product_id": None}),
        ({"product_id": "p-5"}, {"product_id": "p-5"}),
        ({"title": None}, {"title": None}),
        ({"product_type": None}, {"category": None}),
        ({"id": None}, {"line_id": None}),
        ({"id": "l-1"}, {"line_id": "l-1"}),
        # No discount of the line as a whole: the shares that the order's discounts have in it.
        ({"total_discount": "0.00", "discount_allocations": [{"amount": "1.25"}, {"amount": "2.50"}]}, 3625),
        ({"total_discount": None, "discount_allocations": [{"amount": "1.25"}]}, 3875),
        ({"total_discount": None, "discount_allocations": [{"code": "x"}]}, 4000),
        ({"total_discount": None, "discount_allocations": []}, 4000),
        ({"total_discount": None, "discount_allocations": None}, 4000),
        ({"price": "0.00", "total_discount": None, "discount_allocations": None}, (Decimal("0.00"), 0)),
        ({"price": "0.01", "total_discount": "0.02"}, (Decimal("0.01"), 0)),
    ],
)
def test_a_line_is_quantity_times_price_less_discount(changes: dict[str, Any], expected: Any) -> None:
    if isinstance(expected, int):
        expected = {"amount_cents": expected}
    if isinstance(expected, tuple):
        expected = dict(zip(("unit_price", "amount_cents"), expected, strict=True))
    of_event = {k: v for k, v in expected.items() if k in ("product_id", "category")}
    assert parse(order(line_items=[sold(**changes)])) == said(lines=[line(**expected)], events=[event(**of_event)])


@pytest.mark.parametrize(("quantity", "cents"), [(0, 0), (3, 6000), (10_000, 20_000_000)])
def test_a_quantity_is_a_whole_number(quantity: int, cents: int) -> None:
    assert parse(order(line_items=[sold(quantity=quantity, total_discount=None, discount_allocations=None)])) == said(
        lines=[line(quantity=quantity, amount_cents=cents)],
        orders=[kept(n_items=quantity)],
        events=[event(n_items=quantity)],
    )


def test_an_order_s_main_product_is_that_of_the_largest_line_that_names_one() -> None:
    dear = {"id": 32, "price": "90.00", "quantity": 1, "total_discount": None, "discount_allocations": None}
    nameless = sold(**dear, product_id=None, sku=None, product_type=None)
    bag = sold(
        id=33, product_id=502, product_type="sacs", price="17.30", total_discount=None, discount_allocations=None
    )
    first = line()
    unnamed = line(
        line_id="32", product_id=None, category=None, quantity=1, unit_price=Decimal("90.00"), amount_cents=9000
    )
    second = line(line_id="33", product_id="502", category="sacs", unit_price=Decimal("17.30"), amount_cents=3460)
    assert parse(order(line_items=[sold(), nameless, bag])) == said(
        lines=[first, unnamed, second],
        orders=[kept(n_items=5)],
        events=[event(product_id="502", category="sacs", n_items=5)],
    )


def test_an_order_may_have_no_lines() -> None:
    for none in ([], None):
        assert parse(order(line_items=none)) == said(
            lines=[],
            orders=[kept(n_items=0)],
            events=[event(product_id=None, category=None, n_items=0)],
        )


@pytest.mark.parametrize(
    ("refunds", "amount", "n_items"),
    [
        pytest.param(refund(), 1000, 1, id="what was paid back"),
        pytest.param(
            refund(
                transactions=[
                    {"kind": "refund", "status": "success", "amount": "10.00"},
                    {"kind": "refund", "status": "success", "amount": "0.50"},
                    {"kind": "refund", "status": "failure", "amount": "4.00"},
                    {"kind": "sale", "status": "success", "amount": "8.00"},
                    {"status": "success", "amount": "16.00"},
                    {"kind": "refund", "status": "unknown", "amount": "32.00"},
                    {"kind": "capture", "status": "success", "amount": "64.00"},
                ]
            ),
            1050,
            1,
            id="of several payments those back that succeeded",
        ),
        pytest.param(refund(transactions=[]), 1450, 1, id="without payments what the lines say"),
        pytest.param(refund(transactions=None), 1450, 1, id="without a list of payments too"),
        pytest.param(
            refund(transactions=[{"kind": "refund", "status": "pending", "amount": "10.00"}]),
            1450,
            1,
            id="with a payment that has not succeeded too",
        ),
        pytest.param(
            refund(
                transactions=None,
                refund_line_items=[
                    {"quantity": 2, "subtotal": "3.00"},
                    {"quantity": 1, "subtotal": 4},
                    {"quantity": None, "subtotal": None},
                    {"subtotal": 0.05},
                ],
            ),
            705,
            3,
            id="lines write amounts as numbers or texts, or not at all",
        ),
        pytest.param(refund(refund_line_items=[{"quantity": 0}]), 1000, None, id="money alone, no articles"),
        pytest.param(refund(refund_line_items=None), 1000, None, id="money alone, no lines"),
        pytest.param(refund(refund_line_items=None, transactions=None), 0, None, id="nothing at all"),
    ],
)
def test_a_refund_is_what_was_paid_back_else_what_its_lines_say(
    refunds: dict[str, Any], amount: int, n_items: int | None
) -> None:
    assert parse(order(refunds=[refunds])) == said(
        orders=[kept(refunded_cents=amount)], events=[event(), given_back(amount, n_items)]
    )


def test_each_refund_has_its_own_event_and_time() -> None:
    later = refund(id=82, processed_at=None, created_at="2026-05-07T09:00:00+02:00")
    assert parse(order(refunds=[refund(), later])) == said(
        orders=[kept(refunded_cents=2000)],
        events=[
            event(),
            given_back(1000, 1),
            given_back(1000, 1, event_id="refund:82", occurred_at=utc(7, 7, 0)),
        ],
    )


@pytest.mark.parametrize(
    ("refunds", "events", "refunded"),
    [
        pytest.param([], [cancellation(3450)], 3450, id="nothing was paid back"),
        pytest.param([refund()], [given_back(1000, 1), cancellation(2450)], 3450, id="a part was paid back"),
        pytest.param(
            [refund(transactions=[{"kind": "refund", "status": "success", "amount": "34.49"}])],
            [given_back(3449, 1), cancellation(1)],
            3450,
            id="all but a cent was paid back",
        ),
        pytest.param(
            [refund(transactions=[{"kind": "refund", "status": "success", "amount": "34.50"}])],
            [given_back(3450, 1)],
            3450,
            id="all was paid back",
        ),
        pytest.param(
            [refund(transactions=[{"kind": "refund", "status": "success", "amount": "41.00"}])],
            [given_back(4100, 1)],
            4100,
            id="with the carriage more than the goods was paid back",
        ),
    ],
)
def test_a_cancelled_order_gives_back_what_no_refund_did(refunds: list[Any], events: list[Any], refunded: int) -> None:
    assert parse(order(cancelled_at="2026-05-06T12:00:02+02:00", refunds=refunds)) == said(
        orders=[kept(status="cancelled", refunded_cents=refunded)], events=[event(), *events]
    )


@pytest.mark.parametrize(
    ("currency", "price", "cents"),
    [("EUR", "12.34", 1234), ("JPY", "1200", 1200), ("KWD", "1.234", 1234), ("XOF", "50.00", 50)],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, price: str, cents: int) -> None:
    paid = refund(transactions=None, refund_line_items=[{"quantity": 1, "subtotal": price}])
    record = order(
        currency=currency,
        subtotal_price=price,
        total_price=price,
        line_items=[sold(price=price, quantity=1, total_discount=None, discount_allocations=None)],
        refunds=[paid],
    )
    for written, context in ((record, CONTEXT), ({**record, "currency": ""}, Context("shop", None, currency))):
        money = {"amount_cents": cents, "currency": currency}
        assert parse(written, context) == said(
            orders=[kept(**money, refunded_cents=cents, n_items=1)],
            lines=[line(**money, quantity=1, unit_price=Decimal(price))],
            events=[event(**money, n_items=1), given_back(cents, 1, currency=currency)],
        )


def test_an_order_may_cost_nothing() -> None:
    given = refund(transactions=[{"kind": "refund", "status": "success", "amount": "0.00"}])
    for cancelled in (None, "2026-05-06T12:00:02+02:00"):
        assert parse(order(subtotal_price="0.00", refunds=[given], cancelled_at=cancelled)) == said(
            orders=[kept(amount_cents=0, status="cancelled" if cancelled else "paid")],
            events=[event(amount_cents=0), given_back(0, 1)],
        )


def test_the_country_is_that_of_delivery_else_of_the_bill() -> None:
    french, german = {"country_code": "FR", "country": "France"}, {"country_code": "DE"}
    for changes, country in (
        ({"shipping_address": french, "billing_address": german}, "FR"),
        ({"billing_address": german}, "DE"),
        ({"shipping_address": {}, "billing_address": german}, "DE"),
        ({"shipping_address": {"zip": "0"}, "billing_address": german}, None),
    ):
        assert parse(order(**changes)) == said(orders=[kept(country=country)], events=[event(country=country)])


def test_names_streets_and_numbers_are_told_to_the_gateway_for_removal() -> None:
    def person(mark: str) -> dict[str, Any]:
        keys = ("first_name", "last_name", "name", "phone", "address1", "address2", "browser_ip", "company")
        return {key: f"{key} {mark}" for key in reversed(keys)} | {"zip": "kept", "tags": "kept"}

    expected = ["+33600000001", "192.0.2.10"]
    for mark in ("c", "b", "s"):
        expected += [
            f"first_name {mark}",
            f"last_name {mark}",
            f"name {mark}",
            f"phone {mark}",
            f"address1 {mark}",
            f"address2 {mark}",
            f"browser_ip {mark}",
            f"company {mark}",
        ]
    record = order(
        phone="+33600000001",
        browser_ip="192.0.2.10",
        customer={"id": 7001, **person("c")},
        billing_address=person("b"),
        shipping_address=person("s"),
    )
    assert parse(record) == said()


def test_what_is_no_text_or_empty_is_nothing_to_remove() -> None:
    record = order(phone=33, browser_ip="", customer={"id": 7001, "name": None, "company": ["x"]})
    assert parse(record) == said()


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        pytest.param({}, ["missing:id"], id="no order id"),
        pytest.param(order(id=True), ["type:id"], id="order id is a boolean"),
        pytest.param(order(id=1.5), ["type:id"], id="order id is a fraction"),
        pytest.param(order(currency=978), ["type:currency"], id="currency is a number"),
        pytest.param(order(processed_at=None, created_at=None), ["missing:created_at"], id="no time"),
        pytest.param(order(processed_at="soon"), ["time_format:processed_at"], id="no ISO time"),
        pytest.param(order(processed_at="2026-05-04T10:00:00"), ["time_zone:processed_at"], id="naive time"),
        pytest.param(
            order(processed_at=None, created_at="2026-05-04T10:00:00"), ["time_zone:created_at"], id="naive creation"
        ),
        pytest.param(order(updated_at="2026-05-04T10:00:00"), ["time_zone:updated_at"], id="naive update"),
        pytest.param(order(updated_at=1), ["type:updated_at"], id="update is a number"),
        pytest.param(order(cancelled_at="2026-05-04T10:00:00"), ["time_zone:cancelled_at"], id="naive cancellation"),
        pytest.param(order(customer="x"), ["type:customer"], id="customer is a text"),
        pytest.param(order(customer={"id": 1.5}), ["type:id"], id="customer number is a fraction"),
        pytest.param(order(email=7), ["type:email"], id="address is a number"),
        pytest.param(order(email=None, contact_email=7), ["type:contact_email"], id="contact is a number"),
        pytest.param(
            order(email=None, contact_email=None, customer={"email": 7}), ["type:email"], id="account is a number"
        ),
        pytest.param(order(subtotal_price=None), ["missing:subtotal_price"], id="no amount"),
        pytest.param(order(subtotal_price=34.5), ["type:subtotal_price"], id="amount is a number"),
        pytest.param(order(subtotal_price="34,50"), ["locale_decimal:subtotal_price"], id="decimal comma"),
        pytest.param(order(subtotal_price="a lot"), ["number:subtotal_price"], id="amount is no number"),
        pytest.param(order(subtotal_price="34.505"), ["scale:subtotal_price"], id="a fraction of a cent"),
        pytest.param(order(subtotal_price="-0.01"), ["negative:subtotal_price"], id="negative amount"),
        pytest.param(order(subtotal_price="1" + "0" * 14), ["amount_range:subtotal_price"], id="amount beyond reason"),
        pytest.param(order(currency="JPY"), ["scale:subtotal_price"], id="yen have no fractions"),
        pytest.param(order(financial_status=7), ["type:financial_status"], id="status is a number"),
        pytest.param(order(line_items={}), ["type:line_items"], id="lines are an object"),
        pytest.param(order(line_items=["x"]), ["type:line_items"], id="a line is a text"),
        pytest.param(order(line_items=[sold(quantity="2")]), ["type:quantity"], id="quantity is a text"),
        pytest.param(order(line_items=[sold(quantity=True)]), ["type:quantity"], id="quantity is a boolean"),
        pytest.param(order(line_items=[sold(quantity=None)]), ["missing:quantity"], id="no quantity"),
        pytest.param(order(line_items=[sold(quantity=-1)]), ["negative:quantity"], id="quantity is negative"),
        pytest.param(order(line_items=[sold(quantity=2**31)]), ["range:quantity"], id="quantity beyond its column"),
        pytest.param(order(line_items=[sold(price=None)]), ["missing:price"], id="no price"),
        pytest.param(order(line_items=[sold(price="-3.00")]), ["negative:price"], id="price is negative"),
        pytest.param(
            order(line_items=[sold(price="0.0000001", quantity=10**7, total_discount=None, discount_allocations=None)]),
            ["scale:price"],
            id="price has more digits than its column",
        ),
        pytest.param(order(line_items=[sold(price="1" + "0" * 12)]), ["amount_range:price"], id="price beyond reason"),
        pytest.param(order(line_items=[sold(price="２０.00")]), ["number:price"], id="price in other digits"),
        pytest.param(
            order(line_items=[sold(total_discount="-1.00")]), ["negative:total_discount"], id="discount is negative"
        ),
        pytest.param(
            order(line_items=[sold(total_discount="99.00")]), ["range:total_discount"], id="discount above its line"
        ),
        pytest.param(order(currency="EURO"), ["currency:currency"], id="currency that nobody knows"),
        pytest.param(order(processed_at=0), ["type:processed_at"], id="time is zero"),
        pytest.param(order(cancelled_at=True), ["type:cancelled_at"], id="cancellation is a boolean"),
        pytest.param(order(subtotal_price=""), ["missing:subtotal_price"], id="amount is empty"),
        pytest.param(order(refunds=[refund(id=None)]), ["missing:id"], id="refund without a number"),
        pytest.param(
            order(refunds=[refund(transactions=[{"kind": "refund", "status": True, "amount": "1.00"}])]),
            ["type:status"],
            id="status of a payment is a boolean",
        ),
        pytest.param(order(line_items=[sold(price=20)]), ["type:price"], id="price is a number"),
        pytest.param(order(line_items=[sold(price="20,00")]), ["locale_decimal:price"], id="price with a comma"),
        pytest.param(
            order(line_items=[sold(price="9.005", quantity=1)]), ["scale:price"], id="price of a fraction of a cent"
        ),
        pytest.param(order(line_items=[sold(total_discount="x")]), ["number:total_discount"], id="discount"),
        pytest.param(
            order(line_items=[sold(total_discount=None, discount_allocations=["x"])]),
            ["type:discount_allocations"],
            id="shares are texts",
        ),
        pytest.param(
            order(line_items=[sold(total_discount=None, discount_allocations=[{"amount": "1,0"}])]),
            ["locale_decimal:amount"],
            id="share with a comma",
        ),
        pytest.param(order(line_items=[sold(id=1.5)]), ["type:id"], id="line id is a fraction"),
        pytest.param(order(line_items=[sold(title=7)]), ["type:title"], id="title is a number"),
        pytest.param(order(line_items=[sold(product_type=7)]), ["type:product_type"], id="category is a number"),
        pytest.param(order(shipping_address="x"), ["type:shipping_address"], id="address of delivery is a text"),
        pytest.param(order(billing_address={"country_code": 7}), ["type:country_code"], id="country is a number"),
        pytest.param(order(refunds={}), ["type:refunds"], id="refunds are an object"),
        pytest.param(
            order(refunds=[refund(processed_at=None, created_at=None)]), ["missing:created_at"], id="refund at no time"
        ),
        pytest.param(
            order(refunds=[refund(processed_at="2026-05-04T10:00:00")]), ["time_zone:processed_at"], id="naive refund"
        ),
        pytest.param(
            order(refunds=[refund(transactions=[{"kind": "refund", "status": "success"}])]),
            ["missing:amount"],
            id="paid back nothing",
        ),
        pytest.param(
            order(refunds=[refund(transactions=[{"kind": "refund", "status": "success", "amount": "-1.00"}])]),
            ["negative:amount"],
            id="paid back less than nothing",
        ),
        pytest.param(
            order(refunds=[refund(transactions=None, refund_line_items=[{"subtotal": True}])]),
            ["type:subtotal"],
            id="refunded line is a boolean",
        ),
        pytest.param(
            order(refunds=[refund(transactions=None, refund_line_items=[{"subtotal": 1.005}])]),
            ["scale:subtotal"],
            id="refunded line has a fraction of a cent",
        ),
        pytest.param(
            order(customer={"id": 7001, "email_marketing_consent": {"state": ["subscribed"]}}),
            ["type:state"],
            id="state of the consent is a list",
        ),
        pytest.param(
            order(customer={"id": 7001, "email_marketing_consent": "subscribed"}),
            ["type:email_marketing_consent"],
            id="consent is a text",
        ),
        pytest.param(
            order(
                customer={
                    "id": 7001,
                    "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2026-05-04T10:00:00"},
                }
            ),
            ["time_zone:consent_updated_at"],
            id="naive consent",
        ),
    ],
)
def test_an_order_is_refused_with_its_reason(record: dict[str, Any], reasons: list[str]) -> None:
    assert refused(record) == reasons


@pytest.mark.parametrize("quantity", ["two", "2", ["2"], 1.0, True])
def test_a_wrong_quantity_in_a_refund_refuses_that_order_and_ends_nothing(quantity: Any) -> None:
    staged = stage("shopify", order(refunds=[refund(refund_line_items=[{"quantity": quantity}])]), order())
    assert [r["reasons"] for r in staged["refused"]] == [["type:quantity"]]
    assert [r["position"] for r in staged["records"]] == [1]


def test_a_refund_by_lines_is_refused_where_it_is_negative_as_one_by_payments_is() -> None:
    negative = refund(transactions=None, refund_line_items=[{"quantity": 1, "subtotal": -5.0}])
    assert refused(order(refunds=[negative])) == ["negative:subtotal"]


def paid_back(amount: str, **changes: Any) -> dict[str, Any]:
    back = refund(transactions=[{"kind": "refund", "status": "success", "amount": amount}])
    return order(refunds=[back], **changes)


def test_no_refund_is_above_what_was_paid() -> None:
    assert parse(paid_back("41.00")).orders[0]["refunded_cents"] == 4100
    assert refused(paid_back("41.01")) == ["range:refunds"]
    # Without a total only the goods are known.
    assert parse(paid_back("34.50", total_price=None)).orders[0]["refunded_cents"] == 3450
    assert refused(paid_back("34.51", total_price=None)) == ["range:refunds"]
    twice = [refund(id=n, transactions=[{"kind": "refund", "status": "success", "amount": "30.00"}]) for n in (1, 2)]
    assert refused(order(refunds=twice)) == ["range:refunds"]


def test_binary_noise_of_a_refunded_line_is_cut_and_flagged() -> None:
    produced = parse(order(refunds=[refund(transactions=None, refund_line_items=[{"subtotal": 0.1 + 0.2}])]))
    assert (produced.orders[0]["refunded_cents"], produced.flags) == (30, ["float_noise:subtotal"])


def test_a_local_hour_that_is_skipped_or_comes_twice_is_flagged() -> None:
    told = Context("shop", "Europe/Paris", "EUR")
    record = order(processed_at="2026-03-29T02:30:00", updated_at=None, cancelled_at="2025-10-26T02:30:00")
    assert shopify.parse(record, told).flags == ["local_time_skipped:processed_at", "local_time_doubled:cancelled_at"]
