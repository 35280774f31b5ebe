"""From a workspace's file to a finished flow: what is checked when, in which order flows run, what is told."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace, store_rows

from segspark.app import run as app
from segspark.app.run import backfill, check_workspace, daily, hourly, lake_session, run, run_named, train
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, ConfigError, GateClosed, InfrastructureError, SegsparkError
from segspark.features.check import WHOLE_ON
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runs import record, runs_of
from segspark.pipeline.step import Step
from segspark.segments.validation_errors import DefinitionError
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer
from segspark.tables.lease_files import read_newest

# A Wednesday.
DAY = date(2026, 5, 6)
ONE = timedelta(days=1)


class Told(Quiet):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(autouse=True)
def no_executors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sessions of these tests are none."""
    monkeypatch.setattr(app, "check_cluster", lambda *_: None)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    return SparkLake(workspace.lake, None)  # type: ignore[arg-type]


class Flows:
    """Flows in place of the real ones, and what ran of them."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, date, Request]] = []

    def flow(self, name: str, function: Callable[[Step], None] | None = None, **more: Any) -> Flow:
        def work(step: Step) -> None:
            self.ran.append((name, step.as_of, step.request))
            step.outcome[name] = True
            if function is not None:
                function(step)

        return Flow(name, (), (), work, **more)

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.ran]


@pytest.fixture
def flows(monkeypatch: pytest.MonkeyPatch) -> Flows:
    made = Flows()
    for name in (
        "INGEST",
        "TILES",
        "FEATURES",
        "FEATURES_BACKFILL",
        "SCORES",
        "SEGMENTS",
        "TRAIN",
        "REPAIR",
        "RESTATE",
        "MONITORING",
        "WITHDRAWALS",
        "BITS",
    ):
        monkeypatch.setattr(app, name, made.flow(name.lower()))
    monkeypatch.setattr(app, "DAILY", tuple(made.flow(n) for n in ("ingest", "tiles", "features")))
    monkeypatch.setattr(app, "HOURLY", tuple(made.flow(n) for n in ("ingest", "tiles")))
    monkeypatch.setattr(app, "SINGLE", {"ingest": app.INGEST, "repair": app.REPAIR, "restate": app.RESTATE})
    monkeypatch.setattr(app, "check_environment", lambda lake: None)
    return made


def publish(lake: SparkLake, *days: date) -> None:
    for day in days:
        record(lake, run_id=str(day), flow="daily", as_of=day, state="done")


# Checks ------------------------------------------------------------------------------------------------------------


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("a JVM starts")


@pytest.mark.parametrize(
    ("file", "text", "error", "told"),
    [
        ("segspark.yaml", "nam: x", ConfigError, "Did you mean name"),
        ("sources/orders.yaml", "name: orders\nkind: unknown", ConfigError, "orders.yaml"),
        (
            "rules.yaml",
            "segments:\n  - {name: a, title: {fr: a, en: a}, when: n_nothing > 1}",
            DefinitionError,
            "n_nothing",
        ),
        ("segspark.yaml", "calendar: {weather: none.csv}", ConfigError, "calendar.weather"),
    ],
)
def test_a_workspace_is_wholly_checked_before_a_jvm_starts_and_the_lake_is_touched(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, file: str, text: str, error: type[SegsparkError], told: str
) -> None:
    monkeypatch.setattr(app, "session_for", never)
    (workspace.folder / file).write_text(text)
    with pytest.raises(error, match=told) as refused:
        run("daily", workspace.folder, DAY)
    assert refused.value.exit_code == 2
    assert not Path(str(workspace.lake)).exists()


def test_checks_come_in_the_order_of_what_they_cost_and_the_machine_last(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("load_sources", "definitions_of", "calendar_context_of"):
        monkeypatch.setattr(app, name, lambda _, name=name: asked.append(name))

    def machine(lake: Any) -> None:
        asked.append("check_environment")
        raise InfrastructureError("no Java")

    monkeypatch.setattr(app, "check_environment", machine)
    monkeypatch.setattr(app, "session_for", never)
    with pytest.raises(InfrastructureError, match="no Java"):
        run("daily", workspace.folder, DAY)
    assert asked == ["load_sources", "definitions_of", "calendar_context_of", "check_environment"]
    monkeypatch.setattr(app, "check_environment", lambda lake: asked.append(str(lake)))
    check_workspace(workspace, DAY)
    assert asked[-1] == str(workspace.lake)


def test_a_second_writer_is_told_before_a_jvm_starts(
    workspace: Workspace, lake: SparkLake, monkeypatch: pytest.MonkeyPatch, flows: Flows
) -> None:
    monkeypatch.setattr(app, "session_for", never)
    with only_writer(lake.store, "vacuum"), pytest.raises(InfrastructureError, match="Another run writes to this lake"):
        run("daily", workspace.folder, DAY)
    assert flows.ran == []


def test_a_lake_is_opened_with_its_lease_and_a_session_that_says_what_for(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "session_for", lambda workspace, name, is_short: (name, is_short))
    with lake_session(workspace, f"daily {DAY}") as lake:
        assert lake.spark == (f"segspark small daily {DAY}", False)
        assert not read_newest(lake.store).is_free
    assert read_newest(lake.store).is_free


@pytest.mark.parametrize(("program", "rows", "is_short"), [
    ("daily", 0, False), ("daily", 1, True), ("hourly", 1_000_000, True), ("ingest", 1, True),
    ("daily", 1_000_001, False), ("train", 1, False), ("backfill", 1, False),
])  # fmt: skip
def test_a_day_of_a_small_lake_leaves_the_optimising_compiler_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, flows: Flows, program: str, rows: int, is_short: bool
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(app, "session_for", lambda workspace, name, is_short: asked.append(is_short))
    monkeypatch.setattr(app, "run_named", lambda *_, **__: {})
    monkeypatch.setattr(app, "check_key", lambda *_: None)
    monkeypatch.setattr(Lake, "n_rows", lambda lake, contract: {"silver.events": rows}.get(contract.name, 0))
    run(program, workspace.folder, DAY)
    assert asked == [is_short]


def test_the_lease_is_given_back_after_an_error(
    workspace: Workspace, lake: SparkLake, monkeypatch: pytest.MonkeyPatch, flows: Flows
) -> None:
    monkeypatch.setattr(app, "session_for", lambda *_: None)
    with pytest.raises(GateClosed):
        run("hourly", workspace.folder, DAY)
    assert read_newest(lake.store).is_free


# Flows by name -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ran"),
    [
        ("ingest", ["ingest"]),
        ("daily", ["ingest", "tiles", "features", "monitoring", "bits"]),
        ("train", ["ingest", "tiles", "features", "train"]),
        ("repair", ["repair"]),
        ("restate", ["restate"]),
    ],
)
def test_flows_are_run_by_their_names(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch, name: str, ran: list[str]
) -> None:
    monkeypatch.setattr(app, "session_for", lambda *_: None)
    run(name, workspace.folder, DAY)
    assert flows.names == ran
    assert {day for _, day, _ in flows.ran} == {DAY}


def test_a_day_runs_its_flows_in_order_and_is_published_by_its_last_record(
    workspace: Workspace, lake: SparkLake, flows: Flows
) -> None:
    outcome = daily(workspace, lake, DAY, Told())
    assert flows.names == ["ingest", "tiles", "features", "monitoring", "bits"]
    assert outcome == {"as_of": DAY, "ingest": True, "tiles": True, "features": True, "monitoring": True, "bits": True}
    assert runs_of(lake).published_days() == [DAY]


def test_who_has_withdrawn_leaves_the_training_sets_once_the_day_is_published(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = []

    def fail(step: Step) -> None:
        published.extend(runs_of(lake).published_days())
        raise CheckFailed("a set is damaged")

    store_rows(lake, gold.TRAINING_SETS, {"dataset_id": "old", "person_id": "ann"})
    assert daily(workspace, lake, DAY, Told())["withdrawals"] is True
    assert flows.names == ["ingest", "tiles", "features", "withdrawals", "monitoring", "bits"]
    monkeypatch.setattr(app, "WITHDRAWALS", flows.flow("withdrawals", fail))
    # The day stands, and nobody is left in a set without being told of it.
    with pytest.raises(CheckFailed, match="a set is damaged"):
        daily(workspace, lake, DAY, Told())
    assert published == [DAY]


@pytest.mark.parametrize("flow", ["monitoring", "bits"])
def test_what_goes_beyond_the_day_is_done_once_it_is_published_and_cannot_stop_it(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    published = []

    def fail(step: Step) -> None:
        published.extend(runs_of(lake).published_days())
        raise CheckFailed("bins.json is not what was logged")

    monkeypatch.setattr(app, flow.upper(), flows.flow(flow, fail))
    told = Told()
    outcome = daily(workspace, lake, DAY, told)
    assert published == [DAY]
    assert outcome[f"{flow}_failed"] == "bins.json is not what was logged"
    assert any("the day is published" in note and "bins.json" in note for note in told.notes)
    # No run is recorded as done, so nobody takes it for done, and the other one runs.
    assert runs_of(lake).finished(flow) == []
    assert flows.names[-2:] == ["monitoring", "bits"]


@pytest.mark.parametrize("error", [InfrastructureError("the disk is full"), ValueError("a bug")])
def test_what_a_second_run_mends_and_what_is_a_bug_are_not_passed_over(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(step: Step) -> None:
        raise error

    monkeypatch.setattr(app, "MONITORING", flows.flow("monitoring", fail))
    with pytest.raises(type(error), match=str(error)):
        daily(workspace, lake, DAY, Told())
    assert runs_of(lake).published_days() == [DAY]


def test_a_day_that_fails_is_not_published(workspace: Workspace, lake: SparkLake, flows: Flows) -> None:
    def fail(step: Step) -> None:
        raise ValueError("wrong")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "DAILY", (flows.flow("first"), flows.flow("second", fail), flows.flow("third")))
        with pytest.raises(ValueError, match="wrong"):
            daily(workspace, lake, DAY, Told())
    assert flows.names == ["first", "second"]
    assert runs_of(lake).published_days() == []


def test_a_flow_that_may_runs_beside_the_next_and_ends_before_the_one_after(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, ended = threading.Barrier(2, timeout=30), []

    def check(step: Step) -> None:
        both.wait()
        threading.Event().wait(0.05)
        ended.append("check")

    def following(step: Step) -> None:
        both.wait()
        assert ended == []

    def last(step: Step) -> None:
        assert ended == ["check"]

    made = (
        flows.flow("check", check, runs_beside_next=True),
        flows.flow("following", following),
        flows.flow("last", last),
    )
    monkeypatch.setattr(app, "DAILY", made)
    outcome = daily(workspace, lake, DAY, Told())
    assert [k for k in outcome if k != "as_of"] == ["following", "check", "last", "monitoring", "bits"]


def test_an_error_beside_the_next_flow_keeps_the_day_from_being_published(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(step: Step) -> None:
        raise GateClosed("rows differ")

    monkeypatch.setattr(
        app, "DAILY", (flows.flow("check", fail, runs_beside_next=True), flows.flow("a"), flows.flow("b"))
    )
    with pytest.raises(GateClosed, match="rows differ"):
        daily(workspace, lake, DAY, Told())
    assert sorted(flows.names) == ["a", "check"]
    assert runs_of(lake).published_days() == []


# What is told ------------------------------------------------------------------------------------------------------


def notes_of(workspace: Workspace, lake: SparkLake, day: date = DAY) -> list[str]:
    told = Told()
    daily(workspace, lake, day, told)
    return told.notes


def test_days_that_were_left_out_are_named_with_what_makes_up_for_them(
    workspace: Workspace, lake: SparkLake, flows: Flows
) -> None:
    publish(lake, DAY - 3 * ONE)
    assert (
        f"{DAY - 2 * ONE} to {DAY - ONE} were not run; their events are in, and "
        f"`backfill --from {DAY - 2 * ONE} --to {DAY - ONE}` makes their segments"
    ) in notes_of(workspace, lake)
    # Neither the next day nor the same one again leaves any out.
    for day in (DAY + ONE, DAY + ONE):
        assert not any("were not run" in note for note in notes_of(workspace, lake, day))


def test_what_makes_a_day_empty_is_told(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = notes_of(workspace, lake)
    assert any(f"nobody is known before {DAY}" in note for note in told)
    assert any("no new records" in note for note in told)
    assert not any("no consent is recorded" in note for note in told)
    strict = workspace.model_copy(update={"consent": workspace.consent.model_copy(update={"assumed": ()})})
    (about,) = [note for note in notes_of(strict, lake) if "no consent is recorded" in note]
    assert "consent.assumed: [profiling, email_marketing]" in about
    monkeypatch.setattr(app, "DAILY", (flows.flow("full", lambda step: step.outcome.update(people=3, records=9)),))
    assert notes_of(workspace, lake) == []
    lake.create(silver.CONSENTS)
    assert any("no consent is recorded" in note for note in notes_of(strict, lake))


def test_files_that_nobody_names_are_removed_once_a_week(workspace: Workspace, lake: SparkLake, flows: Flows) -> None:
    removed = {}
    for n in range(7):
        day = DAY + n * ONE
        removed[day.weekday()] = "removed_files" in daily(workspace, lake, day, Told())
    assert removed == {weekday: weekday == WHOLE_ON for weekday in range(7)}


# Within the day ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ([], f"{DAY - ONE} is not published \\(no day is\\). Run: segspark run daily --as-of {DAY - ONE}"),
        ([DAY - 2 * ONE], f"{DAY - ONE} is not published \\(the last one is {DAY - 2 * ONE}\\)"),
        ([DAY - ONE, DAY], f"{DAY} is published and stays as it is. The next day is {DAY + ONE}"),
    ],
)
def test_an_hourly_run_wants_the_day_after_the_last_published_one(
    workspace: Workspace, lake: SparkLake, flows: Flows, published: list[date], told: str
) -> None:
    publish(lake, *published)
    with pytest.raises(GateClosed, match=told):
        hourly(workspace, lake, DAY, Told())
    assert flows.ran == []
    assert runs_of(lake).provisional_days() == set()


def test_an_hourly_run_is_provisional_from_its_first_moment_and_publishes_nothing(
    workspace: Workspace, lake: SparkLake, flows: Flows, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(lake, DAY - ONE)
    seen = []
    first = flows.flow("first", lambda step: seen.append(runs_of(lake).provisional_days()))
    monkeypatch.setattr(app, "HOURLY", (first, flows.flow("second")))
    outcome = hourly(workspace, lake, DAY, Told())
    assert seen == [{DAY}]
    assert {request.is_provisional for _, _, request in flows.ran} == {True}
    assert outcome == {"as_of": DAY, "is_provisional": True, "first": True, "second": True}
    assert runs_of(lake).published_days() == [DAY - ONE]
    assert runs_of(lake).provisional_days() == {DAY}


# Training and past days --------------------------------------------------------------------------------------------


def test_a_model_is_made_from_features_of_its_day_which_are_made_first_where_there_are_none(
    workspace: Workspace, lake: SparkLake, flows: Flows
) -> None:
    row = pa.table({"person_id": ["a"], "as_of_date": [DAY]})
    required = {c.name for c in gold.FEATURES.columns if c.required}
    assert required <= {"person_id", "as_of_date"}, "the row below lacks a column"
    lake.append_small(gold.FEATURES, row, "1")
    train(workspace, lake, DAY, Told())
    assert flows.names == ["train"]
    train(workspace, lake, DAY + ONE, Told())
    assert flows.names[1:] == ["ingest", "tiles", "features", "train"]
    # Those of a part of the day do not do.
    flows.ran.clear()
    record(lake, run_id="h", flow="hourly", as_of=DAY, state="started")
    train(workspace, lake, DAY, Told())
    assert flows.names == ["ingest", "tiles", "features", "train"]


def test_a_backfill_of_an_empty_lake_says_what_to_do_first(workspace: Workspace, lake: SparkLake, flows: Flows) -> None:
    with pytest.raises(GateClosed, match=f"has no events yet. Run: segspark run daily --as-of {DAY}") as refused:
        run_named("backfill", workspace, lake, DAY, first=DAY - ONE, progress=Told())
    assert refused.value.exit_code == 3
    assert flows.ran == []


def test_a_backfill_walks_all_days_at_once_and_then_each_day(
    workspace: Workspace, lake: SparkLake, flows: Flows
) -> None:
    lake.create(gold.ACTIVITY_DAILY)
    days = (DAY - ONE, DAY, DAY + ONE)
    told = backfill(workspace, lake, days[0], days[-1], Told())
    assert told == {"days": 3, "from": days[0], "to": days[-1]}
    assert flows.ran[:2] == [("tiles", days[-1], Request()), ("features_backfill", days[-1], Request(days=days))]
    assert [(name, day) for name, day, _ in flows.ran[2:]] == [(n, d) for d in days for n in ("scores", "segments")]
    # Nothing is taken in, and no day is published.
    assert "ingest" not in flows.names
    assert runs_of(lake).published_days() == []


def test_a_backfill_without_a_first_day_is_of_one_day(workspace: Workspace, lake: SparkLake, flows: Flows) -> None:
    lake.create(gold.ACTIVITY_DAILY)
    assert run_named("backfill", workspace, lake, DAY, progress=Told())["days"] == 1
