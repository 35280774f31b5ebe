"""A program tells of itself and of its flows where OpenLineage is configured, and runs the same wherever that leads."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from lineage.ol import by_job, configured, events_in, read_back, to_file
from pipeline.toys import BOXES, DAY, PERSON, TOYS, boxes, flow, know, lake_of, run, toys, workspace_at

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.lineage.run import lineage_of
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small

RUN = "01936f5a-7c80-7000-8000-000000000001"
ROOT = "01936f5a-7c80-7000-8000-000000000002"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    workspace = workspace_at(tmp_path)
    lake_of(workspace).append_small(BOXES, boxes("red"), "boxes")
    return workspace


def play(step: Step) -> None:
    step.write(TOYS, Small(toys(PERSON)), Append("once"))


def told(workspace: Workspace, *flows: Flow, environ: dict[str, str]) -> list[str]:
    """Run flows as the program "daily"; the sentences that are shown."""
    notes: list[str] = []
    with configured(workspace.folder, **environ), lineage_of(workspace, "daily", DAY, notes.append):
        for each in flows:
            run(each, workspace, lake_of(workspace))
    return notes


def test_a_program_and_its_flows_begin_and_end(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "events"
    assert told(workspace, flow(play), environ=to_file(file)) == []
    events = events_in(file)
    assert by_job(events) == {"toys.daily": ["START", "COMPLETE"], "toys.daily.play": ["START", "COMPLETE"]}
    assert len({event["run"]["runId"] for event in events}) == 2
    for event in events:
        read_back(event)
        assert event["job"]["namespace"] == "segspark"
        assert event["run"]["facets"]["nominalTime"]["nominalStartTime"] == "2026-05-06T00:00:00+02:00"
        assert event["run"]["facets"]["processing_engine"]["name"] == "spark"
        assert event["producer"].startswith("urn:segspark:")
    first, begun, done, _ = events
    assert [dataset["name"] for dataset in begun["inputs"]] == [f"{workspace.lake}/silver/boxes"]
    assert begun["outputs"] == []
    assert [dataset["name"] for dataset in done["outputs"]] == [f"{workspace.lake}/gold/toys"]
    assert done["run"]["facets"]["parent"]["run"]["runId"] == first["run"]["runId"]
    assert done["run"]["facets"]["parent"]["job"]["name"] == "toys.daily"
    assert done["run"]["facets"]["tags"]["tags"][0]["key"] == "segspark.run_id"


def test_a_flow_that_only_closes_a_program_is_not_told_of(workspace: Workspace, tmp_path: Path) -> None:
    told(workspace, flow(name="daily", reads=(), writes=()), environ=to_file(tmp_path / "events"))
    assert by_job(events_in(tmp_path / "events")) == {"toys.daily": ["START", "COMPLETE"]}


def test_a_failure_is_told_without_its_words(workspace: Workspace, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        raise GateClosed("canary@example.com is refused")

    file = tmp_path / "events"
    with pytest.raises(GateClosed):
        told(workspace, flow(stop), environ=to_file(file))
    assert by_job(events_in(file)) == {"toys.daily": ["START", "FAIL"], "toys.daily.play": ["START", "FAIL"]}
    errors = [e["run"]["facets"]["errorMessage"] for e in events_in(file) if e["eventType"] == "FAIL"]
    assert {error["message"] for error in errors} == {'{"error": "GateClosed", "exit_code": 3}'}
    assert "canary" not in file.read_text()


def test_an_interrupted_program_is_aborted(workspace: Workspace, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        told(workspace, flow(stop), environ=to_file(tmp_path / "events"))
    assert by_job(events_in(tmp_path / "events"))["toys.daily"] == ["START", "ABORT"]


def test_what_an_orchestrator_says_is_the_parent(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "events"
    parents = {"OPENLINEAGE_PARENT_ID": f"shop/dag.task/{RUN}", "OPENLINEAGE_ROOT_PARENT_ID": f"shop/dag/{ROOT}"}
    told(workspace, flow(play), environ=to_file(file, OPENLINEAGE_NAMESPACE="shop", **parents))
    program, begun, *_ = events_in(file)
    assert program["job"]["namespace"] == "shop"
    assert program["run"]["facets"]["parent"]["job"] == {"namespace": "shop", "name": "dag.task", "facets": {}}
    assert program["run"]["facets"]["parent"]["root"]["run"]["runId"] == ROOT
    assert begun["run"]["facets"]["parent"]["run"]["runId"] == program["run"]["runId"]
    assert begun["run"]["facets"]["parent"]["root"]["run"]["runId"] == ROOT


def test_nothing_is_imported_and_told_where_nothing_is_configured(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openlineage.client", None)
    monkeypatch.delitem(sys.modules, "segspark.lineage.telling", raising=False)
    assert told(workspace, flow(play), environ={}) == []


def test_without_the_library_one_sentence_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openlineage.client", None)
    monkeypatch.delitem(sys.modules, "segspark.lineage.telling", raising=False)
    assert told(workspace, flow(play), environ={"OPENLINEAGE_URL": "http://127.0.0.1:9"}) == [
        "OpenLineage is configured by OPENLINEAGE_URL and not installed: pip install 'segspark[lineage]'. "
        "The run tells nothing."
    ]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"OPENLINEAGE__TRANSPORT__TYPE": "carrier pigeon"}, "by OPENLINEAGE__TRANSPORT__TYPE cannot be used"),
        ({"OPENLINEAGE__TRANSPORT": '{"type": "file"}'}, "by OPENLINEAGE__TRANSPORT cannot be used (RuntimeError)"),
        ({"OPENLINEAGE_CONFIG": "/none.yml"}, "by OPENLINEAGE_CONFIG names no transport"),
        ({"OPENLINEAGE__FACETS": '{"environment_variables": ["HOME"]}'}, "by OPENLINEAGE__FACETS names no transport"),
    ],
)
def test_a_configuration_that_does_not_work_is_one_sentence(
    workspace: Workspace, environ: dict[str, str], words: str
) -> None:
    (note,) = told(workspace, flow(play), environ=environ)
    assert words in note
    assert lake_of(workspace).n_rows(TOYS) == 1


def test_the_key_is_never_among_the_variables_that_are_told(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "events"
    wanted = '{"environment_variables": ["SEGSPARK_KEY", "SEGSPARK_KEY_NEXT", "SHOP"]}'
    secret = {"SEGSPARK_KEY": "canary-key", "SEGSPARK_KEY_NEXT": "canary-next", "SHOP": "north"}
    told(workspace, flow(play), environ=to_file(file, OPENLINEAGE__FACETS=wanted, **secret))
    assert "canary" not in file.read_text()
    assert "north" in file.read_text()


# Servers on this machine.


class Collector(BaseHTTPRequestHandler):
    bodies: list[Any] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Collector.bodies = []
    with HTTPServer(("127.0.0.1", 0), Collector) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a connection and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_events_reach_a_server(workspace: Workspace, server: str) -> None:
    assert told(workspace, flow(play), environ={"OPENLINEAGE_URL": server}) == []
    assert [path for path, _ in Collector.bodies] == ["/api/v1/lineage"] * 4


def test_an_unreachable_server_is_one_sentence_and_a_bounded_time(
    workspace: Workspace, closed_port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    begin = time.monotonic()
    (note,) = told(workspace, flow(play), environ={"OPENLINEAGE_URL": f"http://user:canary@127.0.0.1:{closed_port}"})
    assert time.monotonic() - begin < 8
    assert "could not be sent" in note
    assert "canary" not in note
    assert lake_of(workspace).n_rows(TOYS) == 1
    assert capfd.readouterr() == ("", "")


def test_a_server_that_does_not_answer_is_one_sentence_and_a_bounded_time(workspace: Workspace, silent: str) -> None:
    begin = time.monotonic()
    (note,) = told(workspace, flow(play), environ={"OPENLINEAGE_URL": silent})
    assert time.monotonic() - begin < 8
    assert "has not answered within 5 s" in note
    assert lake_of(workspace).n_rows(TOYS) == 1


def test_events_that_cannot_be_made_fail_no_run(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segspark.lineage import telling

    def broken(*_: Any) -> Any:
        raise RuntimeError("canary")

    monkeypatch.setattr(telling, "datasets", broken)
    (note,) = told(workspace, flow(play), environ=to_file(tmp_path / "events"))
    assert "(RuntimeError)" in note
    assert lake_of(workspace).n_rows(TOYS) == 1
    assert "OPENLINEAGE__TRANSPORT" not in os.environ
