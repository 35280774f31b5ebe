"""The manifests are what Kubeflow's own models of the Spark operator read, and say what this project says."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import kubeflow_spark_api.models as models
import pytest
import yaml
from deploy.project import DEPLOY, PROJECT, SEALED, TOP, parsed, submit_conf

from segspark.app.programs import PROGRAMS
from segspark.cli import main as cli

FOLDER = DEPLOY / "kubernetes"
MODELS = {
    "SparkApplication": models.SparkV1beta2SparkApplication,
    "ScheduledSparkApplication": models.SparkV1beta2ScheduledSparkApplication,
    "PersistentVolumeClaim": models.IoK8sApiCoreV1PersistentVolumeClaim,
}
DAILY, EVERY_DAY, WORKSPACE = (
    yaml.safe_load((FOLDER / name).read_text()) for name in ("daily.yaml", "every-day.yaml", "workspace.yaml")
)
SPECS = {"daily": DAILY["spec"], "every day": EVERY_DAY["spec"]["template"]}
each_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def lost(document: dict[str, Any]) -> list[str]:
    """What the operator's models would not take: unknown fields are left out of what they give back."""
    taken = MODELS[document["kind"]].from_dict(document).to_dict()
    return list(differing(document, taken))


def differing(mine: Any, theirs: Any, at: str = "") -> Iterator[str]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key, value in mine.items():
            yield from differing(value, theirs.get(key), f"{at}.{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for n, value in enumerate(mine):
            yield from differing(value, theirs[n], f"{at}[{n}]")
    elif mine != theirs:
        yield at


@pytest.mark.parametrize("document", [DAILY, EVERY_DAY, WORKSPACE], ids=lambda d: d["kind"])
def test_the_operator_takes_every_field(document: dict[str, Any]) -> None:
    assert lost(document) == []


@pytest.mark.parametrize(
    "change", [{"sparkconf": {}}, {"driver": {"core": 2}}, {"restartPolicy": {"type": "Never", "retries": 4}}]
)
def test_a_field_that_it_does_not_know_would_be_found(change: dict[str, Any]) -> None:
    assert lost({**DAILY, "spec": {**DAILY["spec"], **change}}) != []


@pytest.mark.parametrize(
    "change", [{"sparkVersion": 4.2}, {"arguments": ["--as-of", 20260601]}, {"sparkConf": {"a": True}}]
)
def test_a_value_of_another_type_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        lost({**DAILY, "spec": {**DAILY["spec"], **change}})


def test_every_file_is_looked_at() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.suffix == ".yaml"} == {
        "daily.yaml",
        "every-day.yaml",
        "workspace.yaml",
    }


@each_spec
def test_settings_are_those_that_submit_conf_prints(spec: dict[str, Any]) -> None:
    conf = spec["sparkConf"]
    assert {name: conf.get(name) for name in submit_conf()} == submit_conf()
    assert {name: conf.get(name) for name in SEALED} == SEALED
    assert set(conf) - {*submit_conf(), *SEALED} == {"spark.sql.shuffle.partitions"}


@each_spec
def test_both_kinds_of_pods_get_the_key_by_reference_and_the_same_folder(spec: dict[str, Any]) -> None:
    claim = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"]}
    assert claim == {"workspace": WORKSPACE["metadata"]["name"]}
    for pod in (spec["driver"], spec["executor"]):
        environment = {variable["name"]: variable for variable in pod["env"]}
        assert set(environment["SEGSPARK_KEY"]) == {"name", "valueFrom"}
        assert set(environment["SEGSPARK_KEY"]["valueFrom"]) == {"secretKeyRef"}
        assert pod["volumeMounts"] == [{"name": "workspace", "mountPath": "/workspace"}]
    assert spec["driver"]["env"] == spec["executor"]["env"]


@each_spec
def test_pods_are_those_of_a_user_without_rights(spec: dict[str, Any]) -> None:
    user = re.search(r"^USER (\d+)$", (DEPLOY / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    assert user is not None
    for pod in (spec["driver"], spec["executor"]):
        assert pod["podSecurityContext"]["runAsUser"] == int(user[1])
        assert pod["podSecurityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


@each_spec
def test_versions_agree_with_those_of_the_project(spec: dict[str, Any]) -> None:
    assert f"pyspark=={spec['sparkVersion']}" in PROJECT["optional-dependencies"]["local"]
    assert spec["image"].endswith(f"/segspark:{PROJECT['version']}")


@each_spec
def test_the_operator_does_not_try_again_since_it_knows_no_exit_codes(spec: dict[str, Any]) -> None:
    assert spec["restartPolicy"] == {"type": "Never"}


@each_spec
def test_the_job_is_in_the_image(spec: dict[str, Any]) -> None:
    name = spec["mainApplicationFile"].removeprefix("local:///opt/segspark/jobs/")
    copied = "COPY jobs deploy/kubernetes/today.py /opt/segspark/jobs/"
    assert copied in (DEPLOY / "docker" / "Dockerfile").read_text()
    assert (TOP / "jobs" / name).is_file() or name == "today.py"


def test_arguments_are_options_of_the_command_line() -> None:
    options = parsed("run", "daily", *DAILY["spec"]["arguments"])
    assert options["flow"] in PROGRAMS
    assert DAILY["metadata"]["name"] == f"segspark-daily-{options['as_of']}"
    zone, *rest = EVERY_DAY["spec"]["template"]["arguments"]
    assert zone == EVERY_DAY["spec"]["timeZone"]
    assert parsed("run", "daily", "--as-of", "2026-06-01", *rest)["config"] == options["config"]


def test_a_lake_has_one_writer() -> None:
    assert EVERY_DAY["spec"]["concurrencyPolicy"] == "Forbid"


def test_the_scheduled_job_runs_the_day_of_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(cli, "main", lambda: called.append(sys.argv[1:]))
    monkeypatch.setattr(sys, "argv", ["today.py", "Pacific/Kiritimati", "--config", "w"])
    exec(compile((FOLDER / "today.py").read_text(), "today.py", "exec"), {"__name__": "__main__"})
    day = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    assert called == [["run", "daily", "--as-of", str(day), "--config", "w"]]
    assert Path(FOLDER / "today.py").read_text().startswith('"""spark-submit today.py ZONE')
