"""The demo makes a folder of its own, says what to do next, and measures what it found; a slow test runs one."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import make_workspace, stored_shop
from click.testing import CliRunner
from mlflow import MlflowClient
from pyspark.sql import SparkSession

from segspark.app import demo
from segspark.app.demo import Demo, in_most_segments, people_of_truth, run_demo, types_found
from segspark.app.train import FAILED, TrainingFailed
from segspark.app.workspace import open_workspace
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.demo.generate import AS_OF
from segspark.errors import ConfigError
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runs import record
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.time import DAY

TYPES = {"ann": "bargain", "bob": "bargain", "eve": "loyal", "zoe": "loyal"}


NUMBERS = {"people": 10, "events": 20, "seed": 3}
DEMO = Demo("reports/demo.html", 0.5, "ann@example.com")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConfigError, match="not empty and no demo workspace"):
        run_demo(tmp_path, people=1, events=1, seed=1, progress=Quiet())
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


# The flows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def did(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a demo does, in order; the flows only leave the records of their runs."""
    did: list[Any] = []

    @contextmanager
    def session(workspace: Workspace, what: str, is_short: bool) -> Iterator[SparkLake]:
        yield SparkLake(workspace.lake, None)  # type: ignore[arg-type]
        did.append("closed")

    def drawn(folder: Path, **numbers: int) -> Any:
        did.append(("drawn", numbers))
        (folder / "truth" / "people.parquet").touch()
        return type("Summary", (), {"records": {"orders": 3}})()

    def flow(name: str) -> Any:
        def run(workspace: Workspace, lake: SparkLake, day: date, progress: Quiet) -> None:
            did.append((name, day))
            record(lake, run_id=f"{name}-{day}", flow=name, as_of=day, state="done", outputs={})

        return run

    monkeypatch.setattr(demo, "check_workspace", lambda workspace, day: did.append(("checked", day)))
    monkeypatch.setattr(demo, "lake_session", session)
    monkeypatch.setattr(demo, "warm_up", lambda spark: None)
    monkeypatch.setattr(demo, "generate", drawn)
    monkeypatch.setattr(demo, "people_of_truth", lambda workspace, lake: [])
    monkeypatch.setattr(demo, "types_found", lambda known, lake: 0.5)
    monkeypatch.setattr(demo, "in_most_segments", lambda known, lake: "ann@example.com")
    monkeypatch.setattr(demo, "write_day_report", lambda *_: did.append("reported") or "report.html")
    monkeypatch.setattr(demo, "train", flow("train"))
    monkeypatch.setattr(demo, "daily", flow("daily"))
    return did


WHOLE = [
    ("checked", AS_OF), ("drawn", NUMBERS), ("train", AS_OF - DAY), ("daily", AS_OF - DAY), ("daily", AS_OF), "closed",
    "reported",
]  # fmt: skip


def test_a_demo_is_trained_on_the_day_before_and_runs_its_last_two_days(tmp_path: Path, did: list[Any]) -> None:
    done = run_demo(tmp_path / "demo", **NUMBERS, progress=Quiet())
    assert (done.rand, done.email, done.report) == (0.5, "ann@example.com", "report.html")
    assert did == WHOLE
    assert (tmp_path / "demo" / "segspark.yaml").is_file()


def test_a_complete_demo_gets_its_report_once_more_and_runs_nothing(tmp_path: Path, did: list[Any]) -> None:
    run_demo(tmp_path, **NUMBERS, progress=Quiet())
    run_demo(tmp_path, **NUMBERS, progress=Quiet())
    assert did == [*WHOLE, "reported"]


def test_an_interrupted_demo_is_carried_on_and_not_trained_again(
    tmp_path: Path, did: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(workspace: Workspace, lake: SparkLake, day: date, progress: Quiet) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(demo, "daily", killed)
        with pytest.raises(KeyboardInterrupt):
            run_demo(tmp_path, **NUMBERS, progress=Quiet())
    assert did.pop() == ("train", AS_OF - DAY)
    did.clear()
    run_demo(tmp_path, **NUMBERS, progress=Quiet())
    assert did == [step for step in WHOLE if step[0] not in ("drawn", "train")]


def test_a_training_that_failed_is_run_again(tmp_path: Path, did: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(workspace: Workspace, lake: SparkLake, day: date, progress: Quiet) -> None:
        outputs = {FAILED: {"churn": {"error": "OSError: full", "exit_code": 4}}}
        record(lake, run_id="train", flow="train", as_of=day, state="done", outputs=outputs)
        raise TrainingFailed(outputs[FAILED])

    with monkeypatch.context() as patched:
        patched.setattr(demo, "train", failing)
        with pytest.raises(TrainingFailed):
            run_demo(tmp_path, **NUMBERS, progress=Quiet())
    run_demo(tmp_path, **NUMBERS, progress=Quiet())
    assert ("train", AS_OF - DAY) in did


@pytest.mark.parametrize("other", [{"people": 50}, {"events": 900}, {"seed": 4}])
def test_a_demo_of_other_numbers_is_refused(tmp_path: Path, did: list[Any], other: dict[str, int]) -> None:
    run_demo(tmp_path, **NUMBERS, progress=Quiet())
    did.clear()
    with pytest.raises(ConfigError, match=r"holds a demo of 10 people, 20 records and seed 3.*Choose another folder"):
        run_demo(tmp_path, **{**NUMBERS, **other}, progress=Quiet())
    assert not did


def test_a_demo_that_does_not_say_its_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    with pytest.raises(ConfigError, match="earlier version"):
        run_demo(tmp_path, **NUMBERS, progress=Quiet())


# What is said at the end ------------------------------------------------------------------------------------------


def test_what_to_do_next_is_said_in_three_lines_with_the_programs_and_the_folder_as_typed() -> None:
    lines = DEMO.what_next(Path("my demo"), ".venv/bin/segspark")
    assert lines == (
        f"Open the report:  {Path('reports/demo.html').resolve().as_uri()}",
        "Open the models:  .venv/bin/segspark mlflow --config 'my demo'",
        "Try next:         .venv/bin/segspark segments explain ann@example.com --config 'my demo' --language en; "
        ".venv/bin/segspark report --config 'my demo' --language en",
    )


def test_the_options_say_the_small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def run(folder: Path, **numbers: Any) -> Demo:
        asked.append((folder, numbers["people"], numbers["events"], numbers["seed"]))
        return DEMO

    monkeypatch.setattr(demo, "run_demo", run)
    shown = CliRunner().invoke(cli, ["demo"])
    assert asked == [(Path("demo-workspace"), 10_000, 200_000, 7)]
    assert [line.split(":")[0] for line in shown.output.splitlines()] == [
        "Open the report",
        "Open the models",
        "Try next",
    ]
    for option in ("--people", "--events"):
        assert CliRunner().invoke(cli, ["demo", option, "0"]).exit_code == 2


def test_every_command_that_is_named_can_be_typed(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "my shop")
    left = Demo(str(tmp_path / "page.html"), 0.5, "ann@example.com")
    _, models, more = (line.split(":", 1)[1].strip() for line in left.what_next(workspace.folder))
    _, *served = shlex.split(models)
    assert served[0] in cli.commands
    assert cli.commands["mlflow"].make_context("mlflow", served[1:]).params["config"] == workspace.folder
    (_, *explain), (_, *report) = (shlex.split(command) for command in more.split(";"))
    load_key(workspace.keys.environment, workspace.keys.file)
    # The stored days know no address; query/test_explain.py explains somebody.
    assert "address is not known" in str(CliRunner().invoke(cli, explain).exception)
    assert CliRunner().invoke(cli, report).output.strip().endswith(".en.html")


@pytest.mark.slow
def test_what_a_small_demo_says_to_do_next_can_be_done(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def shown(*arguments: str) -> str:
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    said = shown("demo", "my shop", "--people", "60", "--events", "1200").splitlines()[-3:]
    report, models, more = (line.split(":", 1)[1].strip() for line in said)
    page = Path(unquote(urlsplit(report).path))
    assert page.parent == tmp_path / "my shop" / "reports"
    assert "<html" in page.read_text()

    uri = open_workspace(tmp_path / "my shop").mlflow.tracking_uri
    assert "demo_behaviour" in {m.name for m in MlflowClient(uri).search_registered_models()}

    commands = [shlex.split(command) for command in more.split(";")]
    assert {Path(program).name for program, *_ in commands} == {"segspark"}
    explained, in_english = (shown(*arguments) for _, *arguments in commands)
    assert {line.split(":")[0] for line in explained.splitlines() if line[0] != " "} >= {"behaviour", "levels", "rules"}
    assert Path(in_english.strip()).name == f"demo-{AS_OF}.en.html"

    assert shown("demo", "my shop", "--people", "60", "--events", "1200").splitlines()[-3:] == said


# What was found ---------------------------------------------------------------------------------------------------


def fill(lake: SparkLake, contract: Contract, rows: list[dict[str, Any]]) -> None:
    """Rows of a few columns; what else is required gets some value of its type."""
    some = {
        "timestamp": datetime(2026, 5, 1, tzinfo=UTC),
        "string": "x",
        "date": AS_OF,
        "boolean": False,
        "bigint": 0,
        "int": 0,
    }
    needed = {c.name: some.get(c.type) for c in contract.columns if c.required}
    lake.append_small(contract, pa.Table.from_pylist([{**needed, **row} for row in rows]), contract.name)


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ({"ann": "1", "bob": "1", "eve": "2", "zoe": "2"}, 1.0),
        # Whoever no model has grouped does not count: in no group, or in that of people who never acted.
        ({"ann": "1", "bob": "1", "eve": "2"}, 1.0),
        ({"ann": "1", "bob": "1", "eve": "2", "zoe": "never:active"}, 1.0),
        ({"ann": "1", "bob": "2", "eve": "1", "zoe": "2"}, -0.5),
    ],
)
def test_groups_are_compared_with_the_hidden_types_by_person(
    tmp_path: Path, groups: dict[str, str], found: float
) -> None:
    workspace: Workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, None)  # type: ignore[arg-type]
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    ids = {name: pseudonyms.identifier_id("email", f"{name}@example.com") for name in TYPES}
    (workspace.folder / "truth").mkdir()
    truth = pa.table({"email": [f"{name}@example.com" for name in TYPES], "type": list(TYPES.values())})
    pq.write_table(truth, workspace.folder / "truth" / "people.parquet")
    fill(lake, silver.IDENTITY_LINKS, [{"identifier_id": i, "person_id": f"p-{n}"} for n, i in ids.items()])
    mine = [
        {"person_id": f"p-{n}", "segment_id": g, "branch_id": g, "scheme": "behaviour", "segment_date": AS_OF}
        for n, g in groups.items()
    ]
    fill(lake, gold.SEGMENTS, [*mine, {**mine[0], "scheme": "levels", "segment_id": "other"}])
    known = people_of_truth(workspace, lake)
    assert types_found(known, lake) == pytest.approx(found)
    # The first of those who are in two segments.
    assert in_most_segments(known, lake) == "ann@example.com"
