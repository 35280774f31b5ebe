"""The demo shop: same seed, same bytes; the providers' forms; what is planted is really there. No JVM."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from demo.reader import ADAPTERS, Read, read

from segspark.app.workspace import open_workspace
from segspark.demo.generate import Summary, generate
from segspark.demo.people import TYPES
from segspark.sources.csv_strict import csv_records
from segspark.sources.load import load_sources
from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Produced, Rejected
from segspark.time import local_midnight, to_micros

AS_OF = date(2026, 6, 1)
END = to_micros(local_midnight(AS_OF, "Europe/Paris"))
TOLERANCE = 600_000_000


def is_future(said: Produced) -> bool:
    times = [*(e["occurred_at"] for e in said.events), *(link[3] for link in said.links)]
    return said.received_at is not None and any(at > said.received_at + TOLERANCE for at in times)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return generate(tmp_path_factory.mktemp("shop"), people=1_500, events=30_000)


@pytest.fixture(scope="module")
def records(shop: Summary) -> dict[str, list[Read]]:
    return {source: list(read(shop.folder, source)) for source in ADAPTERS}


@pytest.fixture(scope="module")
def told(shop: Summary) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((shop.folder / "truth" / "planted.json").read_text())
    return said


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        generate(tmp_path / name, people=60, events=900, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )

    def content(summary: Summary) -> dict[str, bytes]:
        return {str(p.relative_to(summary.folder)): p.read_bytes() for p in summary.files}

    assert content(first) == content(again)
    assert content(first) != content(other)
    assert first.planted == again.planted


def test_every_record_is_counted(shop: Summary, records: dict[str, list[Read]]) -> None:
    assert {s: len(records[s]) for s in ADAPTERS} == {s: shop.records[s] for s in ADAPTERS}
    assert sum(shop.records[s] for s in ADAPTERS) == pytest.approx(30_000, rel=0.3)


def test_planted_defects_are_refused_for_their_reason_and_nothing_else_is(
    records: dict[str, list[Read]], told: dict[str, Any]
) -> None:
    for source in ADAPTERS:
        refused = Counter(r.reason for r in records[source] if r.reason)
        refused["future"] += sum(1 for r in records[source] if r.produced and is_future(r.produced))
        assert {reason: n for reason, n in refused.items() if n} == told["quarantined"][source], source


def test_replays_are_the_same_bytes_again(shop: Summary, records: dict[str, list[Read]]) -> None:
    for source in ADAPTERS:
        good = Counter(r.text for r in records[source] if r.reason is None)
        replayed = shop.planted[f"{source}:replay"] + shop.planted.get(f"{source}:replay_days_later", 0)
        assert sum(n - 1 for n in good.values()) == replayed, source


def test_events_say_every_word_of_the_mail(records: dict[str, list[Read]]) -> None:
    said = {
        source: {e["event_type"] for r in records[source] if r.produced for e in r.produced.events}
        for source in ADAPTERS
    }
    mail = {"delivered", "deferred", "open", "click", "bounce_hard", "bounce_soft", "unsubscribe"}
    assert mail | {"blocked"} <= said["sendgrid"]
    assert mail | {"sent"} <= said["mailgun"]
    assert {"delivered", "open", "click"} <= said["postmark"]
    assert "sent" not in said["sendgrid"] | said["postmark"]
    assert "deferred" not in said["postmark"]
    assert {"page_view", "product_view", "search", "cart_add", "checkout", "offer_viewed"} <= said["segment"]
    assert said["shopify"] == {"order", "refund"}
    assert not any("unknown" in words for words in said.values())


def test_machines_are_named_by_those_who_know_them(shop: Summary, records: dict[str, list[Read]]) -> None:
    def n_machine(source: str, event_type: str) -> int:
        found = {
            r.text for r in records[source] if r.produced
            for e in r.produced.events if e["event_type"] == event_type and e.get("is_machine")
        }  # fmt: skip
        return len(found)

    assert n_machine("sendgrid", "open") == shop.planted["sendgrid:machine_open"] > 0
    assert n_machine("mailgun", "open") == shop.planted["mailgun:machine_open"] > 0
    assert n_machine("mailgun", "click") == shop.planted["mailgun:machine_click"] > 0
    assert n_machine("postmark", "open") == 0


def test_nobody_is_written_to_after_a_hard_bounce_or_a_complaint(records: dict[str, list[Read]]) -> None:
    last: dict[str, int] = {}
    for source in ("sendgrid", "mailgun", "postmark"):
        events = [e for r in records[source] if r.produced for e in r.produced.events]
        for event in events:
            if event["event_type"] in ("bounce_hard", "complaint"):
                last[event["identifier"].value] = event["occurred_at"]
        sent = [e for e in events if e["event_type"] in ("sent", "delivered")]
        assert not [e for e in sent if e["occurred_at"] > last.get(e["identifier"].value, END)]
    assert last


def test_late_calls_arrive_days_after_and_nothing_arrives_after_the_end(
    shop: Summary, records: dict[str, list[Read]]
) -> None:
    day = 86_400_000_000
    waits = [
        (r.produced.received_at or 0) - e["occurred_at"]
        for r in {r.text: r for r in records["segment"]}.values()
        if r.produced
        for e in r.produced.events
    ]
    assert sum(2.9 * day < w < 21 * day for w in waits) > 0
    assert sum(w > 34 * day for w in waits) > 0
    assert all((r.produced.received_at or 0) < END for r in records["segment"] if r.produced)
    assert shop.planted["segment:late"] > 0


def test_a_wrong_clock_is_put_right_by_the_times_of_sending(records: dict[str, list[Read]]) -> None:
    without = [r for r in records["segment"] if r.produced and r.produced.received_at and b'"timestamp"' not in r.text]
    assert without
    for r in without:
        said = orjson.loads(r.text)
        assert r.produced is not None
        wrong = datetime.fromisoformat(said["sentAt"]) - datetime.fromisoformat(said["receivedAt"])
        assert abs(wrong.total_seconds()) >= 3600
        assert all(0 <= (r.produced.received_at or 0) - e["occurred_at"] < 1_000_000 for e in r.produced.events)


def test_sessions_fall_on_both_sides_of_the_clock_changes(records: dict[str, list[Read]]) -> None:
    at = {e["occurred_at"] // 1_000_000 for r in records["segment"] if r.produced for e in r.produced.events}
    # 2025-10-26, 02:30 for the first and the second time, and the hour around the skipped one of 2026-03-29.
    nights = [datetime(2025, 10, 26, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC), datetime(2025, 3, 30, tzinfo=UTC)]
    starts = [int(n.timestamp()) + minutes * 60 for n in nights for minutes in (30, 90)]
    assert any(start <= second < start + 300 for start in starts for second in at)


def test_a_refund_is_a_later_state_of_a_paid_order(shop: Summary, records: dict[str, list[Read]]) -> None:
    said = {r.text: r.produced for r in records["shopify"] if r.produced}.values()
    refunded = [p for p in said if p.orders[0]["refunded_cents"]]
    paid = {p.orders[0]["order_id"]: p for p in said if not p.orders[0]["refunded_cents"]}
    assert len(refunded) == shop.planted["shopify:refund"] > 0
    for later in refunded:
        before = paid[later.orders[0]["order_id"]]
        assert before.events[0] == later.events[0]
        assert before.orders[0]["updated_at"] < later.orders[0]["updated_at"]
        assert 0 < later.events[1]["amount_cents"] <= before.orders[0]["amount_cents"]


def test_order_lines_add_up_to_the_order(records: dict[str, list[Read]]) -> None:
    for r in records["shopify"]:
        if r.produced:
            assert sum(line["amount_cents"] for line in r.produced.lines) == r.produced.orders[0]["amount_cents"]


def test_crm_rows_are_refused_as_planted(shop: Summary, told: dict[str, Any]) -> None:
    refused: Counter[str] = Counter()
    for path in sorted((shop.folder / "data" / "crm").iterdir()):
        for _, row in csv_records(path.read_bytes(), Csv()):  # type: ignore[call-arg]
            if isinstance(row, Rejected):
                refused["columns"] += 1
            elif "/" in row["birth_date"]:
                refused["time_format"] += 1
            elif "@" not in row["email"]:
                refused["address"] += 1
    assert dict(refused) == told["quarantined"]["crm"]


def test_nobody_gets_mail_while_the_permission_is_withdrawn(shop: Summary, records: dict[str, list[Read]]) -> None:
    latest: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((shop.folder / "data" / "consents").iterdir()):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            if row["purpose"] == "email_marketing":
                latest.setdefault(row["email"], []).append((row["effective_at"][:10], row["value"]))
    events = [e for r in records["sendgrid"] if r.produced for e in r.produced.events]
    sent = [e for e in events if e["event_type"] == "delivered"]
    assert sent
    for event in sent:
        day = str(datetime.fromtimestamp(event["occurred_at"] / 1e6, UTC).date())
        decisions = sorted(d for d in latest[event["identifier"].value] if d[0] < day)
        assert decisions[-1][1] == "granted"


def test_history_comes_by_month_and_the_last_fortnight_by_day(shop: Summary) -> None:
    names = sorted(p.name for p in shop.files if p.parent.name == "segment")
    assert {"segment-2024-05.json.gz", "segment-2026-05.json.gz", "segment-2026-05-31.json.gz"} <= set(names)
    assert len(names) == 25 + 14


def test_addresses_belong_to_nobody(shop: Summary) -> None:
    emails = pq.read_table(shop.folder / "truth" / "people.parquet")["email"].to_pylist()
    assert len(set(emails)) == 1_500
    assert all(e.endswith(".example") for e in emails)


def test_truth_knows_every_type_and_who_came_back(shop: Summary) -> None:
    truth = pq.read_table(shop.folder / "truth" / "people.parquet").to_pylist()
    assert {p["type"] for p in truth} == set(TYPES)
    customers = [p["has_churned"] for p in truth if p["has_churned"] is not None]
    assert 0 < sum(customers) < len(customers)
    assert {p["cut_date"] for p in truth} == {date(2026, 3, 3)}
    assert all((p["fade_date"] is None) == (p["type"] != "fading") for p in truth)


def test_the_workspace_beside_it_is_valid(shop: Summary) -> None:
    workspace = open_workspace(shop.folder)
    assert workspace.name == "demo"
    assert workspace.consent.assumed == ()
    assert {s.name for s in load_sources(workspace)} == {*ADAPTERS, "crm", "consents"}
