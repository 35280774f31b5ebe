"""Stored features of random people and days against a count over silver, written without tiles, kernel or Spark."""

import random
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from demo_shop import AS_OF, demo_shop
from lakes import Lakes

from segspark.features.flow import FEATURES_BACKFILL
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import gold, silver
from segspark.tables.lake import Lake

DAY = timedelta(days=1)
# Spread over what the generator delivers, the last weeks of which come day by day and late.
DAYS = tuple(AS_OF - n * DAY for n in range(12))
N_SAMPLED = 1_000
# Feature -> its event type, its purpose, its window in days.
COUNTS = {
    "n_delivered_30d": ("delivered", "email_marketing", 30),
    "n_order_90d": ("order", "profiling", 90),
    "n_page_view_7d": ("page_view", "profiling", 7),
    "n_cart_add_365d": ("cart_add", "profiling", 365),
    "n_refund_lifetime": ("refund", "profiling", None),
}


@pytest.fixture(scope="module")
def lake(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    workspace, opened = lakes.copy(demo_shop(300), tmp_path_factory.mktemp("point") / "w")
    run_flow(FEATURES_BACKFILL, workspace, opened, AS_OF, request=Request(days=DAYS))
    return opened


def owners_as_of(links: list[dict[str, Any]], day: date) -> dict[str, str]:
    known = (row for row in links if row["known_as_of"] <= day)
    return {r["identifier_id"]: r["person_id"] for r in sorted(known, key=lambda r: r["known_as_of"])}


def test_a_thousand_people_and_days_recomputed_from_silver_are_what_is_stored(lake: Lake) -> None:
    zone = ZoneInfo("Europe/Paris")
    wanted = ["identifier_id", "anonymous_id", "event_type", "occurred_at", "known_as_of"]
    events = pl.read_delta(lake.path(silver.EVENTS)).select(wanted).to_dicts()
    links = pl.read_delta(lake.path(silver.IDENTITY_LINKS)).to_dicts()
    for event in events:
        event["day"] = event["occurred_at"].astimezone(zone).date()
    stored = pl.read_delta(lake.path(gold.FEATURES)).to_dicts()
    sampled = random.Random(11).sample(stored, N_SAMPLED)
    assert len({r["as_of_date"] for r in sampled}) == len(DAYS)
    n_counted = 0
    for day in DAYS:
        owner = owners_as_of(links, day)
        theirs: dict[str, list[dict[str, Any]]] = {}
        for event in events:
            if event["known_as_of"] <= day and event["day"] < day:
                subject = event["identifier_id"] or event["anonymous_id"]
                theirs.setdefault(owner.get(subject, subject), []).append(event)
        for row in (r for r in sampled if r["as_of_date"] == day):
            for name, (kind, purpose, window) in COUNTS.items():
                since = row[f"{purpose}_from"]
                first = max(since, day - window * DAY) if since and window else since
                mine = theirs.get(row["person_id"], [])
                count = sum(e["event_type"] == kind and e["day"] >= first for e in mine) if since else 0
                assert row[name] == count, (row["person_id"], day, name)
                n_counted += count
    # The sample says something, and what is late or moved is part of it.
    assert n_counted > 1_000
    assert lake.n_rows(gold.ACTIVITY_CORRECTIONS)
