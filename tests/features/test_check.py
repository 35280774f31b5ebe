"""Stored features against a recompute, and the two ways back: repair and restatement."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from builders import make_workspace, step_of

from segspark.app import run as start
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed
from segspark.features import check as feature_check
from segspark.features.check import FEATURE_CHECK, REPAIR, RESTATE, check_features
from segspark.features.engine import arrow_work
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.ranges import DayFile, id_ranges, share_of, split_ids

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


def test_no_task_compares_more_than_some_people() -> None:
    """Of a million people, whose ids are uniform: half of them are checked, then everybody."""
    asked: list[Any] = []
    stored = [DayFile(f"part-{n}", MAY[5], low, high, 100_000) for n, (low, high) in enumerate(id_ranges(10))]
    step = SimpleNamespace(
        files=lambda table: stored,
        as_of=MAY[5],
        n_cores=2,
        ask_ranges=lambda compute, ranges, ddl: asked.append(ranges),
    )
    work: Any = SimpleNamespace(view=step, task=SimpleNamespace(n_bytes=0))
    half = id_ranges(2)[1]
    for part in (half, id_ranges(64)[1], None):
        arrow_work.differences(work, part)
    assert asked == [split_ids(half, 10), [id_ranges(64)[1]], id_ranges(20)]
    assert all(share_of(one) * 1_000_000 <= 1.01 * arrow_work.PEOPLE_PER_TASK for ranges in asked for one in ranges)


@pytest.mark.parametrize(("n_people", "checked"), [(5, "1 part of 64"), (50_000_000, "1 part of 100")])
def test_a_day_checks_a_bounded_number_of_people(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, n_people: int, checked: str
) -> None:
    parts: list[Any] = []
    engine = SimpleNamespace(differences=lambda work, part: parts.append(part) or [])
    monkeypatch.setattr(feature_check, "choose_engine", lambda step: engine)
    monkeypatch.setattr(feature_check, "_made_from", lambda step: "the day before")
    workspace = make_workspace(tmp_path / "w")
    step = step_of(FEATURE_CHECK, workspace, Lake(workspace.lake), MAY[5])
    monkeypatch.setattr(step, "facts", lambda table: SimpleNamespace(rows_by_day={MAY[5]: n_people}))
    check_features(step)
    assert step.outcome["checked"] == checked
    assert share_of(parts[0]) * n_people <= 1.01 * feature_check.MOST_PEOPLE
