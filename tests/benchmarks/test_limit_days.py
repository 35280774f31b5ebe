"""A day of one person's million events, and one of thousands of rules, end well."""

import json
from pathlib import Path

import pytest

from benchmarks import limit_days
from benchmarks.limits import record


@pytest.mark.slow
def test_a_person_with_a_million_events_has_a_day_and_an_explanation(tmp_path: Path) -> None:
    figures = limit_days.one_person(tmp_path, 1_000_000)
    record("one_person_1000000", figures)
    assert (figures["day"]["exit_code"], figures["explain"]["exit_code"]) == (0, 0), json.dumps(figures)


@pytest.mark.slow
def test_thousands_of_rules_are_checked_and_have_a_day(tmp_path: Path) -> None:
    figures = limit_days.many_rules(tmp_path, 5_000)
    record("rules_5000", figures)
    assert (figures["check"]["exit_code"], figures["day"]["exit_code"]) == (0, 0), json.dumps(figures)
