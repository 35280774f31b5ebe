"""Stored features against a recompute, and the two ways back: repair and restatement."""

from datetime import date
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import step_of

from segspark.app import run as start
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed
from segspark.features import check as feature_check
from segspark.features.check import FEATURE_CHECK, REPAIR, RESTATE, check_features
from segspark.features.engine import arrow_engine
from segspark.features.engine.work import Work
from segspark.features.resources import load_catalogue
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.ranges import id_ranges

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def day_rows(lake: Lake, contract: Contract, day: date) -> pa.Table:
    rows = lake.read_small(contract, filters=[("as_of_date", "=", day)])
    return rows.sort_by("person_id").select(sorted(rows.column_names))


def test_a_difference_is_an_error_that_names_person_feature_and_cure(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = four_days
    monkeypatch.setattr(feature_check, "WHOLE_ON", MAY[4].weekday())
    right = day_rows(lake, gold.FEATURES, MAY[4])
    table = deltalake.DeltaTable(lake.path(gold.FEATURES))
    rows = table.to_pyarrow_table(filters=[("as_of_date", "=", MAY[4])])
    at = rows.schema.get_field_index("n_order_30d")
    wrong = rows.set_column(at, rows.schema.field(at), pc.add(rows["n_order_30d"], 1))
    deltalake.write_deltalake(table, wrong, mode="overwrite", predicate=f"as_of_date = '{MAY[4]}'")
    with pytest.raises(CheckFailed, match=r"[0-9a-f]{32} n_order_30d: 2, not 1.*features repair --as-of 2026-05-04"):
        run_flow(FEATURE_CHECK, workspace, lake, MAY[4])
    # Beside it the day's scores may be written; nothing is made of them.
    monkeypatch.setattr(start, "DAILY", start.DAILY[start.DAILY.index(FEATURE_CHECK) :])
    with pytest.raises(CheckFailed, match="n_order_30d"):
        start.daily(workspace, lake, MAY[4], Quiet())
    assert MAY[4] not in runs_of(lake).published_days()
    assert MAY[4] not in lake.days(gold.SEGMENTS)
    run_flow(REPAIR, workspace, lake, MAY[4])
    assert run_flow(FEATURE_CHECK, workspace, lake, MAY[4])["checked"] == "everybody"
    assert day_rows(lake, gold.FEATURES, MAY[4]) == right


def test_a_restatement_knows_what_was_learnt_since_and_changes_nothing_published(
    four_days: tuple[Workspace, Lake],
) -> None:
    workspace, lake = four_days
    published = day_rows(lake, gold.FEATURES, MAY[3])
    run_flow(RESTATE, workspace, lake, MAY[3])
    restated = day_rows(lake, gold.FEATURES_RESTATED, MAY[3])
    assert sorted(published["order_cents_30d"].to_pylist()) == [0, 0, 3000, 12000]
    assert sorted(restated["order_cents_30d"].to_pylist()) == [0, 0, 8000, 12000]
    assert day_rows(lake, gold.FEATURES, MAY[3]) == published
    with pytest.raises(GateClosed, match="not closed yet"):
        run_flow(RESTATE, workspace, lake, MAY[20])


def test_a_day_that_was_made_from_all_days_is_not_checked(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    told = run_flow(FEATURE_CHECK, workspace, lake, MAY[3])
    assert told["checked"] == "nothing: the day was made from all days"


def test_a_part_of_the_people_is_checked_on_other_days_than_sundays(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    assert MAY[5].weekday() != feature_check.WHOLE_ON
    assert run_flow(FEATURE_CHECK, workspace, lake, MAY[5])["checked"] == "1 part of 64"


def test_no_task_compares_more_than_some_people(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task may hold one of five people: a part of half of them takes three tasks, and everybody five."""
    workspace, lake = four_days
    asked: list[Any] = []
    monkeypatch.setattr(Step, "ask_ranges", lambda step, compute, ranges, ddl: asked.append(ranges) or [])
    monkeypatch.setattr(arrow_engine, "PEOPLE_PER_TASK", 1)
    step = step_of(FEATURE_CHECK, workspace, lake, MAY[5])
    work = Work(step, (MAY[5],), load_catalogue(workspace), None)
    for part in (id_ranges(2)[1], None):
        arrow_engine.ARROW.differences(work, part)
    assert lake.rows_by_day(gold.FEATURES)[MAY[5]] == 5
    assert asked == [[("8000", "aaaa"), ("aaaa", "d555"), ("d555", "~")], id_ranges(5)]


def test_a_day_checks_a_bounded_number_of_people(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = four_days
    monkeypatch.setattr(feature_check, "PARTS", 2)
    monkeypatch.setattr(feature_check, "MOST_PEOPLE", 1)
    step = step_of(FEATURE_CHECK, workspace, lake, MAY[5])
    check_features(step)
    assert step.outcome["checked"] == "1 part of 5"
