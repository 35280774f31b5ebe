"""Nothing that is planted in undeclared fields stands in a byte of what segspark leaves, whatever it was asked to do.

Days are run, models trained, a report written, people exported; commands are called that tell, and some that fail. Then
every file is decoded and searched: tables, Delta logs, vault, staging, MLflow, Spark's event log, temporary files,
exports, reports, what was printed, and the arguments of the processes. How the search itself is tested:
tests/app/test_scanner.py.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from app.planted import BUYERS, CORES, FIRST, SECOND, addresses, hidden, planted_workspace
from builders import segment_named
from pyspark.sql import SparkSession

from benchmarks.byte_scan import Tokens, files_in, search
from benchmarks.decoded import texts_of
from segspark.activation.audience import export_audience
from segspark.app.run import run_named
from segspark.app.workspace import open_workspace
from segspark.pipeline.progress import Quiet
from segspark.tables.contracts import ops
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

# Of the workspace's folder; what people and their shop put there themselves.
GIVEN = frozenset(("data", "sources"))
# The title of a product, which is kept.
DECLARED = "Robe"
EVENT_LOG = """
spark:
  options: {{spark.eventLog.enabled: "true", spark.eventLog.dir: "{folder}", spark.eventLog.compress: "true"}}
"""


@dataclass
class Ran:
    """A workspace after everything, what was printed by each command, and where temporary files would be."""

    folder: Path
    printed: Path
    temporary: Path
    arguments: list[str] = field(default_factory=list)

    def ask(self, *command: str, exit_code: int | None = 0) -> str:
        """Run a command as a program of its own; what it prints is kept as a file."""
        given = [*command, "--config", str(self.folder)]
        environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(Path(__file__).parents[2])}
        with watched(self.arguments):
            done = subprocess.run(
                [sys.executable, "-m", "segspark.cli.main", *given],
                capture_output=True, text=True, env=environment, cwd=self.temporary, check=False,
            )  # fmt: skip
        name = f"{len(list(self.printed.iterdir())):02}-{'-'.join(command[:2])}.txt"
        (self.printed / name).write_text(done.stdout + done.stderr)
        assert exit_code in (done.returncode, None), (command, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def places(self) -> list[Path]:
        mine = [path for path in self.folder.iterdir() if path.name not in GIVEN and path.name != "exports"]
        return [*mine, self.printed, self.temporary]


@contextmanager
def watched(arguments: list[str]) -> Iterator[None]:
    """Note the arguments of every process of this machine while something runs, as anybody could."""
    is_over = threading.Event()

    def look() -> None:
        seen = set()
        while not is_over.wait(0.2):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue
        arguments.extend(line for line in seen if "segspark" in line or "spark" in line)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


@pytest.fixture(scope="module")
def ran(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    top = tmp_path_factory.mktemp("scanned")
    workspace = planted_workspace(top / "w")
    made = Ran(workspace.folder, top / "printed", top / "tmp")
    for folder in (made.printed, made.temporary, made.folder / "events"):
        folder.mkdir()
    workspace = open_workspace(workspace.folder, {})
    lake = SparkLake(workspace.lake, spark)
    for flow in ("daily", "train"):
        run_named(flow, workspace, lake, FIRST, progress=Quiet())
    settings = made.folder / "segspark.yaml"
    settings.write_text(settings.read_text() + EVENT_LOG.format(folder=made.folder / "events"))
    made.ask("run", "daily", "--as-of", str(SECOND))
    made.ask("report", "--as-of", str(SECOND), "--language", "fr")
    made.ask("report", "--as-of", str(SECOND), "--language", "en")
    # With this process's session, as another would need its memory beside it.
    with (made.printed / "export.txt").open("w") as out, redirect_stdout(out), redirect_stderr(out):
        print(export_audience(workspace, lake, segment_named(workspace, lake, "buyers"), None))
    _look_around(made)
    _fail(made)
    return made


def _look_around(made: Ran) -> None:
    for command in (
        ["tables"], ["segments", "list"], ["segments", "show", "buyers"], ["segments", "decisions"],
        ["segments", "diff", f"buyers@{FIRST}", "buyers"], ["quarantine", "list"], ["quarantine", "show", "s_csv"],
        ["quarantine", "show", "s_mailgun", "--json"],
    ):  # fmt: skip
        made.ask(*command)
    made.ask("doctor", "--deep", exit_code=None)
    made.ask("sources", "check", "--json", exit_code=None)


def _fail(made: Ran) -> None:
    """Commands and runs that end with an error; the person who asks knows the address, the messages do not repeat it."""
    made.ask("segments", "explain", hidden(9), exit_code=2)
    made.ask("segments", "show", "byers", exit_code=2)
    source = made.folder / "sources" / "s_csv.yaml"
    written = source.read_text()
    source.write_text(written.replace("order_id: id", "order_id: '{{ id::int + }}'"))
    made.ask("sources", "check", "s_csv", exit_code=None)
    source.write_text(written.replace("amount: total", "amount: x_name"))
    # All of them: a JVM starts for each check.
    made.ask("sources", "check", exit_code=None)
    made.ask("quarantine", "replay", "--as-of", str(SECOND), exit_code=None)
    source.write_text(written)
    # The key is gone.
    key = made.folder / ".segspark-key"
    kept = key.rename(key.with_name("kept"))
    made.ask("run", "daily", "--as-of", str(SECOND), exit_code=None)
    kept.rename(key)


def test_every_outcome_is_there(ran: Ran) -> None:
    ledger = Lake(open_workspace(ran.folder, {}).lake).read_small(ops.LEDGER).to_pylist()
    words = {row["disposition"] for row in ledger if row["source"].startswith("s_")}
    assert {"accepted", "duplicate", "ignored", "quarantined", "withheld"} <= words


def test_every_place_is_there(ran: Ran) -> None:
    names = {str(path.relative_to(ran.folder)) for path in files_in([ran.folder])}
    for place in ("lake/privacy/identities/", "lake/bronze/quarantine/_delta_log/", "mlflow-artifacts/", "events/",
                  "reports/", "exports/", "mlflow.db"):  # fmt: skip
        assert any(name.startswith(place) for name in names), (place, sorted(names)[:50])
    assert any("MLmodel" in name for name in names)
    assert len(list(ran.printed.iterdir())) > 15
    assert any("java" in line for line in ran.arguments)


@dataclass(frozen=True)
class Found:
    """(text, file) of what stands in a file or in its name: parts of what is planted, and tokens."""

    planted: set[tuple[str, str]]
    tokens: set[tuple[str, str]]


@pytest.fixture(scope="module")
def found(ran: Ran) -> Found:
    """One pass over all places, as decoding a file takes longer than any search in it."""
    wanted, planted, tokens = Tokens({*addresses(), DECLARED}), set(), set()
    for path in files_in(ran.places()):
        for text in (str(path), *texts_of(path)):
            planted |= {(core, str(path)) for core in planted_in([text])}
            tokens |= {(token, str(path)) for token in wanted.within(text)}
    return Found(planted, tokens)


def test_nothing_planted_stands_in_any_file(found: Found) -> None:
    assert found.planted == set()


def planted_in(texts: Iterable[str]) -> set[str]:
    return {core for text in texts for core in CORES if core in text.lower()}


def test_no_address_of_anybody_and_no_hash_of_one_stands_outside_an_export(found: Found) -> None:
    assert {(token, path) for token, path in found.tokens if token != DECLARED} == set()


def test_an_export_holds_the_addresses_it_is_made_for_and_nothing_else(ran: Ran) -> None:
    (path,) = (ran.folder / "exports").glob("*.csv")
    found = {token for token, _ in search([path], addresses())}
    assert len(found & {f"zqbuyer{n:02}@exemple.fr" for n in range(BUYERS)}) > BUYERS // 2
    assert planted_in(texts_of(path)) == set()
    (manifest,) = (ran.folder / "exports").glob("*.manifest.json")
    assert search([manifest], addresses()) == []
    assert planted_in(texts_of(manifest)) == set()


def test_nobody_else_on_the_machine_sees_an_address_among_the_arguments(ran: Ran) -> None:
    # The one who explains a person names it.
    others = [line for line in ran.arguments if " explain " not in line]
    assert planted_in(others) == set()
    assert Tokens(addresses()).within("\n".join(others)) == set()


def test_no_temporary_file_is_left(ran: Ran) -> None:
    assert files_in([ran.temporary]) == []
    scratch = ran.folder / ".segspark-scratch"
    assert [str(p) for p in files_in([scratch])] == []


def test_the_search_finds_what_is_there(ran: Ran, found: Found) -> None:
    # What is declared is in the tables, so that the search is not blind.
    lake = str(ran.folder / "lake") + os.sep
    assert any(token == DECLARED and path.startswith(lake) for token, path in found.tokens)
    assert planted_in(text for path in files_in([ran.folder / "data"]) for text in texts_of(path)) == set(CORES)
