"""The doctor tells everything that is wrong at once, changes nothing and starts no JVM."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from builders import make_workspace, write_consents, write_mails, write_orders

from segspark.app import doctor
from segspark.app.doctor import FINE, WRONG, examine
from segspark.config.models import Workspace
from segspark.errors import InfrastructureError
from segspark.models.propensity import challenger
from segspark.pipeline.batch import Batches
from segspark.spark.environment import Check
from segspark.tables.contracts import ops
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import Lake

DAY = date(2026, 5, 6)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A sound one, on a sound machine."""
    monkeypatch.setattr(doctor, "examine_environment", lambda lake: [Check("Java", "17 at java")])
    made = make_workspace(tmp_path / "w")
    write_orders(made, DAY, ("1", "ann@example.com", "2026-05-05 10:00:00", "1.00"))
    write_mails(made, DAY)
    write_consents(made, DAY)
    return made


def rows(workspace: Workspace) -> dict[str, tuple[str, str]]:
    return {r["check"]: (r["state"], r["detail"]) for r in examine(workspace.folder)}


def wrong(workspace: Workspace) -> dict[str, str]:
    return {check: detail for check, (state, detail) in rows(workspace).items() if state == WRONG}


def make(lake: Lake, contract: Contract, description: str = "Contract version 1.") -> None:
    schema = deltalake.Schema.from_json(schema_json(contract))
    deltalake.DeltaTable.create(lake.path(contract), schema=schema, description=description)


def test_a_sound_workspace_is_fine_and_nothing_is_made(workspace: Workspace) -> None:
    before = sorted(workspace.folder.rglob("*"))
    found = rows(workspace)
    assert {state for state, _ in found.values()} == {FINE}
    assert found["workspace"] == (FINE, str(workspace.folder))
    assert found["Java"] == (FINE, "17 at java")
    assert found["source orders"][1].startswith("1 files match ")
    assert found["segments"] == (FINE, "3 rules, levels: yes")
    assert found["features"][1].endswith("derived")
    assert found["lake tables"][1].startswith("0 of ")
    assert sorted(workspace.folder.rglob("*")) == before


def test_a_workspace_that_cannot_be_read_is_all_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("nam: x")
    (row,) = examine(tmp_path)
    assert (row["check"], row["state"]) == ("workspace", WRONG)
    assert "Did you mean name" in row["detail"]


def test_a_machine_is_told_with_its_cure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine_environment", lambda lake: [Check("Java", "there is none", "Install one.")])
    assert wrong(workspace) == {"Java": "there is none. Install one."}


def test_a_model_that_asks_for_what_is_not_installed_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows(workspace)["models"] == (FINE, "what they ask for is installed")
    file = workspace.folder / "segspark.yaml"
    file.write_text(file.read_text().replace("models: {", "models: {churn: {challenger: xgboost}, "))
    monkeypatch.setattr(challenger, "find_spec", lambda name: None)
    assert "pip install 'segspark[xgboost]'" in wrong(workspace)["models"]


def test_sources_without_files_and_wrong_ones_are_told(workspace: Workspace) -> None:
    for path in (workspace.folder / "data").glob("orders-*.csv"):
        path.unlink()
    assert list(wrong(workspace)) == ["source orders"]
    (workspace.folder / "sources" / "orders.yaml").write_text("name: orders\nkind: unknown")
    assert "orders.yaml" in wrong(workspace)["sources"]


def test_every_wrong_definition_is_told_with_its_fix(workspace: Workspace) -> None:
    (workspace.folder / "rules.yaml").write_text(
        "segments:\n"
        "  - {name: a, title: {fr: a, en: a}, when: n_nothing > 1}\n"
        "  - {name: b, title: {fr: b, en: b}, when: n_naught > 1}\n"
    )
    found = [r for r in examine(workspace.folder) if r["check"] == "definitions"]
    assert [r["state"] for r in found] == [WRONG, WRONG]
    assert "n_nothing" in found[0]["detail"]
    assert "n_naught" in found[1]["detail"]
    assert all(r["detail"].endswith("]") for r in found)


def test_an_own_feature_file_that_is_missing_is_told(workspace: Workspace) -> None:
    path = workspace.folder / "segspark.yaml"
    path.write_text(path.read_text() + "\nfeatures: {files: [own.yaml]}\n")
    assert "own.yaml" in wrong(workspace)["definitions"]


def test_files_of_the_lake_that_are_gone_are_counted(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    row = {"source": "s", "file_id": "f", "run_id": "r", "disposition": "accepted", "n_records": 1}
    for n in range(3):
        lake.append_small(ops.LEDGER, pa.Table.from_pylist([row]), str(n))
    assert wrong(workspace) == {}
    for path in sorted(Path(lake.path(ops.LEDGER)).glob("*.parquet"))[:2]:
        path.unlink()
    told = wrong(workspace)
    assert told["ops.ledger"] == "files missing 2"
    assert set(told) == {"ops.ledger", "lake tables"}


def test_a_required_column_that_is_missing_is_told(workspace: Workspace) -> None:
    lacking = replace(ops.LEDGER, columns=tuple(c for c in ops.LEDGER.columns if c.name != "run_id"))
    make(Lake(workspace.lake), lacking)
    assert "run_id" in wrong(workspace)["ops.ledger"]


@pytest.mark.parametrize("what", ["type", "version"])
def test_a_lake_that_runs_refuse_is_not_called_fine(workspace: Workspace, what: str) -> None:
    contract = ops.LEDGER
    if what == "type":
        columns = tuple(replace(c, type="string") if c.name == "n_records" else c for c in contract.columns)
        make(Lake(workspace.lake), replace(contract, columns=columns))
    else:
        make(Lake(workspace.lake), contract, f"Contract version {contract.version + 1}.")
    assert "ops.ledger" in wrong(workspace)


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (
            "Contract version 2.",
            "has contract version 2, which is newer than version 1 of this segspark. Run: segspark migrate --dry-run",
        ),
        (
            "Contract version 0.",
            "has contract version 0, which is older than version 1 of this segspark. Run: segspark migrate --dry-run",
        ),
        (
            "Runs",
            "names no contract version, so only its columns were compared. If segspark made it, write the version",
        ),
    ],
)
def test_a_contract_version_that_is_newer_older_or_missing_is_told_with_the_next_step(
    workspace: Workspace, description: str, told: str
) -> None:
    make(Lake(workspace.lake), ops.LEDGER, description)
    assert wrong(workspace)["ops.ledger"].startswith(told)


def test_a_column_that_the_next_write_adds_is_not_called_wrong(workspace: Workspace) -> None:
    lacking = replace(ops.RUNS, columns=tuple(c for c in ops.RUNS.columns if c.name != "config_hash"))
    make(Lake(workspace.lake), lacking)
    assert wrong(workspace) == {}


def test_an_interrupted_batch_is_told_until_it_is_completed(workspace: Workspace) -> None:
    batches = Batches(Lake(workspace.lake))
    batches.begin("run-1", DAY, {"files": []})
    batches.bind({})
    assert wrong(workspace)["ingest"] == "1 batch interrupted; the next run completes it"
    batches.commit({})
    assert wrong(workspace) == {}


def test_no_jvm_and_no_pyspark_session_is_needed(workspace: Workspace) -> None:
    code = (
        "import sys, pathlib; from segspark.app.doctor import examine; "
        f"rows = examine(pathlib.Path({str(workspace.folder)!r})); "
        "from pyspark.sql import SparkSession; "
        "sys.exit(0 if rows and SparkSession.getActiveSession() is None else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_store_that_spark_is_given_no_connector_for_is_wrong(
    workspace: Workspace, google: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGSPARK__LAKE", f"{google}/{tmp_path.name}")
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    assert "spark.jars.packages: 'org.apache.hadoop:hadoop-gcp:" in wrong(workspace)["connector for gs"]
    with monkeypatch.context() as given:
        given.setenv("SEGSPARK__SPARK__OPTIONS", "{spark.jars.packages: a:b:1}")
        assert wrong(workspace) == {}
    (tmp_path / "hadoop-gcp-3.5.0.jar").touch()
    assert rows(workspace)["connector for gs"] == (FINE, "is given to Spark")


def test_the_executors_of_a_cluster_are_asked_and_of_one_machine_nobody(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "executors" not in rows(workspace)
    monkeypatch.setattr(doctor, "has_cluster", lambda workspace: True)
    monkeypatch.setattr(doctor, "examine_cluster", lambda workspace: [])
    assert rows(workspace)["executors"] == (FINE, "reach the lake, sources, key")
    monkeypatch.setattr(doctor, "examine_cluster", lambda workspace: ["2 of 2 executors do not see the lake."])
    assert rows(workspace)["executors"] == (WRONG, "2 of 2 executors do not see the lake.")

    def fail(workspace: Workspace) -> list[str]:
        raise InfrastructureError("the cluster does not answer")

    monkeypatch.setattr(doctor, "examine_cluster", fail)
    assert rows(workspace)["executors"] == (WRONG, "the cluster does not answer")
