"""Real webhook payloads with the answers of another normaliser; skipped where the data is not there."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from segspark.sources import mailgun, postmark, sendgrid, ses
from segspark.sources.vocabulary import Context, Rejected
from segspark.time import to_micros

DATA = Path(os.environ.get("SEGSPARK_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
CASES = DATA / "esp_payloads" / "webhook_cases.jsonl"
ADAPTERS = {"sendgrid": sendgrid, "mailgun": mailgun, "postmark": postmark, "amazon_ses": ses}
# Their word -> ours; where several of ours answer one of theirs, the provider's details decide.
WORDS = {
    "sent": {"sent"}, "queued": {"sent"}, "delivered": {"delivered"}, "opened": {"open"}, "clicked": {"click"},
    "complained": {"complaint", "blocked"}, "unsubscribed": {"unsubscribe"}, "subscribed": {"resubscribe"},
    "deferred": {"deferred"}, "bounced": {"bounce_hard", "bounce_soft", "blocked"},
    "rejected": {"suppressed", "blocked"}, "failed": {"unknown"}, "unknown": {"unknown"}, "inbound": set(),
}  # fmt: skip
# Stored without a time or without a recipient: nobody's event, so that the record is quarantined.
SHORTENED = (
    "PostmarkDeliveryTestCase.test_bounce_unsubscribe_variant",
    "AmazonSESNotificationsTests.test_complaint_event",
)


def cases() -> list[Any]:
    if not CASES.exists():
        return [pytest.param(None, id="no data")]
    rows = [json.loads(line) for line in CASES.read_text().splitlines()]
    return [pytest.param(r, id=f"{r['esp']}-{r['case'].split('.')[-1]}") for r in rows if r["esp"] in ADAPTERS]


@pytest.mark.parametrize("case", cases())
def test_real_payloads_become_the_expected_events(case: dict[str, Any] | None) -> None:
    if case is None:
        pytest.skip("no data in SEGSPARK_SHARED_DATA/esp_payloads")
    parse = ADAPTERS[case["esp"]].parse
    payloads = case["payload"] if isinstance(case["payload"], list) else [case["payload"]]
    context = Context("s", None, "EUR")
    if case["esp"] == "mailgun" and "event-data" not in payloads[0]:
        # The legacy form-encoded variant is refused, not guessed.
        with pytest.raises(Rejected):
            parse(payloads[0], context)
        return
    if case["case"] in SHORTENED:
        with pytest.raises(Rejected, match="missing"):
            parse(payloads[0], context)
        return
    events = []
    for payload in payloads:
        produced = parse(payload, context)
        if produced.ignored:
            assert {e["event_type"] for e in case["expected"]} <= {"failed", "unknown", "autoresponded", "unsubscribed"}
            return
        events += produced.events
    assert len(events) == len(case["expected"])
    for event, expected in zip(events, case["expected"], strict=True):
        assert event["event_type"] in WORDS[expected["event_type"]]
        if expected.get("recipient"):
            assert event["identifier"].value == expected["recipient"]
        # Their SendGrid id is one that they themselves put into the custom arguments.
        if expected.get("message_id") and case["esp"] != "sendgrid":
            assert expected["message_id"].strip("<>").startswith(event["message_id"])
        # Their SES time is the notification's, and their Postmark answers were stored without the offset.
        if expected.get("timestamp") and case["esp"] not in ("amazon_ses", "postmark"):
            assert abs(event["occurred_at"] - to_micros(datetime.fromisoformat(expected["timestamp"]))) < 1_000_000
