"""What an engine is asked for, with the files that a task may need."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from segspark.errors import SegsparkError
from segspark.features.engine.kernel import Outcome
from segspark.features.engine.work import Work
from segspark.features.feature import Catalogue
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.ranges import DayFile

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def work(*days: int, **more: Any) -> Work[Any]:
    """Tables with a file on each day of May."""

    def files(contract: Contract) -> list[DayFile]:
        return [DayFile(f"{contract.name}/{n}", day, "a", "b", 1) for n, day in MAY.items()]

    view = SimpleNamespace(settings=SimpleNamespace(calendar=SimpleNamespace(sales_periods=())), files=files)
    return Work(view, tuple(MAY[n] for n in days), Catalogue((), (), ()), None, **more)


def last_days(asked: Work[Any]) -> list[date]:
    task = asked.task
    return [max(f.day for f in files) for files in (task.tiles, task.corrections, task.items)]


def test_a_day_needs_the_tiles_before_it_and_what_was_known_by_it() -> None:
    assert last_days(work(9, 10)) == [MAY[9], MAY[10], MAY[10]]
    assert work(9, 10).task.known is None


def test_an_outcome_needs_the_days_after_but_their_items() -> None:
    outcome = Outcome("after", "n_order", 5, MAY[20])
    assert last_days(work(10, outcome=outcome)) == [MAY[14], MAY[20], MAY[10]]


def test_a_restatement_needs_what_was_learnt_since() -> None:
    assert last_days(work(10, known=MAY[12])) == [MAY[9], MAY[12], MAY[12]]
    assert work(10, known=MAY[12]).task.known == MAY[12]


def test_files_are_listed_once() -> None:
    asked = work(10)
    assert asked.task is asked.task


def test_the_span_holds_every_day() -> None:
    assert work(12, 10).span == (MAY[10], MAY[13])
    assert work(12).contract.name == gold.FEATURES.name


def test_work_without_listed_people_says_so() -> None:
    with pytest.raises(SegsparkError, match="lists no people"):
        _ = work(10).staged
