"""A record of the future is refused, whatever says when it was received."""

from dataclasses import replace
from typing import Any

import pytest
from sources.in_process import ARRIVAL, RECEIVED, stage

from segspark.sources.future import check_future
from segspark.sources.plan import Arrival
from segspark.sources.vocabulary import Identifier, Produced, Rejected

MINUTE = 60_000_000
AT_NOON = Arrival("Europe/Paris", run_at=RECEIVED, future_tolerance=10 * MINUTE)
ANN, BOB = Identifier("email", "ann@example.com"), Identifier("customer", "7")


def says(kind: str, column: str, at: int, **more: Any) -> Produced:
    return Produced(**{kind: [{**more, column: at}]})


CASES = [
    (lambda at: says("events", "occurred_at", at), "future:occurred_at"),
    (lambda at: says("orders", "ordered_at", at), "future:ordered_at"),
    (lambda at: says("orders", "updated_at", at, ordered_at=0), "future:updated_at"),
    (lambda at: says("lines", "ordered_at", at), "future:ordered_at"),
    (lambda at: says("profiles", "valid_from", at), "future:valid_from"),
    (lambda at: says("profiles", "recorded_at", at, valid_from=0), "future:recorded_at"),
    (lambda at: says("consents", "effective_at", at), "future:effective_at"),
    (lambda at: says("consents", "recorded_at", at, effective_at=0), "future:recorded_at"),
    (lambda at: Produced(links=[(ANN, BOB, "shop", at)]), "future:effective_at"),
]


@pytest.mark.parametrize(("of", "reason"), CASES)
def test_a_record_that_is_its_own_receipt_is_bounded_by_the_run(of: Any, reason: str) -> None:
    latest = RECEIVED + 10 * MINUTE
    check_future(of(latest), latest, AT_NOON)
    with pytest.raises(Rejected) as refused:
        check_future(of(latest + 1), latest + 1, AT_NOON)
    assert refused.value.reasons == [reason]


@pytest.mark.parametrize(("of", "reason"), CASES[:2] + CASES[3:4])
def test_nothing_happens_after_its_receipt(of: Any, reason: str) -> None:
    received = RECEIVED - 60 * MINUTE
    check_future(of(received + 10 * MINUTE), received, AT_NOON)
    with pytest.raises(Rejected) as refused:
        check_future(of(received + 10 * MINUTE + 1), received, AT_NOON)
    assert refused.value.reasons == [reason]


def test_a_receipt_of_the_future_is_none() -> None:
    with pytest.raises(Rejected) as refused:
        check_future(says("events", "occurred_at", RECEIVED), RECEIVED + 60 * MINUTE, AT_NOON)
    assert refused.value.reasons == ["future:received_at"]


def test_a_run_takes_in_what_happened_since_the_midnight_before_it() -> None:
    morning = replace(AT_NOON, run_at=RECEIVED - 720 * MINUTE, clock=RECEIVED)
    check_future(says("events", "occurred_at", RECEIVED), RECEIVED, morning)
    with pytest.raises(Rejected, match="future:occurred_at"):
        check_future(says("events", "occurred_at", RECEIVED + 11 * MINUTE), RECEIVED + 11 * MINUTE, morning)


def test_an_event_of_the_future_is_refused_at_the_gateway_where_only_it_says_when_it_came() -> None:
    call = {"type": "page", "messageId": "m", "userId": "u"}
    staged = stage(
        "segment",
        {**call, "timestamp": "2031-05-10T08:00:00Z", "receivedAt": "2031-05-10T08:00:05Z"},
        {**call, "timestamp": "2026-05-10T08:00:00Z", "receivedAt": "2026-05-10T08:00:05Z"},
    )
    assert [(r["position"], r["reasons"]) for r in staged["refused"]] == [(0, ["future:occurred_at"])]
    assert [r["position"] for r in staged["records"]] == [1]
    assert ARRIVAL.latest == RECEIVED + 10 * MINUTE
