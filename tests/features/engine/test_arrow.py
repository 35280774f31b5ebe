"""A task of the Arrow engine: from the tables' own files to the features of a range of people."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from builders import step_of

from segspark.config.models import Workspace
from segspark.features.engine import arrow as tasks
from segspark.features.engine.arrow import RangeTask, as_if_known, feature_schema
from segspark.features.engine.days import Calendar
from segspark.features.engine.incremental import changing_days
from segspark.features.engine.reads import ITEM_BYTES, PEOPLE, row_bytes
from segspark.features.engine.work import range_task
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.ranges import DayFile
from segspark.time import day_number

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def test_a_day_reads_one_tile_day_per_window_and_the_newest(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the days of what was learnt; whatever the history."""
    workspace, lake = four_days
    catalogue = load_catalogue(workspace)
    run = step_of(FEATURES, workspace, lake, MAY[6])
    whole = range_task(run, (MAY[6],), catalogue, None)
    files = [f for f in run.files(gold.FEATURES) if f.day == MAY[5]]
    task = tasks.RangeTask(
        catalogue, whole.dates, whole.calendar, whole.tiles, whole.corrections, (), state=tuple(files)
    )
    read: list[date] = []
    original = tasks.read_range

    def noting(files: Any, low: str, high: str, columns: Any, day: str, *rest: Any) -> pa.Table:
        if day == "activity_date":
            read.extend(f.day for f in files)
        return original(files, low, high, columns, day, *rest)

    monkeypatch.setattr(tasks, "read_range", noting)
    task("", "~")
    learnt = lake.read_small(gold.ACTIVITY_CORRECTIONS, filters=[("applied_as_of", "=", MAY[6])])
    assert learnt["activity_date"].to_pylist() == [MAY[2]]
    allowed = changing_days(learnt, catalogue, MAY[6])
    assert {day_number(d) for d in read} <= allowed
    assert len(allowed) <= 2 + len(workspace.features.windows)
    assert MAY[2] in read
    assert MAY[3] not in read


# By hand and without a lake: files as tables have them ---------------------------------------------------------------

ANN, BOB, EVE = (letter * 32 for letter in "abe")
EVER = date(1970, 1, 1)
CATALOGUE = Catalogue(
    (Measure("n_order", ("order",), "profiling", "orders", "Orders"),),
    (
        Feature("n_order", "n_order", "Orders", windows=(2, 5, 0)),
        Feature("last_order_date", "n_order", "Last", "last"),
    ),
    (),
)
# (person, day, orders)
TILES = [(ANN, 9, 1), (ANN, 4, 2), (BOB, 8, 1), (EVE, 3, 7)]
# (person, day, applied as of, orders): learnt on the 9th, on the 10th, and after that.
LEARNT = [(BOB, 6, 9, 3), (ANN, 4, 10, -2), (EVE, 9, 12, 5)]


def written(folder: Path, name: str, day: date, rows: list[tuple[str, Any, int]], about: bool = False) -> DayFile:
    """A file of a table that is partitioned by the day."""
    rows = sorted(rows)
    table = {"person_id": [r[0] for r in rows], "n_order": pa.array([r[-1] for r in rows], pa.int64())}
    if about:
        table["activity_date"] = pa.array([r[1] for r in rows], pa.date32())
    path = folder / f"{name}-{day}.parquet"
    pq.write_table(pa.table(table), path)
    span = (min(r[1] for r in rows), max(r[1] for r in rows)) if about else None
    return DayFile(str(path), day, rows[0][0], rows[-1][0], len(rows), span)


@pytest.fixture
def task(tmp_path: Path) -> RangeTask:
    """From all days, as of the 10th: everybody is listed, eve without permission."""
    tiles = tuple(
        written(tmp_path, "tiles", MAY[n], [t for t in TILES if t[1] == n]) for n in sorted({t[1] for t in TILES})
    )
    learnt = tuple(
        written(tmp_path, "learnt", MAY[n], [(p, MAY[d], v) for p, d, a, v in LEARNT if a == n], about=True)
        for n in sorted({a for _, _, a, _ in LEARNT})
    )
    since = pa.array([EVER, EVER, None], pa.date32())
    listed = pa.table([[ANN, BOB, EVE], pa.array([MAY[10]] * 3, pa.date32()), since, since, since], PEOPLE)
    pq.write_table(listed, tmp_path / "people.parquet")
    return RangeTask(CATALOGUE, (MAY[10],), Calendar(), tiles, learnt, (str(tmp_path / "people.parquet"),))


def told(features: pa.Table) -> dict[str, tuple[Any, ...]]:
    columns = ("n_order_2d", "n_order_5d", "n_order_lifetime", "last_order_date")
    return {r["person_id"]: tuple(r[c] for c in columns) for r in features.to_pylist()}


def test_features_are_made_of_what_was_known_on_the_day(task: RangeTask) -> None:
    # What was learnt on the 12th is not; who gave no permission has a row of nothing.
    assert told(task("", "~")) == {
        ANN: (1, 1, 1, MAY[9]),
        BOB: (1, 4, 4, MAY[8]),
        EVE: (0, 0, 0, None),
    }
    assert task("", "~").schema == feature_schema(CATALOGUE)


def test_ranges_of_people_add_up_to_everybody(task: RangeTask) -> None:
    parts = [task(low, high) for low, high in (("", "b"), ("b", "c"), ("c", "~"))]
    assert [p["person_id"].to_pylist() for p in parts] == [[ANN], [BOB], [EVE]]
    assert pa.concat_tables(parts).equals(task("", "~"))


def test_a_restatement_sees_what_was_learnt_later_as_if_it_had_been_known(task: RangeTask) -> None:
    on_the_ninth = replace(task, dates=(MAY[9],), people=(listed_on(task, MAY[9]),))
    assert told(on_the_ninth("", "~"))[ANN] == (0, 2, 2, MAY[4])
    assert told(replace(on_the_ninth, known=MAY[10])("", "~"))[ANN] == (0, 0, 0, None)


def listed_on(task: RangeTask, *days: date) -> str:
    """The same people on other days, in a file of their own."""
    rows = pq.read_table(task.people[0])
    parts = [rows.set_column(1, "as_of_date", pa.array([day] * rows.num_rows, pa.date32())) for day in days]
    path = f"{task.people[0]}-{days[0]}.parquet"
    pq.write_table(pa.concat_tables(parts).sort_by("person_id"), path)
    return path


def test_many_days_are_a_table_each_in_their_order(task: RangeTask) -> None:
    days = (MAY[5], MAY[9], MAY[10])
    many = replace(task, dates=days, people=(listed_on(task, *days),))
    found = list(many.by_day("", "~"))
    assert [told(rows)[ANN] for rows in found] == [(2, 2, 2, MAY[4]), (0, 2, 2, MAY[4]), (1, 1, 1, MAY[9])]
    assert found[-1].equals(task("", "~"))


def test_from_the_day_before_the_rows_are_the_same_as_from_all_days(task: RangeTask, tmp_path: Path) -> None:
    yesterday = replace(task, dates=(MAY[9],), people=(listed_on(task, MAY[9]),))("", "~")
    # bob permits again what he did not permit yesterday: he is computed from all days.
    at = yesterday.schema.get_field_index("profiling_from")
    since = pc.if_else(pc.equal(yesterday["person_id"], BOB), pa.scalar(None, pa.date32()), yesterday["profiling_from"])
    rows = yesterday.set_column(at, "profiling_from", since).drop_columns(["as_of_date"])
    pq.write_table(rows, tmp_path / "state.parquet")
    state = DayFile(str(tmp_path / "state.parquet"), MAY[9], ANN, EVE, 3)
    assert replace(task, state=(state,))("", "~").equals(task("", "~"))


def test_stored_rows_say_who_is_listed_and_what_is_permitted(task: RangeTask) -> None:
    rows = task("", "~")
    nobody_permits = rows.set_column(
        rows.schema.get_field_index("profiling_from"), "profiling_from", pa.nulls(3, pa.date32())
    )
    assert task.over(rows, "", "~").equals(rows)
    assert told(task.over(nobody_permits.slice(0, 1), "", "~")) == {ANN: (0, 0, 0, None)}


def test_what_a_task_takes_grows_with_the_rows_it_reads(task: RangeTask) -> None:
    assert task.n_bytes == 7 * row_bytes(1)
    state = DayFile("", MAY[9], ANN, EVE, 3)
    assert replace(task, state=(state,)).n_bytes == 3 * row_bytes(4)
    items = DayFile("", MAY[9], ANN, EVE, 10)
    assert replace(task, items=(items,)).n_bytes == task.n_bytes + 10 * ITEM_BYTES
    assert replace(task, items=(items,), index=()).n_bytes == task.n_bytes


def test_only_what_lies_between_the_first_day_and_the_known_one_is_moved() -> None:
    days = [MAY[n] for n in (3, 5, 6, 9, 10)]
    activity = pa.table({"applied_as_of": pa.array(days, pa.date32())})
    moved = as_if_known(activity, MAY[9], (MAY[5], MAY[7]))
    assert moved["applied_as_of"].to_pylist() == [MAY[n] for n in (3, 5, 5, 5, 10)]
