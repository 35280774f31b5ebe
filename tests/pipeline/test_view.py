"""What a question sees: declared tables and resources, to read only, and a folder that is gone when it ends."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pipeline.exposed import places
from pipeline.toys import BOXES, DAY, PERSON, SHELVES, TOYS, boxes, know, lake_of, resource, toys, workspace_at
from pyspark.sql import SparkSession

from segspark.app.vacuum import vacuum_lake
from segspark.config.models import Workspace
from segspark.errors import InfrastructureError, SegsparkError
from segspark.pipeline.step import Step
from segspark.pipeline.view import Question, View, look
from segspark.process import name_of_this_process
from segspark.tables.contracts import ops
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

TOMORROW = DAY + timedelta(days=1)
COLOUR = resource()
PEEK = Question("peek", reads=(TOYS.name, BOXES.name), needs=(COLOUR,))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    lake = lake_of(workspace)
    lake.append_small(BOXES, boxes("red", "blue", n=3), "boxes")
    lake.append_small(TOYS, toys(PERSON), "today")
    lake.append_small(TOYS, toys(PERSON, "1" * 32, day=TOMORROW, n=2), "tomorrow")
    lake.append_small(SHELVES, boxes("top"), "shelves")
    return lake


def staged(lake: Lake) -> list[str]:
    return [f.name for f in lake.store.list("_staging")]


def people(frame: Any) -> list[tuple[str, int]]:
    return sorted((r["person_id"], r["n"]) for r in frame.collect())


# What is declared ------------------------------------------------------------------------------------------------


def test_declared_tables_are_read_without_spark(workspace: Workspace, lake: SparkLake) -> None:
    view = look(PEEK, workspace, Lake(workspace.lake), DAY)
    assert sorted(view.read_small(BOXES)["box"].to_pylist()) == ["blue", "red"]
    assert view.read_small(BOXES, [("box", "=", "red")], ["n"]).to_pydict() == {"n": [3]}
    assert [f.day for f in view.files(TOYS)] == [DAY, TOMORROW]
    facts = view.facts(TOYS)
    assert (facts.exists, facts.rows, facts.days, facts.version) == (True, 3, [DAY, TOMORROW], 2)
    assert facts.columns == TOYS.column_names
    assert facts.why_not_plain is None
    assert view.context[COLOUR] == "red"


def test_what_is_not_declared_is_refused_with_the_names_of_table_and_question(
    workspace: Workspace, lake: SparkLake
) -> None:
    view = look(PEEK, workspace, lake, DAY)
    for ask in (
        view.read,
        lambda table: view.read_day(table, DAY),
        lambda table: view.read_days(table, ["n"]),
        view.read_small,
        view.files,
        view.facts,
    ):
        with pytest.raises(SegsparkError, match=r"silver\.shelves is read by peek, which does not declare it"):
            ask(SHELVES)
    with pytest.raises(SegsparkError, match=r"ops\.runs is read by peek, which does not declare it"):
        _ = view.runs
    with pytest.raises(SegsparkError, match="name is looked up by peek, which does not declare it"):
        view.context[resource("name")]


def test_a_view_of_another_day_and_one_with_stand_ins_refuse_the_same(workspace: Workspace, lake: SparkLake) -> None:
    view = look(PEEK, workspace, lake, DAY)
    for other in (view.on(TOMORROW), view.standing_in({SHELVES: object()})):
        with pytest.raises(SegsparkError, match=r"silver\.shelves is read by peek"):
            other.read(SHELVES)


def test_declared_runs_are_read(workspace: Workspace, lake: SparkLake) -> None:
    question = Question("peek", reads=(ops.RUNS.name,))
    assert look(question, workspace, lake).runs.published_days() == []


# What is not there -------------------------------------------------------------------------------------------------


def test_a_view_has_nothing_to_write_with() -> None:
    more = {name for name in set(dir(Step)) - set(dir(View)) if not name.startswith("_")}
    assert {"write", "ensure", "batch"} <= more
    writing = ("write", "append", "overwrite", "replace", "upsert", "drop", "create", "delete", "commit", "record")
    assert [n for n in dir(View) if n.startswith(writing)] == []


def test_a_view_shows_no_lake_path_or_store_but_its_staging(workspace: Workspace, lake: SparkLake) -> None:
    lake.spark = SimpleNamespace(sparkContext=SimpleNamespace(defaultParallelism=2))
    with look(PEEK, workspace, lake, DAY) as view:
        found = places(view, "view", lake.store.url)
        assert set(found) == {"view.staging"}
        assert found["view.staging"].url.startswith(lake.store.url_of("_staging") + "/")
        # The folders of key and sources are no more to be seen.
        assert not hasattr(view.settings, "folder")


# Days --------------------------------------------------------------------------------------------------------------


def test_a_question_without_a_day_has_none(workspace: Workspace, lake: SparkLake) -> None:
    view = look(PEEK, workspace, lake)
    with pytest.raises(SegsparkError, match="peek asks about no day"):
        _ = view.as_of
    assert view.on(DAY).as_of == DAY
    assert view.on(DAY).on(TOMORROW).as_of == TOMORROW


def test_frames_need_a_session_and_small_tables_none(workspace: Workspace, lake: SparkLake) -> None:
    view = look(PEEK, workspace, Lake(workspace.lake), DAY)
    for ask in (
        lambda: view.read(TOYS),
        lambda: view.frame([(1,)], "n int"),
        lambda: view.tasks(2),
        lambda: view.n_cores,
    ):
        with pytest.raises(InfrastructureError, match="opened without a Spark session"):
            ask()


# Staging -----------------------------------------------------------------------------------------------------------


def test_what_is_staged_is_gone_when_the_question_ends(workspace: Workspace, lake: SparkLake) -> None:
    with look(PEEK, workspace, lake, DAY) as view:
        view.staging.replace("a/part", b"rows")
        (file,) = staged(lake)
        # Its own folder, which says whose it is.
        assert file.startswith(f"_staging/questions/peek-{DAY}-")
        assert file.endswith(f"@{name_of_this_process()}/a/part")
        assert view.staging is view.staging
    assert staged(lake) == []

    def fail() -> None:
        with look(PEEK, workspace, lake, DAY) as view:
            view.staging.replace("a/part", b"rows")
            raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        fail()
    assert staged(lake) == []


def test_what_a_killed_question_left_is_removed_by_the_vacuum_alone(workspace: Workspace, lake: SparkLake) -> None:
    pid, started, place, hour = name_of_this_process().split("-")
    left = f"_staging/questions/peek-{DAY}-12345678@999999999-7-{place}-{hour}/a/old"
    running = f"_staging/questions/peek-{DAY}-87654321@{pid}-{started}-{place}-{hour}/a/running"
    elsewhere = f"_staging/questions/peek-{DAY}-11111111@7-7-00000000-{hour}/a/running"
    for name in (left, running, elsewhere):
        lake.store.replace(name, b"rows")
    with look(PEEK, workspace, lake, DAY) as view:
        assert list(view.staging.list()) == []
    assert staged(lake) == sorted([left, running, elsewhere])
    vacuum_lake(lake)
    assert staged(lake) == sorted([running, elsewhere])


def test_a_question_that_stages_nothing_touches_nothing(workspace: Workspace, lake: SparkLake) -> None:
    lake.store.replace(f"_staging/peek-{DAY}/a/running", b"rows")
    with look(PEEK, workspace, lake, DAY) as view:
        view.read_small(BOXES)
    assert staged(lake) == [f"_staging/peek-{DAY}/a/running"]


def test_two_questions_at_once_do_not_take_each_others_files_away(workspace: Workspace, lake: SparkLake) -> None:
    with look(PEEK, workspace, lake, DAY) as one:
        one.staging.replace("a/part", b"rows")
        with look(PEEK, workspace, lake, DAY) as other:
            other.staging.replace("a/part-2", b"rows")
        assert one.staging.size("a/part") == 4


# Frames ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def view(workspace: Workspace, lake: SparkLake, spark: SparkSession) -> Iterator[View]:
    with look(PEEK, workspace, lake_of(workspace, spark), DAY) as view:
        yield view


def test_frames_are_of_all_days_some_or_one(view: View) -> None:
    assert len(people(view.read(TOYS))) == 3
    assert people(view.read_day(TOYS, DAY)) == [(PERSON, 1)]
    assert people(view.read(TOYS, (TOMORROW, TOMORROW + timedelta(days=1)))) == [(PERSON, 2), ("1" * 32, 2)]
    assert people(view.read(TOYS, frozenset({DAY}))) == [(PERSON, 1)]
    assert sorted(r["n"] for r in view.read_days(TOYS, ["n"]).collect()) == [1, 2, 2]
    assert [r["n"] for r in view.read_days(TOYS, ["n"], (DAY, TOMORROW)).collect()] == [1]
    assert (view.n_cores, view.n_writers) == (2, 2)
    assert [r["id"] for r in view.tasks(3).collect()] == [0, 1, 2]
    assert view.tasks(3).rdd.getNumPartitions() == 3
    found = view.ask_ranges(lambda low, high: pa.table({"low": [low], "high": [high]}), [("", "8"), ("8", "~")], "low string, high string")  # fmt: skip
    assert [r["high"] for r in found] == ["8", "~"]


def test_frames_stand_in_for_tables(view: View) -> None:
    rows: list[tuple[str, int, date]] = [("2" * 32, 7, DAY), ("3" * 32, 8, TOMORROW)]
    frame = view.frame(rows, "person_id string, n bigint, as_of_date date")
    instead = view.standing_in({TOYS: frame})
    assert people(instead.read(TOYS)) == [("2" * 32, 7), ("3" * 32, 8)]
    assert people(instead.read_day(TOYS, DAY)) == [("2" * 32, 7)]
    assert [r["n"] for r in instead.read_days(TOYS, ["n"], (DAY, TOMORROW)).collect()] == [7]
    # Other tables, and the view that it was made of, are as they were.
    assert instead.read(BOXES).count() == 2
    assert len(people(view.read(TOYS))) == 3
    twice = instead.standing_in({BOXES: view.frame([("x", 1)], "box string, n bigint")})
    assert people(twice.read(TOYS)) == [("2" * 32, 7), ("3" * 32, 8)]
    assert [r["box"] for r in twice.read(BOXES).collect()] == ["x"]
