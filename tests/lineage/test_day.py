"""A whole day's events: every flow with its tables, nothing of any record, and the same rows without a server."""

import json
import socket
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, rows_of, write_consents, write_mails, write_orders
from click.testing import CliRunner
from lineage.ol import by_job, configured, events_in, read_back, to_file
from pyspark.sql import SparkSession

from segspark.app.run import DAILY
from segspark.bits.flow import BITS
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.models.monitoring.flow import MONITORING
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import BY_NAME
from segspark.tables.lake import Lake

DAY = date(2026, 5, 3)
# What stands in the records, as such and as other programs would show it.
CANARIES = (
    "canary-ann",
    "canary.example",
    "canary-order",
    "canary-mail",
    "98761.37",
    "9876137",
    "2026-05-02 10:11:12",
    "10:11:12",
)


def workspace_at(folder: Path) -> Workspace:
    workspace = make_workspace(folder)
    ann, bob = "canary-ann@canary.example", "bob@canary.example"
    write_consents(workspace, date(2026, 5, 1), (ann, "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, date(2026, 5, 2), ("canary-order-1", ann, "2026-05-02 10:11:12", "98761.37"),
                 ("canary-order-2", bob, "2026-05-02 10:11:12", "canary"))  # fmt: skip
    write_mails(workspace, date(2026, 5, 2), ("canary-mail-1", ann, "click", "2026-05-02 10:11:12"))
    return workspace


def run(workspace: Workspace, **environ: str) -> str:
    with configured(workspace.folder, **environ):
        done = CliRunner().invoke(cli, ["run", "daily", "--config", str(workspace.folder), "--as-of", str(DAY)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def day(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Path]:
    folder = tmp_path_factory.mktemp("day")
    workspace = workspace_at(folder / "shop")
    assert "OpenLineage" not in run(workspace, **to_file(folder / "events"))
    return workspace, folder / "events"


def test_every_flow_begins_and_completes(day: tuple[Workspace, Path]) -> None:
    workspace, file = day
    names = [f"{workspace.name}.daily", *(f"{workspace.name}.daily.{flow.name}" for flow in (*DAILY, MONITORING, BITS))]
    assert by_job(events_in(file)) == {name: ["START", "COMPLETE"] for name in names}


def test_every_event_is_one_of_the_library(day: tuple[Workspace, Path]) -> None:
    for event in events_in(day[1]):
        read_back(event)


def test_tables_and_columns_are_those_of_the_contracts(day: tuple[Workspace, Path]) -> None:
    workspace, file = day
    by_flow = {f"{workspace.name}.daily.{flow.name}": flow for flow in (*DAILY, MONITORING, BITS)}
    for event in events_in(file):
        flow = by_flow.get(event["job"]["name"])
        if flow is None or event["eventType"] != "COMPLETE":
            continue
        outputs = {d["facets"]["symlinks"]["identifiers"][0]["name"]: d for d in event["outputs"]}
        inputs = {d["facets"]["symlinks"]["identifiers"][0]["name"] for d in event["inputs"]}
        there = {name for name in flow.writes if Lake(workspace.lake).exists(BY_NAME[name])}
        assert set(outputs) == there
        assert inputs <= {*flow.reads, *flow.reads_earlier}
        for name, dataset in outputs.items():
            fields = {f["name"]: (f["type"], f["description"]) for f in dataset["facets"]["schema"]["fields"]}
            assert fields.items() >= {c.name: (c.type, c.comment) for c in BY_NAME[name].columns}.items()
            assert set(fields) == set(Lake(workspace.lake).columns(BY_NAME[name]))
    features = [e for e in events_in(file) if e["job"]["name"].endswith(".features")][-1]
    stored = [
        f for d in features["outputs"] if d["name"].endswith("gold/features") for f in d["facets"]["schema"]["fields"]
    ]
    assert "n_order_lifetime" in {f["name"] for f in stored}
    assert all(f["description"] for f in stored)


def test_nothing_of_a_record_is_in_any_event(day: tuple[Workspace, Path]) -> None:
    workspace, file = day
    text = file.read_text()
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file))
    people = {pseudonyms.identifier_id("email", f"{who}@canary.example") or "" for who in ("canary-ann", "bob")}
    stored = {row["person_id"] for row in rows_of(Lake(workspace.lake), gold.FEATURES)}
    assert stored & people
    found = [canary for canary in (*CANARIES, *people, *stored) if canary in text]
    assert found == []


@pytest.mark.slow
def test_a_day_without_its_server_ends_well_and_has_the_same_rows(
    spark: SparkSession, day: tuple[Workspace, Path], tmp_path: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    workspace = workspace_at(tmp_path / "shop")
    assert run(workspace, OPENLINEAGE_URL=url).count("OpenLineage") == 1

    def sizes(of: Workspace) -> str:
        lake = Lake(of.lake)
        return json.dumps({name: lake.n_rows(c) for name, c in BY_NAME.items() if lake.exists(c)})

    assert sizes(workspace) == sizes(day[0])
