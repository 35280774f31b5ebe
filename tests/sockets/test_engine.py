"""Feature engines that the program does not know: each plugged in here alone, chosen, and run by the real flows."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from lakes import FIRST, SECOND, SECOND_FEATURES, Lakes
from pyspark.sql import DataFrame

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.check import FEATURE_CHECK, RESTATE
from segspark.features.compute import features_of_days
from segspark.features.engine.arrow_engine import ARROW
from segspark.features.engine.engine import FeatureEngine
from segspark.features.engine.registry import ENGINES, choose_engine
from segspark.features.engine.spark_engine import SPARK
from segspark.features.engine.work import Work
from segspark.features.flow import FEATURES, FEATURES_BACKFILL
from segspark.features.resources import CATALOGUE
from segspark.pipeline.flow import Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.pipeline.step import Step
from segspark.pipeline.view import Question, View, look
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.ranges import DayFile

QUESTION = Question("test", FEATURES.reads, (CATALOGUE,))
CALLED: list[str] = []


def why_not(view: View) -> str:
    CALLED.append("why_not")
    return ""


def advance(work: Work[Step], state: tuple[DayFile, ...] | None) -> None:
    CALLED.append("advance from all days" if state is None else "advance from the day before")
    ARROW.advance(work, state)


def write_days(work: Work[Step]) -> None:
    CALLED.append("write_days")
    ARROW.write_days(work)


def frame(work: Work[View]) -> DataFrame:
    CALLED.append("frame")
    return ARROW.frame(work)


def differences(work: Work[Step], part: tuple[str, str] | None) -> list[dict[str, str]]:
    CALLED.append("differences")
    return ARROW.differences(work, part)


def restate(work: Work[Step]) -> int | None:
    CALLED.append("restate")
    return ARROW.restate(work)


TOY = FeatureEngine("toy", why_not, advance, write_days, frame, differences, restate)
# One that reads no table of this lake, one that fails, and one that is the Spark engine by another name.
CHOOSY = replace(TOY, name="choosy", why_not=lambda view: "gold.activity_daily has no ink")


def fail(work: Work[Step], state: tuple[DayFile, ...] | None) -> None:
    raise ZeroDivisionError("out of steam")


BROKEN = replace(TOY, name="broken", advance=fail)
OTHER = replace(SPARK, name="other")


def with_lane(workspace: Workspace, lane: str) -> Workspace:
    return workspace.model_copy(update={"features": workspace.features.model_copy(update={"lane": lane})})


def rows(lake: SparkLake, day: date) -> pa.Table:
    found = lake.read_small(gold.FEATURES, filters=[("as_of_date", "=", day)])
    return found.sort_by("person_id").select(sorted(found.column_names))


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Two days of features, made by the program's own engine."""
    return lakes.copy(SECOND_FEATURES, tmp_path_factory.mktemp("engine") / "w")


@pytest.fixture(scope="module", autouse=True)
def plugged(shop: tuple[Workspace, SparkLake]) -> Iterator[None]:
    with ENGINES.added(TOY, CHOOSY, BROKEN, OTHER):
        yield


def test_every_function_of_the_toy_is_called_by_the_real_flows(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = with_lane(shop[0], "toy"), shop[1]
    own = [rows(lake, day) for day in (FIRST, SECOND)]
    CALLED.clear()
    run_flow(FEATURES, workspace, lake, FIRST, request=Request(carry_on=False))
    run_flow(FEATURES, workspace, lake, SECOND)
    run_flow(FEATURES_BACKFILL, workspace, lake, SECOND, request=Request(days=(FIRST, SECOND)))
    assert [rows(lake, day) for day in (FIRST, SECOND)] == own
    run_flow(FEATURE_CHECK, workspace, lake, SECOND)
    run_flow(RESTATE, workspace, lake, FIRST)
    with look(QUESTION, workspace, lake, SECOND) as view:
        assert features_of_days(view, [FIRST], view.context[CATALOGUE], None).count() == 10
    names = {called.partition(" ")[0] for called in CALLED}
    assert names == {field.name for field in fields(FeatureEngine)} - {"name"}
    assert "advance from all days" in CALLED


def test_the_run_records_who_computed_it_and_why(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = with_lane(shop[0], "toy"), shop[1]
    run_flow(FEATURES, workspace, lake, SECOND)
    recorded = json.loads(runs_of(lake).finished("features")[-1]["outputs"])
    assert (recorded["lane"], recorded["lane_because"]) == ("toy", "features.lane")


def test_another_engine_gives_the_same_rows(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    own = rows(lake, SECOND)
    run_flow(FEATURES, with_lane(workspace, "other"), lake, SECOND)
    assert rows(lake, SECOND) == own


def test_one_that_refuses_the_tables_is_told_or_passed_over(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    with pytest.raises(ConfigError, match=r"features\.lane is choosy, but gold\.activity_daily has no ink"):
        choose_engine(look(QUESTION, with_lane(workspace, "choosy"), lake, SECOND))
    assert choose_engine(look(QUESTION, workspace, lake, SECOND)) is ARROW


def test_one_that_raises_leaves_the_rows_and_the_next_run_goes_on(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    own = rows(lake, SECOND)
    with pytest.raises(ZeroDivisionError, match="out of steam"):
        run_flow(FEATURES, with_lane(workspace, "broken"), lake, SECOND, Quiet())
    assert rows(lake, SECOND) == own
    run_flow(FEATURES, workspace, lake, SECOND)
    assert rows(lake, SECOND) == own


def test_the_configuration_knows_its_name(tmp_path: Path) -> None:
    def opened(lane: str) -> Any:
        (tmp_path / "segspark.yaml").write_text(f"features:\n  lane: {lane}\n")
        return open_workspace(tmp_path, {}).features.lane

    assert opened("toy") == "toy"
    with pytest.raises(ConfigError, match=r"segspark.yaml:2: features.lane .*toy"):
        opened("toi")
