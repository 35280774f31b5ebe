"""Segment and RudderStack: the common spec of web events, camelCase JSON and snake_case warehouse rows.

https://segment.com/docs/connections/spec
"""

from typing import Any

from pydantic import Field

from segspark import time
from segspark.config.models import Model
from segspark.sources import amounts
from segspark.sources.counts import count_records
from segspark.sources.fields import (
    declared,
    device,
    duration,
    iso,
    items,
    mapping,
    p_human,
    page,
    scalar,
    text,
    text_in,
)
from segspark.sources.gateway import by_record
from segspark.sources.provider import Provider, fields
from segspark.sources.receipt import of_content, of_file, of_record
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

TRACKS = {
    "Product Viewed": "product_view", "Viewed Product": "product_view", "Product Clicked": "product_view",
    "Product List Viewed": "page_view", "Viewed Product Category": "page_view", "Product List Filtered": "search",
    "Products Searched": "search", "Product Added": "cart_add", "Added Product": "cart_add",
    "Product Removed": "cart_remove", "Removed Product": "cart_remove", "Cart Viewed": "page_view",
    "Checkout Started": "checkout", "Checkout Step Viewed": "checkout", "Checkout Step Completed": "checkout",
    "Payment Info Entered": "checkout", "Promotion Viewed": "offer_viewed", "Promotion Clicked": "offer_viewed",
    "Coupon Applied": "offer_completed", "Email Delivered": "delivered", "Email Opened": "open",
    "Email Link Clicked": "click", "Email Bounced": "bounce_soft", "Email Marked as Spam": "complaint",
    "Unsubscribed": "unsubscribe",
}  # fmt: skip
PAGES = {"page": "page_view", "screen": "page_view"}
ORDERS = {"Order Completed": "order", "Completed Order": "order", "Order Refunded": "refund"}
IGNORED = frozenset(("group", "alias"))
_SNAKE = {
    "message_id": "messageId", "user_id": "userId", "anonymous_id": "anonymousId", "received_at": "receivedAt",
    "sent_at": "sentAt", "original_timestamp": "originalTimestamp",
}  # fmt: skip


class Options(Model):
    """Options of `kind: segment`."""

    orders: bool = Field(False, description="Whether its orders count, where no shop delivers them")
    quoted_amounts: bool = Field(False, description='Whether amounts may be texts, as in `"19.90"`')


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One call; ``messageId`` is its key. Orders come from the shop: here they count as the end of a checkout, unless
    the source's options set ``orders: true``."""
    if "messageId" not in record and ("message_id" in record or "user_id" in record or "anonymous_id" in record):
        record = {_SNAKE.get(k, k): v for k, v in record.items()}
    kind = str(text(record, "type", required=True))
    if kind in IGNORED:
        return Produced(ignored=True, body=record)
    user, visitor = scalar(record, "userId"), scalar(record, "anonymousId")
    if user is None and visitor is None:
        raise Rejected("missing:userId")
    flags: list[str] = []
    received = _time(record, "receivedAt", context, flags)
    at = _occurred(record, received, context, flags)
    customer = Identifier("customer", user) if user else None
    anonymous = Identifier("anonymous", visitor) if visitor else None
    call_context = mapping(record, "context")
    produced = Produced(received_at=received, flags=flags, body=record)
    if customer and anonymous:
        produced.links.append((customer, anonymous, "identify", at))
    traits = mapping(record, "traits") or mapping(call_context, "traits")
    address = text(traits, "email") if traits else None
    if kind == "identify":
        if address and (customer or anonymous):
            produced.links.append((customer or anonymous, Identifier("email", address), "identify", at))  # type: ignore[arg-type]
        named = (customer, Identifier("email", address) if address else None)
        produced.introduced = [(identifier, at) for identifier in named if identifier is not None]
        produced.ignored = not produced.links
        return produced
    event = _event(record, kind, call_context, context, flags)
    event |= {
        "event_id": text(record, "messageId"),
        "identifier": customer or (Identifier("email", address) if address else None),
        "anonymous": anonymous,
        "occurred_at": at,
        "device": _device(call_context),
        "country": text_in(call_context, "location", "country"),
    }
    kept = declared(mapping(record, "properties"), context)
    if kept:
        event["attributes"] = kept
    produced.events.append(event)
    return produced


def _time(record: dict[str, Any], key: str, context: Context, flags: list[str]) -> int | None:
    return None if text(record, key) is None else iso(record, key, context.time_zone, flags)


def _occurred(record: dict[str, Any], received: int | None, context: Context, flags: list[str]) -> int:
    """``timestamp``; if it is missing, the time of receipt minus the time the event waited on the device, whose clock
    may be off by a constant."""
    at = _time(record, "timestamp", context, flags)
    if at is not None:
        return at
    original, sent = (_time(record, key, context, flags) for key in ("originalTimestamp", "sentAt"))
    if received is not None and sent is not None and original is not None:
        try:
            return time.check_range(received - (sent - original), "")
        except time.TimeFormatError as error:
            raise Rejected(f"{error.code}:originalTimestamp") from None
    at = received if original is None else original
    if at is None:
        raise Rejected("missing:receivedAt")
    return at


def _event(
    record: dict[str, Any], kind: str, call_context: dict[str, Any], context: Context, flags: list[str]
) -> dict[str, Any]:
    properties = mapping(record, "properties")
    where = text(properties, "url") or text_in(call_context, "page", "url")
    seconds, milliseconds = (duration(properties, key) for key in ("duration_s", "engagement_time_msec"))
    if seconds is None and milliseconds is not None:
        seconds = milliseconds / 1000
    if kind in PAGES:
        event_type, word = PAGES[kind], kind
    else:
        word = str(text(record, "event", required=True))
        event_type = TRACKS.get(word, "unknown")
        if word in ORDERS:
            event_type = ORDERS[word] if context.options.orders else "checkout"
    products = items(properties, "products")
    amount, currency = None, None
    if event_type in ("order", "refund"):
        currency = amounts.currency_of(properties, context)
        amount = _cents(properties, currency, context.options.quoted_amounts, flags)
    return {
        "source_event": word,
        "event_type": event_type,
        "session_id": scalar(call_context, "sessionId") or scalar(properties, "session_id"),
        "order_id": scalar(properties, "order_id"),
        "url": page(where),
        "product_id": scalar(properties, "product_id") or scalar(properties, "sku"),
        "category": text(properties, "category"),
        "amount_cents": amount,
        "currency": currency,
        "n_items": len(products) if products else None,
        "duration_s": seconds,
        "campaign_id": text_in(call_context, "campaign", "name") or text(properties, "campaign_id"),
        "p_human": p_human(None),
    }


def _cents(properties: dict[str, Any], currency: str, may_be_text: bool, flags: list[str]) -> int | None:
    """The revenue in minor units, which leaves out shipping and tax; the total where there is no revenue."""
    key = "total" if properties.get("revenue") is None else "revenue"
    value = properties.get(key)
    if value is None:
        return None
    if may_be_text and isinstance(value, str):
        return amounts.cents(properties, key, currency)
    return amounts.minor(amounts.number(properties, key, flags), currency, key)


def _device(call_context: dict[str, Any]) -> str | None:
    kind = text_in(call_context, "device", "type")
    if kind in ("desktop", "mobile", "tablet"):
        return str(kind)
    if kind in ("ios", "android"):
        return "mobile"
    return device(text(call_context, "userAgent"))


SEGMENT = Provider(
    name="segment",
    options=Options,
    vocabulary={**PAGES, **TRACKS, **dict.fromkeys(ORDERS, "checkout")},
    keeps=fields(
        word="type context.device.type",
        time="timestamp receivedAt sentAt originalTimestamp",
        id="messageId properties.session_id properties.order_id properties.product_id properties.sku context.sessionId",
        label="event properties.category properties.campaign_id properties.currency context.campaign.name "
        "context.location.country",
        number="properties.revenue properties.total properties.duration_s properties.engagement_time_msec",
        path="properties.url context.page.url",
    ),
    stage=by_record(parse),
    receipt=(of_record, of_file, of_content),
    counts=count_records,
    introduces=frozenset(("identify", "order", "refund")),
)
