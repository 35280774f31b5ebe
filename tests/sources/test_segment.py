"""Segment and RudderStack: each call, each name and each branch against a whole expectation written by hand."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from segspark.sources import segment
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("web", None, "EUR", segment.Options())
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


def parse(record: dict[str, Any], context: Context) -> Produced:
    """The adapter over the record as it comes out of JSON."""
    return segment.parse(json.loads(json.dumps(record)), context)


def utc(hour: int, minute: int, second: int, millisecond: int = 0) -> int:
    """Microseconds of a time on 4 May 2026, the day of all these calls."""
    moment = datetime(2026, 5, 4, hour, minute, second, tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + millisecond * 1_000


HAPPENED, RECEIVED = utc(9, 30, 45, 250), utc(9, 31, 0, 500)
CUSTOMER, VISITOR = Identifier("customer", "u-1"), Identifier("anonymous", "v-9")
JEANNE = Identifier("email", "jeanne@exemple.fr")
LINK = (CUSTOMER, VISITOR, "identify", HAPPENED)


def call(kind: str = "track", **changes: Any) -> dict[str, Any]:
    """A call of a customer whose browser is known; a change to None leaves the key out."""
    record = {
        "type": kind,
        "messageId": "m-1",
        "userId": "u-1",
        "anonymousId": "v-9",
        "timestamp": "2026-05-04T09:30:45.250Z",
        "receivedAt": "2026-05-04T09:31:00.500Z",
        "integrations": {"All": True},
        "version": 2,
        **changes,
    }
    return {k: v for k, v in record.items() if v is not None}


def event(word: str, event_type: str, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": "m-1",
        "source_event": word,
        "event_type": event_type,
        "identifier": CUSTOMER,
        "anonymous": VISITOR,
        "occurred_at": HAPPENED,
        "session_id": None,
        "order_id": None,
        "url": None,
        "product_id": None,
        "category": None,
        "amount_cents": None,
        "currency": None,
        "n_items": None,
        "duration_s": None,
        "device": None,
        "country": None,
        "campaign_id": None,
        "p_human": None,
        **changes,
    }


def said(*events: dict[str, Any], **changes: Any) -> Produced:
    return Produced(**{"events": list(events), "links": [LINK], "received_at": RECEIVED, **changes})


def viewed(**changes: Any) -> dict[str, Any]:
    return call(event="Product Viewed", **changes)


def refused(record: dict[str, Any]) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        parse(record, CONTEXT)
    return refusal.value.reasons


@pytest.mark.parametrize(
    ("word", "event_type"),
    [
        ("Product Viewed", "product_view"),
        ("Viewed Product", "product_view"),
        ("Product Clicked", "product_view"),
        ("Product List Viewed", "page_view"),
        ("Viewed Product Category", "page_view"),
        ("Product List Filtered", "search"),
        ("Products Searched", "search"),
        ("Product Added", "cart_add"),
        ("Added Product", "cart_add"),
        ("Product Removed", "cart_remove"),
        ("Removed Product", "cart_remove"),
        ("Cart Viewed", "page_view"),
        ("Checkout Started", "checkout"),
        ("Checkout Step Viewed", "checkout"),
        ("Checkout Step Completed", "checkout"),
        ("Payment Info Entered", "checkout"),
        ("Promotion Viewed", "offer_viewed"),
        ("Promotion Clicked", "offer_viewed"),
        ("Coupon Applied", "offer_completed"),
        ("Email Delivered", "delivered"),
        ("Email Opened", "open"),
        ("Email Link Clicked", "click"),
        ("Email Bounced", "bounce_soft"),
        ("Email Marked as Spam", "complaint"),
        ("Unsubscribed", "unsubscribe"),
        # Orders are the shop's to tell; here they end a checkout.
        ("Order Completed", "checkout"),
        ("Completed Order", "checkout"),
        ("Order Refunded", "checkout"),
        # Words of the commerce spec that mean nothing to us yet, and words of somebody's own.
        ("Order Updated", "unknown"),
        ("Order Cancelled", "unknown"),
        ("Coupon Entered", "unknown"),
        ("Coupon Denied", "unknown"),
        ("Coupon Removed", "unknown"),
        ("Product Added to Wishlist", "unknown"),
        ("product viewed", "unknown"),
        ("Danced", "unknown"),
    ],
)
def test_every_name_of_a_track_becomes_its_event(word: str, event_type: str) -> None:
    assert parse(call(event=word), CONTEXT) == said(event(word, event_type))


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_a_page_and_a_screen_are_views_whatever_they_are_called(kind: str) -> None:
    assert parse(call(kind, name="Robes", event="Unsubscribed"), CONTEXT) == said(event(kind, "page_view"))


@pytest.mark.parametrize("kind", ["group", "alias"])
def test_calls_about_no_visit_are_ignored_even_without_anybody(kind: str) -> None:
    assert parse({"type": kind}, CONTEXT) == Produced(ignored=True)


def test_an_unknown_type_is_read_as_an_event_of_its_own_name() -> None:
    assert parse(call("beacon", event="Danced"), CONTEXT) == said(event("Danced", "unknown"))


@pytest.mark.xfail(strict=True, raises=Rejected, reason="an unknown type without event name is refused")
def test_an_unknown_type_without_a_name_is_an_unknown_event() -> None:
    assert [e["event_type"] for e in parse(call("beacon"), CONTEXT).events] == ["unknown"]


def test_everything_that_a_call_may_say_is_kept() -> None:
    record = call(
        event="Product Viewed",
        context={
            "campaign": {"name": "spring-2026", "source": "letter"},
            "device": {"type": "ios"},
            "ip": "192.0.2.10",
            "location": {"country": "FR"},
            "page": {"url": "https://boutique.example/other"},
            "sessionId": 1_777_887_000,
            "userAgent": "Mozilla/5.0 (Windows NT 10.0)",
        },
        properties={
            "campaign_id": "another",
            "category": "robes",
            "currency": "EUR",
            "duration_s": 12.5,
            "engagement_time_msec": 99_000,
            "order_id": 77,
            "product_id": "robe-3",
            "products": [{}, {}],
            "revenue": 12.5,
            "session_id": "another",
            "sku": "another",
            "url": "https://boutique.example/robe?mail=x#haut",
        },
    )
    assert parse(record, CONTEXT) == said(
        event(
            "Product Viewed",
            "product_view",
            session_id="1777887000",
            order_id="77",
            url="https://boutique.example/robe",
            product_id="robe-3",
            category="robes",
            n_items=2,
            duration_s=12.5,
            device="mobile",
            country="FR",
            campaign_id="spring-2026",
        ),
    )


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"properties": {"session_id": "s-2"}}, "session_id", "s-2"),
        ({"properties": {"sku": "robe-3-m"}}, "product_id", "robe-3-m"),
        ({"properties": {"product_id": 3}}, "product_id", "3"),
        ({"properties": {"campaign_id": "winter"}}, "campaign_id", "winter"),
        ({"properties": {"campaign_id": "winter"}, "context": {"campaign": {"source": "x"}}}, "campaign_id", "winter"),
        ({"context": {"page": {"url": "https://boutique.example/x?y"}}}, "url", "https://boutique.example/x"),
        ({"properties": {"products": []}}, "n_items", None),
        ({"properties": {"duration_s": 0}}, "duration_s", 0.0),
        ({"properties": {"duration_s": 12, "engagement_time_msec": 2_500}}, "duration_s", 12.0),
        ({"properties": {"engagement_time_msec": 1}}, "duration_s", 0.001),
        ({"context": {"device": {"type": "desktop"}}}, "device", "desktop"),
        ({"context": {"device": {"type": "mobile"}}}, "device", "mobile"),
        ({"context": {"device": {"type": "tablet"}}}, "device", "tablet"),
        ({"context": {"device": {"type": "android"}}}, "device", "mobile"),
        ({"context": {"device": {"type": "television"}, "userAgent": IPHONE}}, "device", "mobile"),
        ({"context": {"device": {"type": "television"}}}, "device", None),
        ({"context": {"userAgent": "Mozilla/5.0 (X11)"}}, "device", "desktop"),
        ({"context": {"location": {}}}, "country", None),
    ],
)
def test_a_column_comes_from_the_next_place_that_says_it(changes: dict[str, Any], column: str, value: Any) -> None:
    assert parse(viewed(**changes), CONTEXT) == said(event("Product Viewed", "product_view", **{column: value}))


@pytest.mark.parametrize(
    ("word", "event_type"), [("Order Completed", "order"), ("Completed Order", "order"), ("Order Refunded", "refund")]
)
def test_where_the_source_tells_of_orders_they_have_amounts(word: str, event_type: str) -> None:
    properties = {"order_id": "o-5", "revenue": 19.99, "total": 25.5, "currency": "EUR", "products": [{}, {}, {}]}
    told = Context("web", None, "EUR", segment.Options(orders=True))
    assert parse(call(event=word, properties=properties), told) == said(
        event(word, event_type, order_id="o-5", amount_cents=1999, currency="EUR", n_items=3)
    )
    for context in (CONTEXT, Context("web", None, "EUR", segment.Options(orders=False))):
        assert parse(call(event=word, properties=properties), context) == said(
            event(word, "checkout", order_id="o-5", n_items=3)
        )


@pytest.mark.parametrize(
    ("properties", "cents"),
    [
        ({"revenue": 12}, 1200),
        ({"revenue": 0, "total": 5}, 0),
        ({"total": 0.29}, 29),
        ({"revenue": 1.15}, 115),
        ({"revenue": -0.0}, 0),
        ({"revenue": None, "total": 3.5}, 350),
        ({"revenue": None}, None),
        ({}, None),
    ],
)
def test_an_amount_is_the_revenue_else_the_total_and_a_number(properties: dict[str, Any], cents: int | None) -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    assert parse(call(event="Order Completed", properties=properties), told) == said(
        event("Order Completed", "order", amount_cents=cents, currency="EUR")
    )


@pytest.mark.parametrize(
    ("revenue", "currency", "cents"),
    [(1200, "JPY", 1200), (500.0, "JPY", 500), (1.234, "KWD", 1234), (12.5, "eur", 1250), (1.2345, "CLF", 12345)],
)
def test_an_amount_has_the_digits_of_its_currency(revenue: float, currency: str, cents: int) -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    record = call(event="Order Completed", properties={"revenue": revenue, "currency": currency})
    (order,) = parse(record, told).events
    assert (order["amount_cents"], order["currency"]) == (cents, currency.upper())
    # A call without a currency is in the source's.
    (order,) = parse(
        call(event="Order Completed", properties={"revenue": revenue}),
        Context("web", None, currency, segment.Options(orders=True)),
    ).events
    assert (order["amount_cents"], order["currency"]) == (cents, currency.upper())


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"revenue": "19.90"}, "type:revenue"),
        ({"revenue": ""}, "type:revenue"),
        ({"revenue": True, "total": 5}, "type:revenue"),
        ({"revenue": [19.9]}, "type:revenue"),
        ({"total": "19.90"}, "type:total"),
        ({"revenue": 19.905}, "scale:revenue"),
        ({"revenue": 500.5, "currency": "JPY"}, "scale:revenue"),
        ({"revenue": -19.9}, "negative:revenue"),
        ({"total": -1}, "negative:total"),
        ({"revenue": 10**400}, "amount_range:revenue"),
        ({"revenue": 1e300}, "amount_range:revenue"),
        ({"revenue": 5, "currency": "EURO"}, "currency:currency"),
        ({"revenue": 5, "currency": "€"}, "currency:currency"),
        ({"revenue": 5, "currency": 978}, "type:currency"),
    ],
)
@pytest.mark.parametrize("word", ["Order Completed", "Order Refunded"])
def test_no_amount_is_guessed(word: str, properties: dict[str, Any], reason: str) -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    with pytest.raises(Rejected) as refusal:
        parse(call(event=word, properties=properties), told)
    assert refusal.value.reasons == [reason]


def test_amounts_are_texts_only_where_the_source_says_so() -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True, quoted_amounts=True))
    for amount in ("19.90", 19.9):
        (order,) = parse(call(event="Order Completed", properties={"revenue": amount}), told).events
        assert order["amount_cents"] == 1990
    for amount, code in (("19,90", "locale_decimal"), ("１９.９０", "number"), ("NaN", "number"), ("", "missing")):
        with pytest.raises(Rejected, match=f"{code}:revenue"):
            parse(call(event="Order Completed", properties={"revenue": amount}), told)


def test_binary_noise_is_cut_and_flagged() -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    produced = parse(call(event="Order Completed", properties={"revenue": 0.1 + 0.2}), told)
    assert (produced.events[0]["amount_cents"], produced.flags) == (30, ["float_noise:revenue"])


def test_a_clock_that_is_off_by_a_century_gives_no_time() -> None:
    record = call("page", timestamp=None, sentAt="2099-05-04T09:30:40Z", originalTimestamp="1990-05-04T09:30:40Z")
    assert refused(record) == ["time_range:originalTimestamp"]


def test_doubtful_local_times_are_flagged_once_for_each_field() -> None:
    told = Context("web", "Europe/Paris", "EUR", segment.Options())
    record = call("page", timestamp="2025-10-26T02:30:00", receivedAt="2025-10-26T02:30:01")
    assert parse(record, told).flags == ["local_time_doubled:receivedAt", "local_time_doubled:timestamp"]
    record = call("page", timestamp=None, originalTimestamp="2026-03-29T02:30:00", receivedAt="2026-03-29T03:30:01")
    assert parse(record, told).flags == ["local_time_skipped:originalTimestamp"]


def test_only_orders_and_refunds_have_money() -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    record = viewed(properties={"revenue": 5, "currency": "EUR"})
    assert parse(record, told) == said(event("Product Viewed", "product_view"))


def test_a_visitor_a_customer_and_a_number_may_stand_alone() -> None:
    assert parse(viewed(userId=None), CONTEXT) == said(
        event("Product Viewed", "product_view", identifier=None), links=[]
    )
    assert parse(viewed(anonymousId=None), CONTEXT) == said(
        event("Product Viewed", "product_view", anonymous=None), links=[]
    )
    number = Identifier("customer", "42")
    assert parse(viewed(userId=42), CONTEXT) == said(
        event("Product Viewed", "product_view", identifier=number), links=[(number, VISITOR, "identify", HAPPENED)]
    )


def test_an_address_in_the_traits_is_whose_event_it_is_where_no_customer_is_named() -> None:
    traits = {"traits": {"email": "jeanne@exemple.fr"}}
    assert parse(call(event="Email Opened", userId=None, context=traits), CONTEXT) == said(
        event("Email Opened", "open", identifier=JEANNE), links=[]
    )
    # With a customer's number the event is that number's, and a track links no address.
    assert parse(call(event="Email Opened", context=traits), CONTEXT) == said(event("Email Opened", "open"))


def test_an_identify_links_and_introduces_whom_it_names_and_is_no_event() -> None:
    to_address = (CUSTOMER, JEANNE, "identify", HAPPENED)
    both = [(CUSTOMER, HAPPENED), (JEANNE, HAPPENED)]
    traits = {"email": "jeanne@exemple.fr"}
    assert parse(call("identify", traits=traits), CONTEXT) == said(links=[LINK, to_address], introduced=both)
    alone = parse(call("identify", anonymousId=None, traits=traits), CONTEXT)
    assert alone == said(links=[to_address], introduced=both)
    assert parse(call("identify", userId=None, traits=traits), CONTEXT) == said(
        links=[(VISITOR, JEANNE, "identify", HAPPENED)], introduced=both[1:]
    )
    in_context = parse(call("identify", context={"traits": traits}), CONTEXT)
    assert in_context == said(links=[LINK, to_address], introduced=both)
    assert parse(call("identify"), CONTEXT) == said(introduced=both[:1])


def test_an_identify_that_links_nothing_is_ignored_but_introduces_its_user() -> None:
    lone = said(links=[], ignored=True)
    assert parse(call("identify", anonymousId=None), CONTEXT) == replace(lone, introduced=[(CUSTOMER, HAPPENED)])
    assert parse(call("identify", userId=None, traits={"plan": "pro"}), CONTEXT) == lone


def test_names_and_numbers_are_told_to_the_gateway_for_removal() -> None:
    traits = {
        "firstName": "Jeanne",
        "lastName": "Martin",
        "name": "Jeanne Martin",
        "phone": "+33600000001",
        "plan": "pro",
    }
    who = {"introduced": [(CUSTOMER, HAPPENED)]}
    record = call("identify", traits=traits, context={"ip": "192.0.2.10", "traits": {"name": "another"}})
    assert parse(record, CONTEXT) == said(**who)
    assert parse(call("identify", context={"ip": "192.0.2.10", "traits": traits}), CONTEXT) == said(**who)
    assert parse(call("identify", context={"ip": 7}, traits={"name": "", "phone": 33}), CONTEXT) == said(**who)


@pytest.mark.parametrize(
    ("times", "zone", "at", "received"),
    [
        pytest.param(
            {"sentAt": "2026-05-04T01:00:00.000Z", "originalTimestamp": "2026-05-04T00:00:00.000Z"},
            None,
            HAPPENED,
            RECEIVED,
            id="the timestamp says it",
        ),
        pytest.param(
            {
                "timestamp": None,
                "sentAt": "2026-05-04T02:00:20.000Z",
                "originalTimestamp": "2026-05-04T02:00:00.000Z",
            },
            None,
            utc(9, 30, 40, 500),
            RECEIVED,
            id="else receipt less the wait on a device whose clock is wrong",
        ),
        pytest.param(
            {
                "timestamp": None,
                "sentAt": "2026-05-04T02:00:00.000Z",
                "originalTimestamp": "2026-05-04T02:00:20.000Z",
            },
            None,
            utc(9, 31, 20, 500),
            RECEIVED,
            id="also where the clock was set back meanwhile",
        ),
        pytest.param(
            {"timestamp": None, "originalTimestamp": "2026-05-04T02:00:00.000Z"},
            None,
            utc(2, 0, 0),
            RECEIVED,
            id="else the device's own time",
        ),
        pytest.param(
            {"timestamp": None, "receivedAt": None, "originalTimestamp": "2026-05-04T02:00:00.000Z"},
            None,
            utc(2, 0, 0),
            None,
            id="the device's own time alone",
        ),
        pytest.param(
            {
                "timestamp": None,
                "receivedAt": None,
                "sentAt": "2026-05-04T02:00:20.000Z",
                "originalTimestamp": "2026-05-04T02:00:00.000Z",
            },
            None,
            utc(2, 0, 0),
            None,
            id="a wait without receipt is no use",
        ),
        pytest.param(
            {"timestamp": None, "sentAt": "2026-05-04T02:00:20.000Z"}, None, RECEIVED, RECEIVED, id="else the receipt"
        ),
        pytest.param(
            {"timestamp": "2026-05-04T11:00:00", "receivedAt": "2026-05-04T12:00:00"},
            "Europe/Paris",
            utc(9, 0, 0),
            utc(10, 0, 0),
            id="naive times have the declared zone",
        ),
        pytest.param(
            {
                "timestamp": None,
                "receivedAt": "2026-05-04T12:00:00",
                "sentAt": "2026-05-04T11:00:30",
                "originalTimestamp": "2026-05-04T11:00:00",
            },
            "Europe/Paris",
            utc(9, 59, 30),
            utc(10, 0, 0),
            id="and so have those of the device",
        ),
        pytest.param(
            {"timestamp": None, "receivedAt": None, "originalTimestamp": "2026-05-04T11:00:00"},
            "Europe/Paris",
            utc(9, 0, 0),
            None,
            id="and the device's own",
        ),
    ],
)
def test_when_it_happened(times: dict[str, Any], zone: str | None, at: int, received: int | None) -> None:
    produced = parse(call("page", **times), Context("web", zone, "EUR", segment.Options()))
    assert produced == said(
        event("page", "page_view", occurred_at=at),
        links=[(CUSTOMER, VISITOR, "identify", at)],
        received_at=received,
    )


def test_keys_in_snake_case_are_read_as_the_same_call() -> None:
    record = {
        "type": "track",
        "event": "Product Viewed",
        "message_id": "m-1",
        "user_id": "u-1",
        "anonymous_id": "v-9",
        "received_at": "2026-05-04T09:31:00.500Z",
        "sent_at": "2026-05-04T02:00:20.000Z",
        "original_timestamp": "2026-05-04T02:00:05.000Z",
        "properties": {"product_id": "robe-3"},
    }
    at = utc(9, 30, 45, 500)
    expected = said(
        event("Product Viewed", "product_view", product_id="robe-3", occurred_at=at),
        links=[(CUSTOMER, VISITOR, "identify", at)],
    )
    assert parse(record, CONTEXT) == expected


@pytest.mark.parametrize("key", ["message_id", "user_id", "anonymous_id"])
def test_any_key_in_snake_case_shows_that_a_row_is_written_so(key: str) -> None:
    record = {"type": "page", "received_at": "2026-05-04T09:31:00.500Z", "userId": "u-1", key: "x"}
    produced = parse(record, CONTEXT)
    user = Identifier("customer", "x" if key == "user_id" else "u-1")
    visitor = Identifier("anonymous", "x") if key == "anonymous_id" else None
    expected = event("page", "page_view", identifier=user, anonymous=visitor, occurred_at=RECEIVED)
    expected["event_id"] = "x" if key == "message_id" else None
    links = [(user, visitor, "identify", RECEIVED)] if visitor else []
    assert produced == said(expected, links=links)


def test_a_call_in_camel_case_keeps_its_own_keys() -> None:
    assert parse(call("page", user_id="another", received_at="nonsense"), CONTEXT) == said(event("page", "page_view"))
    # A key of its own is not what shows it: none of the three ids is written so.
    keyless = call("page", messageId=None, received_at="nonsense")
    assert parse(keyless, CONTEXT) == said(event("page", "page_view", event_id=None))


@pytest.mark.xfail(strict=True, raises=Rejected, reason="a warehouse row has no type, and id and event_text instead")
def test_a_row_of_a_warehouse_table_is_read() -> None:
    record = {
        "id": "m-1",
        "user_id": "u-1",
        "anonymous_id": "v-9",
        "event": "product_viewed",
        "event_text": "Product Viewed",
        "timestamp": "2026-05-04T09:30:45.250Z",
        "received_at": "2026-05-04T09:31:00.500Z",
        "context_ip": "192.0.2.10",
    }
    assert parse(record, CONTEXT).events[0]["event_type"] == "product_view"


def test_a_call_without_a_key_has_none_yet() -> None:
    assert parse(call("page", messageId=None), CONTEXT) == said(event("page", "page_view", event_id=None))


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        pytest.param({}, ["missing:type"], id="no type"),
        pytest.param(call(""), ["missing:type"], id="empty type"),
        pytest.param({"type": 1}, ["type:type"], id="type is a number"),
        pytest.param(call("page", userId=None, anonymousId=None), ["missing:userId"], id="nobody"),
        pytest.param(call("page", userId="", anonymousId=""), ["missing:userId"], id="nobody in two empty texts"),
        pytest.param(call("page", userId=True), ["type:userId"], id="user id is a boolean"),
        pytest.param(call("page", anonymousId=["v"]), ["type:anonymousId"], id="visitor is a list"),
        pytest.param(call("page", messageId=3), ["type:messageId"], id="message id is a number"),
        pytest.param(call("page", timestamp="yesterday"), ["time_format:timestamp"], id="no ISO time"),
        pytest.param(call("page", timestamp="2026-05-04T09:00:00"), ["time_zone:timestamp"], id="naive time"),
        pytest.param(call("page", timestamp="1970-05-04T09:00:00Z"), ["time_range:timestamp"], id="time out of range"),
        pytest.param(call("page", receivedAt=5), ["type:receivedAt"], id="receipt is a number"),
        pytest.param(call("page", timestamp=None, receivedAt=None), ["missing:receivedAt"], id="no time of any kind"),
        pytest.param(
            call("page", timestamp=None, sentAt="x", originalTimestamp="2026-05-04T02:00:05.000Z"),
            ["time_format:sentAt"],
            id="sent at no time",
        ),
        pytest.param(
            call("page", timestamp=None, originalTimestamp="x"), ["time_format:originalTimestamp"], id="device's time"
        ),
        pytest.param(call(), ["missing:event"], id="a track without a name"),
        pytest.param(call(event=7), ["type:event"], id="name is a number"),
        pytest.param(call("page", context="x"), ["type:context"], id="context is a text"),
        pytest.param(call("page", properties=[]), ["type:properties"], id="properties are a list"),
        pytest.param(call("page", traits="x"), ["type:traits"], id="traits are a text"),
        pytest.param(call("page", traits={"email": 7}), ["type:email"], id="address is a number"),
        pytest.param(call("page", properties={"url": 7}), ["type:url"], id="url is a number"),
        pytest.param(call("page", context={"page": "x"}), ["type:page"], id="page is a text"),
        pytest.param(call("page", context={"page": {"url": 7}}), ["type:url"], id="url of the page is a number"),
        pytest.param(call("page", properties={"category": 7}), ["type:category"], id="category is a number"),
        pytest.param(call("page", properties={"campaign_id": 7}), ["type:campaign_id"], id="campaign is a number"),
        pytest.param(call("page", properties={"order_id": 7.5}), ["type:order_id"], id="order is a fraction"),
        pytest.param(call("page", context={"location": {"country": 7}}), ["type:country"], id="country is a number"),
        pytest.param(call("page", context={"device": {"type": 7}}), ["type:type"], id="device is a number"),
        pytest.param(call("page", context={"userAgent": 7}), ["type:userAgent"], id="user agent is a number"),
        pytest.param(call("page", properties={"products": {}}), ["type:products"], id="products are an object"),
        pytest.param(call("page", properties={"duration_s": "12"}), ["type:duration_s"], id="duration is a text"),
        pytest.param(call("page", properties={"duration_s": -1}), ["negative:duration_s"], id="duration is negative"),
        pytest.param(
            call("page", properties={"engagement_time_msec": True}),
            ["type:engagement_time_msec"],
            id="time of engagement is a boolean",
        ),
        pytest.param(call("page", timestamp=0), ["type:timestamp"], id="time is zero"),
        pytest.param(call("page", receivedAt=False), ["type:receivedAt"], id="receipt is a boolean"),
    ],
)
def test_a_call_is_refused_with_its_reason(record: dict[str, Any], reasons: list[str]) -> None:
    assert refused(record) == reasons


def test_a_currency_that_is_no_text_is_refused_where_there_is_money() -> None:
    told = Context("web", None, "EUR", segment.Options(orders=True))
    with pytest.raises(Rejected, match="type:currency"):
        parse(call(event="Order Completed", properties={"currency": 978}), told)
    assert parse(call(event="Order Completed", properties={"currency": 978}), CONTEXT).events[0]["currency"] is None


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="link_url of an e-mail's click is not read")
def test_a_click_in_a_mail_has_its_link() -> None:
    record = call(event="Email Link Clicked", properties={"link_url": "https://boutique.example/robe?x"})
    assert parse(record, CONTEXT).events[0]["url"] == "https://boutique.example/robe"
