"""What a marketer would look at first in the demo: how often, how much, and what follows from what. No JVM."""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from demo.reader import ADAPTERS, read

from segspark.demo.generate import Summary, generate
from segspark.demo.journeys import ATTRIBUTED_DAYS

PEOPLE, RECORDS = 4_000, 80_000
PARIS = ZoneInfo("Europe/Paris")
END = date(2026, 6, 1)
MAILERS = ("sendgrid", "mailgun", "postmark")
DAY = 86_400_000_000
Event = dict[str, Any]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return generate(tmp_path_factory.mktemp("shop"), people=PEOPLE, events=RECORDS)


@pytest.fixture(scope="module")
def events(shop: Summary) -> dict[str, list[Event]]:
    """By source; what was delivered twice counts once."""
    return {
        source: [e for r in {r.text: r for r in read(shop.folder, source)}.values() if r.produced
                 for e in r.produced.events]
        for source in ADAPTERS
    }  # fmt: skip


@pytest.fixture(scope="module")
def mails(events: dict[str, list[Event]]) -> list[Event]:
    return [e for source in MAILERS for e in events[source]]


def n_of(events: list[Event], event_type: str) -> int:
    return sum(e["event_type"] == event_type for e in events)


def day_of(event: Event) -> date:
    return datetime.fromtimestamp(event["occurred_at"] / 1e6, PARIS).date()


def human_clicks(events: list[Event]) -> list[Event]:
    return [e for e in events if e["event_type"] == "click" and not e.get("is_machine")]


def rows(shop: Summary, source: str) -> list[dict[str, str]]:
    return [
        row
        for path in sorted((shop.folder / "data" / source).iterdir())
        for row in csv.DictReader(path.open(encoding="utf-8"))
    ]


def test_the_records_are_as_many_as_asked_for(shop: Summary) -> None:
    assert sum(shop.records.values()) == pytest.approx(RECORDS, rel=0.05)


def test_people_get_one_to_three_mails_a_week_each_at_a_frequency_of_their_own(mails: list[Event]) -> None:
    days = defaultdict(list)
    for event in mails:
        if event["event_type"] == "delivered":
            days[event["identifier"].value].append(day_of(event))
    assert len(days) > PEOPLE / 2
    weeks = (END - min(map(min, days.values()))).days // 7 + 1
    assert 5 <= weeks <= 8
    a_week: Counter[int] = Counter()
    for its in days.values():
        assert len(set(its)) == len(its)
        by_week = Counter((END - timedelta(days=1) - day).days // 7 for day in its)
        assert max(by_week.values()) <= 3
        if len(by_week) == weeks:
            a_week[round(len(its) / weeks)] += 1
    shares = {n: count / sum(a_week.values()) for n, count in a_week.items()}
    assert set(shares) == {1, 2, 3}
    assert 0.35 < shares[1] < 0.6
    assert 0.25 < shares[2] < 0.45
    assert 0.1 < shares[3] < 0.25


@pytest.mark.parametrize("source", MAILERS)
def test_one_to_three_of_a_hundred_delivered_mails_are_clicked(source: str, events: dict[str, list[Event]]) -> None:
    assert 0.01 <= len(human_clicks(events[source])) / n_of(events[source], "delivered") <= 0.03


@pytest.mark.parametrize("source", MAILERS)
def test_opens_are_a_sixth_of_delivered_mails_since_many_refuse_the_pixel(
    source: str, events: dict[str, list[Event]]
) -> None:
    assert 0.12 <= n_of(events[source], "open") / n_of(events[source], "delivered") <= 0.25


@pytest.mark.parametrize("source", ["sendgrid", "mailgun"])
def test_machines_make_a_third_to_a_half_of_the_opens(source: str, events: dict[str, list[Event]]) -> None:
    opens = [e for e in events[source] if e["event_type"] == "open"]
    assert 0.30 <= sum(bool(e["is_machine"]) for e in opens) / len(opens) <= 0.55


@pytest.mark.parametrize("source", MAILERS)
def test_the_list_is_cared_for(source: str, events: dict[str, list[Event]]) -> None:
    delivered = n_of(events[source], "delivered")
    assert 0 < n_of(events[source], "bounce_hard") / delivered < 0.01
    assert n_of(events[source], "bounce_soft") / delivered < 0.02
    assert 0 < n_of(events[source], "unsubscribe") / delivered < 0.005


def test_few_unsubscribe_and_hardly_anybody_complains(mails: list[Event]) -> None:
    delivered = n_of(mails, "delivered")
    assert 0.001 <= n_of(mails, "unsubscribe") / delivered <= 0.003
    assert 0 < n_of(mails, "complaint") / delivered < 0.001


def test_an_order_of_a_campaign_follows_a_click_in_it_and_most_orders_are_direct(
    shop: Summary, mails: list[Event]
) -> None:
    clicks = defaultdict(list)
    for e in human_clicks(mails):
        clicks[e["identifier"].value, e["campaign_id"]].append(e["occurred_at"])
    first_mail = min(e["occurred_at"] for e in mails)
    n_recent, attributed = 0, 0
    orders = {r.text: r.produced for r in read(shop.folder, "shopify") if r.produced}.values()
    for order in (p.orders[0] for p in orders if not p.orders[0]["refunded_cents"]):
        n_recent += order["ordered_at"] >= first_mail
        campaign = order.get("attributes", {}).get("campaign")
        if campaign is not None:
            attributed += 1
            waits = [order["ordered_at"] - at for at in clicks[order["identifier"].value, campaign]]
            assert any(0 < wait < ATTRIBUTED_DAYS * DAY for wait in waits)
    assert 0.05 <= attributed / n_recent <= 0.25


def test_visits_of_a_campaign_follow_its_clicks_of_those_who_may_be_measured(
    events: dict[str, list[Event]], mails: list[Event]
) -> None:
    clicks = defaultdict(list)
    for e in human_clicks(mails):
        clicks[e["campaign_id"]].append(e["occurred_at"])
    landed = {e["session_id"]: e for e in events["segment"] if e.get("campaign_id") and e["event_type"] == "page_view"}
    assert 0.3 <= len(landed) / len(human_clicks(mails)) <= 0.8
    for e in landed.values():
        # Somebody clicked shortly before, or days before if the visit ends in an order.
        assert any(-1e6 < e["occurred_at"] - at < ATTRIBUTED_DAYS * DAY for at in clicks[e["campaign_id"]])


def test_a_share_of_orders_follows_a_visit_within_the_hour(events: dict[str, list[Event]]) -> None:
    orders = n_of(events["shopify"], "order")
    assert 0.15 <= n_of(events["segment"], "checkout") / orders <= 0.6


def test_mails_come_late_in_a_history_that_orders_and_visits_fill(events: dict[str, list[Event]]) -> None:
    for source in ("shopify", "segment"):
        months = {day_of(e).replace(day=1) for e in events[source] if day_of(e) < END}
        assert len(months) == 25
    orders = [e for e in events["shopify"] if e["event_type"] == "order"]
    assert len({e["order_id"] for e in orders}) >= 2 * PEOPLE


def test_orders_come_in_the_evening_and_in_sales(events: dict[str, list[Event]]) -> None:
    orders = {e["order_id"]: e for e in events["shopify"] if e["event_type"] == "order"}.values()
    hours = Counter(datetime.fromtimestamp(e["occurred_at"] / 1e6, PARIS).hour for e in orders)
    assert sum(hours[h] for h in range(15, 23)) > 0.6 * len(orders)
    assert sum(hours[h] for h in range(1, 6)) < 0.05 * len(orders)
    of_day = Counter(map(day_of, orders))
    sales = sum(n for day, n in of_day.items() if date(2026, 1, 14) <= day <= date(2026, 2, 10)) / 28
    usual = sum(n for day, n in of_day.items() if date(2026, 2, 11) <= day <= date(2026, 3, 10)) / 28
    assert sales > 2 * usual
    november = sum(n for day, n in of_day.items() if (day.year, day.month) == (2025, 11)) / 30
    august = sum(n for day, n in of_day.items() if (day.year, day.month) == (2025, 8)) / 31
    assert november > 1.1 * august


def test_some_per_cent_of_orders_are_refunded(events: dict[str, list[Event]]) -> None:
    orders = {e["order_id"] for e in events["shopify"] if e["event_type"] == "order"}
    refunded = {e["order_id"] for e in events["shopify"] if e["event_type"] == "refund"}
    assert 0.03 <= len(refunded) / len(orders) <= 0.09


def test_people_join_every_week(shop: Summary) -> None:
    joined = [
        datetime.fromisoformat(row["signup_at"]).date()
        for row in rows(shop, "crm")
        if row.get("loyalty_card") is not None
    ]
    for week in range(52):
        end = END - timedelta(weeks=week)
        assert any(end - timedelta(weeks=1) <= day < end for day in joined), end


def test_people_who_lose_interest_lapse(shop: Summary) -> None:
    churned: dict[str, list[bool]] = defaultdict(list)
    for person in pq.read_table(shop.folder / "truth" / "people.parquet").to_pylist():
        if person["has_churned"] is not None:
            churned[person["type"]].append(person["has_churned"])
    shares = {kind: sum(its) / len(its) for kind, its in churned.items()}
    assert shares["rare_engaged"] < shares["regular"] < 0.75
    assert shares["fading"] > 0.85


def test_many_agree_to_mails_and_not_to_the_pixel(shop: Summary, mails: list[Event]) -> None:
    agreed: dict[str, set[str]] = defaultdict(set)
    for row in rows(shop, "consents"):
        if row["value"] == "granted":
            agreed[row["purpose"]].add(row["email"])
    assert 0.55 <= len(agreed["email_marketing"]) / PEOPLE <= 0.75
    without = agreed["email_marketing"] - agreed["open_tracking"]
    assert 0.3 <= len(without) / len(agreed["email_marketing"]) <= 0.6
    # Providers report a few of their opens all the same, which segspark withholds.
    told = [e for e in mails if e["event_type"] == "open" and e["identifier"].value in without]
    assert 0 < len(told) < 0.1 * n_of(mails, "open")
