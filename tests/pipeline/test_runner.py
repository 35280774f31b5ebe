"""A run is what decides about its rows: equal inputs are equal runs, and a flow is skipped only where they are."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace
from pipeline.toys import BOXES, DAY, PERSON, SHELVES, TOYS, boxes, flow, know, lake_of, run, toys, workspace_at
from registry import Registry

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.features.resources import CATALOGUE
from segspark.models.propensity.model import CHURN
from segspark.models.resources import ACTIVE_CLUSTERING, BEHAVIOUR_MODEL, OVERRIDES, model_in_use
from segspark.pipeline.context import Context, Resource
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow, run_identity
from segspark.pipeline.runs import record, runs_of
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, NoRows, ReplaceDays, Small
from segspark.segments.resources import CALENDAR, DEFINITIONS
from segspark.tables.contracts import ops
from segspark.tables.contracts.contract import optional
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.time import DAY as ONE

NOTHING = Request()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    lake = lake_of(workspace)
    lake.append_small(BOXES, boxes("red"), "boxes")
    return lake


class Box:
    """Something to be looked up that can be changed."""

    def __init__(self, name: str = "colour", value: Any = "red") -> None:
        self.value, self.n_resolved = value, 0
        self.resource: Resource[Any] = Resource(name, self._resolve, lambda setting: self.value)

    def _resolve(self, setting: Any) -> Any:
        self.n_resolved += 1
        return self.value


class Playing:
    """The function of a flow that counts its runs and writes what it found."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, step: Step) -> None:
        self.n += 1
        step.write(TOYS, NoRows(), ReplaceDays(step.as_of, step.as_of + ONE))
        step.write(TOYS, Small(toys(PERSON, day=step.as_of, n=self.n)), Append(f"{step.as_of}-{self.n}"))
        step.outcome["n"] = self.n


def skipping(function: Callable[[Step], None], *needs: Resource[Any], **more: Any) -> Flow:
    return flow(function, needs=needs, is_skipped_when_unchanged=True, **more)


def identity_of(
    flow: Flow, workspace: Workspace, config: str = "c", versions: dict[str, int | None] | None = None,
    request: Request = NOTHING, day: date = DAY,
) -> str:  # fmt: skip
    context = Context(workspace, day, flow.needs, flow.name)
    return run_identity(flow, day, config, versions or {}, context, request)


# Identity ----------------------------------------------------------------------------------------------------------


def test_equal_inputs_are_one_run_and_each_other_input_is_another(workspace: Workspace) -> None:
    box = Box()
    play = flow(needs=(box.resource,))
    versions: dict[str, int | None] = {BOXES.name: 3, SHELVES.name: None}
    ids = {"as it is": identity_of(play, workspace, "c", versions)}
    assert identity_of(play, workspace, "c", dict(reversed(versions.items()))) == ids["as it is"]
    ids["flow"] = identity_of(replace(play, name="other"), workspace, "c", versions)
    ids["day"] = identity_of(play, workspace, "c", versions, day=DAY + ONE)
    ids["configuration"] = identity_of(play, workspace, "d", versions)
    ids["version"] = identity_of(play, workspace, "c", {**versions, BOXES.name: 4})
    ids["table that is new"] = identity_of(play, workspace, "c", {**versions, SHELVES.name: 0})
    ids["provisional"] = identity_of(play, workspace, "c", versions, Request(is_provisional=True))
    ids["from all days"] = identity_of(play, workspace, "c", versions, Request(carry_on=False))
    ids["days"] = identity_of(play, workspace, "c", versions, Request(days=(DAY,)))
    ids["more written"] = identity_of(replace(play, writes=(TOYS.name, SHELVES.name)), workspace, "c", versions)
    ids["nothing looked up"] = identity_of(replace(play, needs=()), workspace, "c", versions)
    box.value = "blue"
    ids["looked up"] = identity_of(play, workspace, "c", versions)
    assert len(set(ids.values())) == len(ids), ids
    box.value = "red"
    assert identity_of(play, workspace, "c", versions) == ids["as it is"]
    # Nothing was loaded for it.
    assert box.n_resolved == 0


def test_the_shape_of_what_is_written_counts(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity_of(flow(), workspace)
    know(monkeypatch, TOYS.with_columns([optional("price", "bigint", "Cents")]))
    assert identity_of(flow(), workspace) != before
    know(
        monkeypatch, replace(TOYS, columns=tuple(replace(c, type="int") if c.name == "n" else c for c in TOYS.columns))
    )
    assert identity_of(flow(), workspace) != before
    know(monkeypatch, TOYS)
    assert identity_of(flow(), workspace) == before


def test_versions_of_the_record_itself_do_not_count(workspace: Workspace) -> None:
    play = flow()
    assert identity_of(play, workspace, versions={BOXES.name: 1, "ops.runs": 1}) == identity_of(
        play, workspace, versions={BOXES.name: 1, "ops.runs": 2, "ops.ledger": 5}
    )


# The real resources -------------------------------------------------------------------------------------------------

RULE = "\n  - name: more\n    title: {fr: Plus, en: More}\n    when: n_order_lifetime >= 2\n"
WEATHER = "date,market,region,weather,temperature_c\n2026-05-06,FR,,rain,12\n"


class Real:
    """A workspace's folder, whose files are changed, and the identity of a flow that looks one resource up."""

    def __init__(self, folder: Path, resource: Resource[Any]) -> None:
        self.folder, self._flow = folder, flow(needs=(resource,))

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text()
        assert old in text
        (self.folder / file).write_text(text.replace(old, new))

    @property
    def identity(self) -> str:
        # The configuration is left out: what is tested is the resource.
        return identity_of(self._flow, open_workspace(self.folder, {}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    know(monkeypatch)
    make_workspace(tmp_path / "w")
    return tmp_path / "w"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules.yaml", "avg_order_cents_365d >= 10000", "avg_order_cents_365d >= 10001"),
        ("rules.yaml", "name: big_spenders", "name: large_spenders"),
        ("rules.yaml", "en: Big spenders", "en: Large spenders"),
        ("rules.yaml", "segments:\n", f"segments:{RULE}"),
        ("levels.yaml", "days_since_active <= 30", "days_since_active <= 31"),
        ("levels.yaml", "key: active", "key: lively"),
        ("levels.yaml", "en: Active", "en: Lively"),
        ("levels.yaml", "level: activity", "level: life"),
    ],
)
def test_a_changed_definition_is_another_run(folder: Path, file: str, old: str, new: str) -> None:
    real = Real(folder, DEFINITIONS)
    before = real.identity
    real.edit(file, old, new)
    changed = real.identity
    assert changed != before
    assert real.identity == changed
    real.edit(file, new, old)
    assert real.identity == before


def test_what_is_written_about_a_definition_and_not_in_it_is_the_same_run(folder: Path) -> None:
    real = Real(folder, DEFINITIONS)
    before = real.identity
    real.edit("rules.yaml", "segments:\n", "# A comment.\nsegments:\n")
    assert real.identity == before


def test_changed_weather_is_another_run(folder: Path) -> None:
    real = Real(folder, CALENDAR)
    without = real.identity
    (folder / "weather.csv").write_text(WEATHER)
    (folder / "segspark.yaml").write_text(
        (folder / "segspark.yaml").read_text() + "\ncalendar: {weather: weather.csv}\n"
    )
    rainy = real.identity
    assert rainy != without
    assert real.identity == rainy
    real.edit("weather.csv", "rain,12", "rain,13")
    assert real.identity != rainy
    real.edit("weather.csv", "rain,13", "rain,12")
    assert real.identity == rainy


def test_decisions_about_groups_are_another_run(folder: Path) -> None:
    real = Real(folder, OVERRIDES)
    ids = [real.identity]
    for text in ("decisions: [{split: behaviour-1}]", "decisions: [{merge: [behaviour-1, behaviour-2]}]"):
        (folder / "decisions.yaml").write_text(text)
        ids.append(real.identity)
    assert len(set(ids)) == 3
    (folder / "decisions.yaml").unlink()
    assert real.identity == ids[0]


def test_a_feature_of_ones_own_is_another_run(folder: Path) -> None:
    real = Real(folder, CATALOGUE)
    before = real.identity
    (folder / "segspark.yaml").write_text(
        (folder / "segspark.yaml").read_text() + "\nfeatures: {windows: [7, 30, 90, 365, 3]}\n"
    )
    assert real.identity != before


def test_a_new_model_is_another_run_of_what_looks_it_up(folder: Path) -> None:
    registry = Registry(open_workspace(folder, {}))
    looked_up = (model_in_use(CHURN), BEHAVIOUR_MODEL, ACTIVE_CLUSTERING)

    def identities() -> dict[str, str]:
        return {each.name: Real(folder, each).identity for each in looked_up}

    def changed(do: Callable[[], object]) -> set[str]:
        before = identities()
        do()
        return {name for name, identity in identities().items() if identity != before[name]}

    groups = {"behaviour_model", "active_clustering"}
    assert changed(lambda: registry.register("churn", DAY - ONE, "aa")) == {"churn_model"}
    assert changed(lambda: registry.register("behaviour", DAY - ONE, "bb")) == groups
    # It has seen the day: it may not speak about it, and the first one still does.
    assert changed(lambda: registry.register("churn", DAY + ONE, "cc")) == set()
    assert changed(lambda: registry.register("behaviour", DAY + ONE, "dd")) == set()
    assert changed(lambda: registry.register("churn", DAY, "ee")) == {"churn_model"}
    assert changed(lambda: registry.register("behaviour", DAY, "ff")) == groups
    # Neither a challenger changes anything nor a model of something else.
    assert changed(lambda: registry.register("churn", DAY, "gg", champion=False)) == set()
    assert changed(lambda: registry.register("other", DAY, "hh")) == set()
    decisions = folder / "decisions.yaml"
    assert changed(lambda: decisions.write_text("decisions: [{split: behaviour-1}]")) == {"active_clustering"}


# Running and skipping -----------------------------------------------------------------------------------------------


def test_a_run_is_recorded_with_what_it_read_and_wrote(workspace: Workspace, lake: SparkLake) -> None:
    play = flow(Playing(), reads_earlier=(SHELVES.name,))
    assert run(play, workspace, lake) == {"n": 1}
    (row,) = runs_of(lake).rows("play")
    assert (row["state"], row["as_of_date"]) == ("done", DAY)
    assert json.loads(row["inputs"]) == {BOXES.name: 1, SHELVES.name: None}
    assert json.loads(row["outputs"]) == {"versions": {TOYS.name: lake.version(TOYS)}, "n": 1}
    assert row["duration_s"] >= 0
    # Nothing says that it is skipped: it runs again.
    assert run(play, workspace, lake) == {"n": 2}
    assert len(runs_of(lake).rows("play")) == 2


def test_a_run_that_failed_is_not_recorded_as_done(workspace: Workspace, lake: SparkLake) -> None:
    def failing(step: Step) -> None:
        raise ValueError("wrong")

    for each, states in ((flow(failing), []), (skipping(failing, name="skipping"), ["started"])):
        with pytest.raises(ValueError, match="wrong"):
            run(each, workspace, lake)
        assert [r["state"] for r in runs_of(lake).rows(each.name)] == states


def test_an_unchanged_flow_is_skipped_and_tells_what_it_told(workspace: Workspace, lake: SparkLake) -> None:
    told: list[tuple[str, str]] = []
    progress = type("Told", (Quiet,), {"stage": lambda self, name, s, rows, note: told.append((name, note))})()
    play, box = Playing(), Box()
    one = skipping(play, box.resource)
    assert run_flow(one, workspace, lake, DAY, progress) == {"n": 1}
    assert [r["state"] for r in runs_of(lake).rows("play")] == ["started", "done"]
    assert run_flow(one, workspace, lake, DAY, progress) == {"n": 1}
    assert play.n == 1
    assert told == [("play", "unchanged since its last run for this day")]
    assert len(runs_of(lake).rows("play")) == 2
    assert box.n_resolved == 0


Change = Callable[[Workspace, SparkLake, Box, pytest.MonkeyPatch], Workspace | None]


def _other_configuration(workspace: Workspace, *_: Any) -> Workspace:
    return workspace.model_copy(update={"language": "en"})


def _read_table(_: Workspace, lake: SparkLake, *__: Any) -> None:
    lake.append_small(BOXES, boxes("blue"), "more")


def _read_earlier(_: Workspace, lake: SparkLake, *__: Any) -> None:
    lake.append_small(SHELVES, boxes("top"), "more")


def _resource(_: Workspace, __: SparkLake, box: Box, ___: Any) -> None:
    box.value = "blue"


def _shape(_: Workspace, __: SparkLake, ___: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, TOYS.with_columns([optional("price", "bigint", "Cents")]))


@pytest.mark.parametrize("change", [_other_configuration, _read_table, _read_earlier, _resource, _shape])
def test_a_flow_runs_again_after_any_change_and_once_only(
    workspace: Workspace, lake: SparkLake, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    play, box = Playing(), Box()
    one = skipping(play, box.resource, reads_earlier=(SHELVES.name,))
    run(one, workspace, lake)
    changed = change(workspace, lake, box, monkeypatch) or workspace
    assert run(one, changed, lake) == {"n": 2}
    assert run(one, changed, lake) == {"n": 2}
    assert play.n == 2


def test_another_request_is_another_run(workspace: Workspace, lake: SparkLake) -> None:
    play = Playing()
    one = skipping(play)
    for request, n in ((None, 1), (Request(), 1), (Request(is_provisional=True), 2), (Request(is_provisional=True), 2)):
        assert run(one, workspace, lake, request) == {"n": n}
    assert run(one, workspace, lake, Request()) == {"n": 3}
    # What a flow asks for by itself is the same as if it were asked of it.
    assert run(replace(one, request=Request(is_provisional=True)), workspace, lake) == {"n": 4}
    assert run(one, workspace, lake, Request(is_provisional=True)) == {"n": 4}


def test_another_day_is_another_run_and_the_first_one_stays(workspace: Workspace, lake: SparkLake) -> None:
    play = Playing()
    one = skipping(play)
    for day, n in ((DAY, 1), (DAY + ONE, 2), (DAY, 1), (DAY + ONE, 2)):
        assert run_flow(one, workspace, lake, day) == {"n": n}


def test_records_of_other_runs_change_nothing(workspace: Workspace, lake: SparkLake) -> None:
    play = Playing()
    one = skipping(play, reads=(BOXES.name, ops.RUNS.name, ops.LEDGER.name))
    assert run(one, workspace, lake) == {"n": 1}
    record(lake, run_id="x", flow="other", as_of=DAY, state="done")
    assert run(one, workspace, lake) == {"n": 1}


def test_a_table_that_is_gone_or_older_is_written_again(workspace: Workspace, lake: SparkLake) -> None:
    play = Playing()
    one = skipping(play)
    run(one, workspace, lake)
    lake.folder(TOYS).delete_tree()
    assert run(one, workspace, lake) == {"n": 2}
    lake.folder(TOYS).delete_tree()
    Lake(lake.store).create(TOYS)
    assert run(one, workspace, lake) == {"n": 3}


class Killed(BaseException):
    pass


def kill(one: Flow, workspace: Workspace, lake: SparkLake, request: Request | None = None) -> None:
    """A run that wrote and did not end."""

    def function(step: Step) -> None:
        one.function(step)
        raise Killed

    with pytest.raises(Killed):
        run(replace(one, function=function), workspace, lake, request)


def test_what_a_killed_run_under_another_configuration_wrote_is_written_again(
    workspace: Workspace, lake: SparkLake
) -> None:
    one = skipping(Playing())
    run(one, workspace, lake)
    kill(one, _other_configuration(workspace), lake)
    assert run(one, workspace, lake) == {"n": 3}
    assert run(one, workspace, lake) == {"n": 3}


def test_a_killed_run_with_new_inputs_is_run_again(workspace: Workspace, lake: SparkLake) -> None:
    one = skipping(Playing())
    run(one, workspace, lake)
    lake.append_small(BOXES, boxes("blue"), "more")
    kill(one, workspace, lake)
    assert run(one, workspace, lake) == {"n": 3}


def test_what_a_killed_run_with_another_resource_wrote_is_written_again(workspace: Workspace, lake: SparkLake) -> None:
    box = Box()
    one = skipping(Playing(), box.resource)
    run(one, workspace, lake)
    box.value = "blue"
    kill(one, workspace, lake)
    # The rules, say, are put back as they were: the rows of the day are still those of the killed run.
    box.value = "red"
    assert run(one, workspace, lake) == {"n": 3}


def test_what_a_killed_run_of_another_request_wrote_is_written_again(workspace: Workspace, lake: SparkLake) -> None:
    one = skipping(Playing())
    run(one, workspace, lake, Request(is_provisional=True))
    kill(one, workspace, lake)
    assert run(one, workspace, lake, Request(is_provisional=True)) == {"n": 3}
