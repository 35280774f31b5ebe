"""The judge of the corpus sees what differs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from corpus.bases import bases
from corpus.cases import Case, Verdict
from corpus.judge import difference, pseudonym
from corpus.outcomes import Outcome, Record

from segspark.pseudonyms import Pseudonymiser

BASE = bases()["sendgrid bounce"]
ROW = {
    "event_id": "e2", "source_event": "bounce", "event_type": "bounce_hard", "message_id": "m1",
    "mailbox_provider": "other", "identifier_id": pseudonym("email:ann@exemple.fr"), "url": None, "known_as_of": 7,
    "occurred_at": datetime(2026, 5, 10, 8, tzinfo=UTC),
}  # fmt: skip
TAKEN = Verdict(BASE.rows)
REFUSED = Verdict(reasons=("type:status", "time_unit | range"))


def case(*verdicts: Verdict, **more: Any) -> Case:
    return Case("c", "g", BASE, b"", verdicts, **more)


def record(**columns: Any) -> Record:
    return Record(0, rows={"events": [{**ROW, **columns}]})


def test_a_record_that_is_as_it_should_be() -> None:
    assert difference(case(TAKEN), Outcome((record(),))) is None
    reasons = ("type:delivery.status", "range:timestamp")
    assert difference(case(REFUSED), Outcome((Record(0, reasons),))) is None
    assert difference(case(Verdict(ignored=True)), Outcome((Record(0, ignored=True),))) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (record(event_type="bounce_soft"), "event_type is 'bounce_soft'"),
        (record(url="https://shop.example/"), "url is"),
        (record(identifier_id=pseudonym("email:bob@exemple.fr")), "identifier_id"),
        (record(occurred_at=datetime(2026, 5, 10, 9, tzinfo=UTC)), "occurred_at"),
        (record(message_id=None), "message_id is None"),
        (Record(0, rows={"events": [ROW, ROW]}), "2 rows"),
        (Record(0, rows={"events": [ROW], "orders": [{}]}), "orders: 1 rows"),
        (Record(0), "0 rows"),
        (Record(0, ignored=True), "ignored"),
        (Record(0, ("type:status",)), "refused"),
        (replace(record(), flags=("nul_stripped",)), "flags"),
    ],
)
def test_what_differs_in_an_accepted_record_is_told(wrong: Record, said: str) -> None:
    assert said in str(difference(case(TAKEN), Outcome((wrong,))))


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(),
        Outcome((record(), record())),
        Outcome((record(),)),
        Outcome((Record(0, ("type:status",)),)),
        Outcome((Record(0, ("type:status", "range", "scale:amount")),)),
        Outcome((Record(0, ("type:other", "range")),)),
        Outcome(of_the_file=("file_truncated",)),
        Outcome(ended="ValueError"),
        Outcome(stopped=True),
    ],
)
def test_what_differs_in_a_refused_record_is_told(outcome: Outcome) -> None:
    assert difference(case(REFUSED), outcome) is not None


def test_a_flag_that_is_due_is_missed() -> None:
    flagged = case(replace(TAKEN, flags=("nul_stripped",)))
    assert "flags" in str(difference(flagged, Outcome((record(),))))
    assert difference(flagged, Outcome((replace(record(), flags=("nul_stripped",)),))) is None


def test_a_file_is_refused_whole_or_not() -> None:
    whole = replace(case(), verdicts=None, of_the_file=("file_truncated",))
    assert difference(whole, Outcome(of_the_file=("file_truncated",))) is None
    assert difference(whole, Outcome((record(),), ("file_truncated",))) is not None
    assert difference(whole, Outcome((record(),))) is not None
    assert difference(replace(whole, stops=True), Outcome(stopped=True)) is None


def test_the_pseudonyms_of_the_judge_are_those_of_the_program() -> None:
    from sources.in_process import KEY

    assert pseudonym("email:ann@exemple.fr") == Pseudonymiser(KEY).identifier_id("email", " ANN@exemple.fr")
