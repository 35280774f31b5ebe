"""Orders as delivered by Shopify's webhooks: one state when they are paid, another when they are refunded."""

from collections.abc import Iterator

import numpy as np

from segspark.demo.behaviour import DIRECT, Acts
from segspark.demo.clock import Clock, Record, local_iso
from segspark.demo.people import FIRST_NAMES, LAST_NAMES, People
from segspark.demo.wares import CATEGORIES, N_PRODUCTS, PRICES, SALES_PRICE_SHARE, draw_categories
from segspark.time import DAY_SECONDS

REFUND_SHARE, PARTIAL_SHARE, CODE_SHARE, GUEST_SHARE = 0.05, 0.3, 0.12, 0.02
# Bad experiences precede fading.
SOUR_REFUND_SHARE, SOUR_DAYS = 0.20, 90
CODE_PERCENT = 10


def shopify(
    orders: Acts,
    campaigns: dict[int, tuple[str, str]],
    people: People,
    clock: Clock,
    in_sales: np.ndarray,
    rng: np.random.Generator,
) -> Iterator[Record]:
    """Orders in the REST format: money as text, times with the shop's offset, at least one line each. An order that follows a
    click says the campaign among its own attributes."""
    n = len(orders.who)
    category, quantity = draw_categories(n, rng), rng.integers(1, 4, n)
    price = np.array(PRICES)[category] * rng.lognormal(0, 0.25, n) * np.where(in_sales, SALES_PRICE_SHARE, 1.0)
    until_fading = people.fade_day[orders.who] - orders.second // DAY_SECONDS
    is_sour = (until_fading >= 0) & (until_fading < SOUR_DAYS)
    has_code = rng.random(n) < CODE_SHARE
    refunded = rng.random(n) < np.where(is_sour, SOUR_REFUND_SHARE, REFUND_SHARE)
    returned = np.where(rng.random(n) < PARTIAL_SHARE, 1, quantity)
    after = rng.integers(4, 21, n) * DAY_SECONDS + rng.integers(0, 20_000, n)
    is_guest = rng.random(n) < GUEST_SHARE
    columns = (orders.who, clock.utc(orders.second), orders.campaign, category, quantity, price.round().astype(int), has_code, refunded,
               returned, after, is_guest)  # fmt: skip
    for i, row in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        who, at, mail, sort, q, cents, coded, is_refunded, back, later, guest = row
        off = round(cents * q * CODE_PERCENT / 100) if coded else 0
        total = cents * q - off
        source = f'[{{"name":"campaign","value":"{campaigns[mail][0]}"}}]' if mail != DIRECT else "[]"
        order = f'{_order(i, people, who, at, sort, q, cents, off, guest)},"note_attributes":{source}'
        yield Record(at, f'{order},"updated_at":"{local_iso(at)}","financial_status":"paid","refunds":[]}}')
        if is_refunded:
            amount = total * back // q
            status = "refunded" if back == q else "partially_refunded"
            refund, updated = _refund(i, local_iso(at + later), back, amount), local_iso(at + later + 5)
            text = f'{order},"updated_at":"{updated}","financial_status":"{status}","refunds":[{refund}]}}'
            yield Record(at + later + 5, text, "refund")


def _order(
    i: int, people: People, who: int, at: int, sort: int, quantity: int, cents: int, off: int, is_guest: bool
) -> str:
    """The part of an order that no later state changes."""
    moment, subtotal, taken = local_iso(at), _money(cents * quantity - off), _money(off)
    first, last = FIRST_NAMES[people.first_name[who]], LAST_NAMES[people.last_name[who]]
    customer = f'{{"id":{people.numbers[who]},"first_name":"{first}","last_name":"{last}","state":"enabled"}}'
    codes = f'[{{"code":"BIENVENUE10","amount":"{taken}","type":"percentage"}}]' if off else "[]"
    return (
        f'{{"id":{50_000_000 + i},"name":"#{1001 + i}","order_number":{1001 + i},"email":"{people.emails[who]}",'
        f'"created_at":"{moment}","processed_at":"{moment}","currency":"EUR","test":false,"confirmed":true,'
        f'"subtotal_price":"{subtotal}","total_price":"{subtotal}","total_discounts":"{taken}",'
        f'"discount_codes":{codes},"customer":{"null" if is_guest else customer},'
        f'"shipping_address":{{"first_name":"{first}","last_name":"{last}","country_code":"FR"}},'
        f'"line_items":[{{"id":{70_000_000 + i},"product_id":{i % N_PRODUCTS},"sku":"p{i % N_PRODUCTS}",'
        f'"title":"Article {i % N_PRODUCTS}","product_type":"{CATEGORIES[sort]}","quantity":{quantity},'
        f'"price":"{_money(cents)}","total_discount":"{taken}"}}]'
    )


def _refund(i: int, moment: str, quantity: int, cents: int) -> str:
    amount = _money(cents)
    return (
        f'{{"id":{90_000_000 + i},"created_at":"{moment}","processed_at":"{moment}",'
        f'"refund_line_items":[{{"line_item_id":{70_000_000 + i},"quantity":{quantity},"subtotal":{amount}}}],'
        f'"transactions":[{{"kind":"refund","status":"success","amount":"{amount}"}}]}}'
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
