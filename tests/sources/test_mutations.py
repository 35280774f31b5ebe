"""One poison record never stops the others: thousands of changed records, each of which comes out exactly once."""

import json
import os
import platform
import random
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from sources import mutations
from sources.mutations import LONG, VALUES, Count, judge, scrambled, typed
from sources.whole_records import RECORDS

from segspark.sources import masking, sanitizer
from segspark.sources.masking import Masker
from segspark.sources.vocabulary import Produced

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "mutations.json"
SEED = 22
FEW = 150


def unharmed(count: Count) -> None:
    assert (count.ended, count.lost, count.told) == ([], [], [])


@pytest.mark.parametrize("provider", RECORDS)
def test_a_record_without_a_fault_is_accepted(provider: str) -> None:
    count = judge(provider, [json.dumps(record).encode() for record in RECORDS[provider]])
    unharmed(count)
    assert count.outcomes == {"accepted": len(RECORDS[provider]) + 2}


@pytest.mark.parametrize("provider", RECORDS)
def test_some_changed_values_and_bytes_harm_nobody(provider: str, capfd: pytest.CaptureFixture[str]) -> None:
    some = random.Random(SEED).sample(list(typed(provider)), FEW)
    unharmed(judge(provider, [*some, *scrambled(provider, FEW, SEED)]))
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_every_changed_value_and_many_bytes_harm_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    counts: dict[str, dict[str, Any]] = {}
    made: dict[str, Callable[[str], Any]] = {
        "typed": partial(typed, values=(*VALUES, LONG)),
        "random": partial(scrambled, n=5_000, seed=SEED),
    }
    for kind, make in made.items():
        for provider in RECORDS:
            count = judge(provider, list(make(provider)))
            figures = counts.setdefault(kind, {"records": 0, "ended": 0, "lost": 0, "told": 0, "providers": {}})
            for name, n in (
                ("records", count.sent),
                ("ended", len(count.ended)),
                ("lost", len(count.lost)),
                ("told", len(count.told)),
            ):
                figures[name] += n
            figures["providers"][provider] = {
                "records": count.sent,
                "accepted": count.outcomes["accepted"],
                "ignored": count.outcomes["ignored"],
                "adapter_errors": count.outcomes["adapter_error"],
            }
    assert capfd.readouterr() == ("", "")
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "versions": {}}
    machine["versions"] = {name: version(name) for name in ("pyarrow", "orjson")}
    RESULTS.write_text(json.dumps({"seed": SEED, **counts, "machine": machine}, indent=2) + "\n")
    for figures in counts.values():
        assert (figures["ended"], figures["lost"], figures["told"]) == (0, 0, 0)
    assert counts["typed"]["records"] >= 9_760
    assert counts["random"]["records"] >= 24_000


def test_the_recorded_counts_are_those_that_were_promised() -> None:
    recorded = json.loads(RESULTS.read_text())
    for kind, least in (("typed", 9_760), ("random", 24_000)):
        assert recorded[kind]["records"] >= least
        assert {name: recorded[kind][name] for name in ("ended", "lost", "told")} == {"ended": 0, "lost": 0, "told": 0}


# --- The harness notices what it looks for -------------------------------------------------------------------------


def test_a_value_that_ends_a_task_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(produced: Produced, received: int, arrival: Any) -> None:
        for event in produced.events:
            if event["event_id"] == "wrong":
                event["duration_s"] = "12"

    monkeypatch.setattr(sanitizer, "check_future", wrong)
    lines = [json.dumps({**RECORDS["sendgrid"][0], "sg_event_id": n}).encode() for n in ("a", "wrong", "b")]
    unharmed(judge("sendgrid", lines))
    monkeypatch.setattr(masking.Fit, "fit", lambda self, row: None)
    assert len(judge("sendgrid", lines).ended) == 1


def test_a_lost_record_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitizer.Sanitizer, "rejected", lambda *_, **__: None)
    assert judge("sendgrid", [b"{}"]).lost


def test_an_address_that_is_told_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    masked = Masker.event

    def told(*arguments: Any) -> dict[str, Any]:
        return {**masked(*arguments), "session_id": f"{mutations.CANARY}@exemple.fr"}

    monkeypatch.setattr(Masker, "event", told)
    assert "sendgrid: events ['session_id']" in judge("sendgrid", [b"{}"]).told


def test_a_reason_with_a_value_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitizer, "refusal", lambda error: ["type:12 rue X"])
    count = judge("sendgrid", [json.dumps({**RECORDS["sendgrid"][0], "email": "nobody"}).encode()])
    assert count.told == ["sendgrid: 'type:12 rue X'"]
