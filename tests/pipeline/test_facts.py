"""What the log of a table tells, without its rows."""

from pathlib import Path

import pytest
from pipeline.exposed import places
from pipeline.toys import BOXES, DAY, PERSON, TOYS, boxes, know, lake_of, toys, workspace_at

from segspark.config.models import Workspace
from segspark.pipeline.facts import Facts
from segspark.pipeline.view import Question, look
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

PEEK = Question("peek", reads=(TOYS.name, BOXES.name))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    lake = lake_of(workspace)
    lake.append_small(BOXES, boxes("red", "blue", n=3), "boxes")
    lake.append_small(TOYS, toys(PERSON, day=DAY), "today")
    return lake


def test_facts_of_a_table_that_is_not_there(workspace: Workspace) -> None:
    facts = look(PEEK, workspace, Lake(workspace.lake)).facts(TOYS)
    assert (facts.exists, facts.version, facts.rows, facts.days, facts.columns) == (False, None, 0, [], [])
    assert (facts.why_not_plain, facts.rows_by_day) == (None, {})


def test_facts_are_of_one_version(workspace: Workspace, lake: SparkLake) -> None:
    facts = look(PEEK, workspace, lake).facts(BOXES)
    lake.append_small(BOXES, boxes("green"), "more")
    assert (facts.version, facts.rows) == (1, 2)
    assert look(PEEK, workspace, lake).facts(BOXES).rows == 3


def test_facts_tell_the_rows_of_each_day(workspace: Workspace, lake: SparkLake) -> None:
    assert look(PEEK, workspace, lake).facts(TOYS).rows_by_day == {DAY: 1}


def test_facts_show_neither_the_table_nor_its_place(workspace: Workspace, lake: SparkLake) -> None:
    facts = look(PEEK, workspace, lake).facts(TOYS)
    assert places(facts, "facts", lake.store.url) == {}
    assert {n for n in dir(Facts) if not n.startswith("_")} == {
        "exists", "version", "rows", "rows_by_day", "days", "days_between", "columns", "why_not_plain"
    }  # fmt: skip
