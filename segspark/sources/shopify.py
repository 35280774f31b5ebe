"""Shopify orders in their REST shape, as webhooks and exports deliver them.

https://shopify.dev/docs/api
"""

from decimal import Decimal
from typing import Any

from segspark.purposes import EMAIL_MARKETING
from segspark.sources import amounts
from segspark.sources.counts import count_records
from segspark.sources.fields import boolean, declared, iso, items, mapping, scalar, text
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

EVENTS = {"order": "order", "refund": "refund", "cancel": "refund"}
CONSENTS = {"subscribed": "granted", "unsubscribed": "withdrawn"}


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One state of one order: the order with its lines, its ``order`` event, one ``refund`` event per refund (and one
    for a cancellation that no refund covers), the customer's consent and links.

    Events are keyed by order and refund and hold nothing that an unrelated update changes, so a later state of the same
    order gives duplicate events and an update of the order.
    """
    if boolean(record, "test"):
        raise Rejected("test_mode")
    order_id = scalar(record, "id")
    if order_id is None:
        raise Rejected("missing:id")
    flags: list[str] = []
    zone, currency = context.time_zone, amounts.currency_of(record, context)
    at = _time(record, ("processed_at", "created_at"), zone, flags)
    updated = at if text(record, "updated_at") is None else iso(record, "updated_at", zone, flags)
    customer = mapping(record, "customer")
    address = text(record, "email") or text(record, "contact_email") or text(customer, "email")
    number = scalar(customer, "id")
    email = Identifier("email", address) if address else None
    shopper = Identifier("customer", number) if number else None
    owner = email or shopper
    amount = amounts.cents(record, "subtotal_price", currency)
    lines = [_line(line, order_id, owner, at, currency) for line in items(record, "line_items")]
    country = text(mapping(record, "shipping_address") or mapping(record, "billing_address"), "country_code")
    refunds = [_refund(r, order_id, owner, currency, zone, flags) for r in items(record, "refunds")]
    refunded = sum(r["amount_cents"] for r in refunds)
    if refunded > amount and refunded > _paid(record, currency):
        raise Rejected("range:refunds")
    cancelled = text(record, "cancelled_at") is not None
    if cancelled and refunded < amount:
        refunds.append(
            _reversal(
                f"cancel:{order_id}",
                order_id,
                owner,
                iso(record, "cancelled_at", zone, flags),
                amount - refunded,
                currency,
            )
        )
        refunded = amount
    n_items = sum(line["quantity"] for line in lines)
    produced = Produced(
        orders=[{
            "order_id": order_id, "identifier": owner, "order_type": "sale", "ordered_at": at, "updated_at": updated,
            "status": "cancelled" if cancelled else text(record, "financial_status"),
            "amount_cents": amount, "refunded_cents": refunded, "currency": currency, "n_items": n_items,
            "country": country, **_attributes(record, context),
        }],
        lines=lines,
        events=[{
            "event_id": f"order:{order_id}", "source_event": "order", "event_type": EVENTS["order"], "identifier": owner,
            "occurred_at": at, "order_id": order_id, "category": _main(lines, "category"),
            "product_id": _main(lines, "product_id"), "amount_cents": amount,
            "currency": currency, "n_items": n_items, "country": country,
        }, *refunds],
        flags=flags,
    )  # fmt: skip
    if email and shopper:
        produced.links.append((email, shopper, "shop", at))
    consent = mapping(customer, "email_marketing_consent")
    value = CONSENTS.get(text(consent, "state") or "")
    if value and owner and text(consent, "consent_updated_at") is not None:
        decided = iso(consent, "consent_updated_at", zone, flags)
        produced.consents.append({
            "identifier": owner, "purpose": EMAIL_MARKETING, "value": value, "basis": "shop checkout",
            "effective_at": decided, "recorded_at": decided,
        })  # fmt: skip
    return produced


def _paid(record: dict[str, Any], currency: str) -> int:
    """The total, with carriage and tax, which are given back too; 0 if the order does not tell it."""
    return 0 if text(record, "total_price") is None else amounts.cents(record, "total_price", currency)


def _line(line: dict[str, Any], order_id: str, owner: Identifier | None, at: int, currency: str) -> dict[str, Any]:
    quantity = amounts.quantity(line)
    if quantity is None:
        raise Rejected("missing:quantity")
    text(line, "price", required=True)
    price = amounts.decimal(line, "price")
    discount = amounts.decimal(line, "total_discount")
    if not discount:
        discount = sum((amounts.decimal(d, "amount") for d in items(line, "discount_allocations")), Decimal(0))
    if discount > price * quantity:
        raise Rejected("range:total_discount")
    return {
        "order_id": order_id,
        "line_id": scalar(line, "id"),
        "identifier": owner,
        "line_type": "sale",
        "ordered_at": at,
        "product_id": scalar(line, "product_id") or scalar(line, "sku"),
        "title": text(line, "title"),
        "category": text(line, "product_type"),
        "quantity": quantity,
        "unit_price": price,
        "amount_cents": amounts.minor(price * quantity - discount, currency, "price"),
        "currency": currency,
    }


def _refund(
    refund: dict[str, Any],
    order_id: str,
    owner: Identifier | None,
    currency: str,
    zone: str | None,
    flags: list[str],
) -> dict[str, Any]:
    number = scalar(refund, "id")
    if number is None:
        raise Rejected("missing:id")
    at = _time(refund, ("processed_at", "created_at"), zone, flags)
    transactions = [(text(t, "kind"), text(t, "status"), t) for t in items(refund, "transactions")]
    paid = [t for kind, status, t in transactions if kind == "refund" and status == "success"]
    if paid:
        amount = sum(amounts.cents(t, "amount", currency) for t in paid)
    else:
        lines = items(refund, "refund_line_items")
        amount = sum(amounts.minor(_subtotal(line, flags), currency, "subtotal") for line in lines)
    event = _reversal(f"refund:{number}", order_id, owner, at, amount, currency)
    event["n_items"] = sum(amounts.quantity(line) or 0 for line in items(refund, "refund_line_items")) or None
    return event


def _subtotal(line: dict[str, Any], flags: list[str]) -> Decimal:
    """Refunded lines hold JSON numbers where all other amounts are text."""
    is_number = isinstance(line.get("subtotal"), int | float)
    return amounts.number(line, "subtotal", flags) if is_number else amounts.decimal(line, "subtotal")


def _reversal(
    event_id: str, order_id: str, owner: Identifier | None, at: int, amount: int, currency: str
) -> dict[str, Any]:
    word = event_id.split(":")[0]
    return {
        "event_id": event_id,
        "source_event": word,
        "event_type": EVENTS[word],
        "identifier": owner,
        "occurred_at": at,
        "order_id": order_id,
        "amount_cents": amount,
        "currency": currency,
    }


def _main(lines: list[dict[str, Any]], key: str) -> str | None:
    """The field's value in the line with the largest amount, among the lines that have it."""
    named = [line for line in lines if line[key]]
    return max(named, key=lambda line: line["amount_cents"])[key] if named else None


def _time(record: dict[str, Any], keys: tuple[str, ...], zone: str | None, flags: list[str]) -> int:
    """The time under the first key that has one."""
    key = next((key for key in keys if text(record, key) is not None), keys[-1])
    return iso(record, key, zone, flags)


def _attributes(record: dict[str, Any], context: Context) -> dict[str, Any]:
    """The order's own attributes that the source declares as kept, if there are any."""
    notes = {str(note.get("name")): note.get("value") for note in items(record, "note_attributes")}
    kept = declared(notes, context)
    return {"attributes": kept} if kept else {}


SHOPIFY = Provider(
    name="shopify",
    options=NoOptions,
    vocabulary={**EVENTS, **CONSENTS},
    keeps=fields(
        id="id line_items.id line_items.product_id line_items.sku refunds.id",
        label="currency financial_status line_items.title line_items.product_type shipping_address.country_code "
        "billing_address.country_code",
        word="refunds.transactions.kind refunds.transactions.status customer.email_marketing_consent.state",
        time="created_at processed_at updated_at cancelled_at refunds.created_at refunds.processed_at "
        "customer.email_marketing_consent.consent_updated_at",
        number="subtotal_price line_items.quantity line_items.price line_items.total_discount "
        "line_items.discount_allocations.amount refunds.transactions.amount refunds.refund_line_items.quantity "
        "refunds.refund_line_items.subtotal",
        flag="test",
    ),
    stage=by_record(parse),
    receipt=(of_file, of_content),
    counts=count_records,
    introduces=frozenset(("orders", "consents")),
)
