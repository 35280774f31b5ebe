"""The bundle's job is what Databricks' own classes take, and says what this project says."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from databricks.sdk.service.jobs import JobSettings
from deploy.project import DEPLOY, PROJECT, TOP, parsed, submit_conf

from segspark.spark.versions import CLAIMED

PATH = DEPLOY / "databricks" / "databricks.yml"
BUNDLE = yaml.safe_load(PATH.read_text())
(JOB,) = BUNDLE["resources"]["jobs"].values()
(CLUSTER,) = (cluster["new_cluster"] for cluster in JOB["job_clusters"])
# What makes Delta known to Spark; it is there.
OF_DELTA = {"spark.sql.extensions", "spark.sql.catalog.spark_catalog"}


def strange(given: Any, kept: Any, at: str = "") -> list[str]:
    """Where something is given that Databricks' classes do not keep: a key they do not know, or another value."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [where for key, value in given.items() for where in strange(value, kept.get(key), f"{at}.{key}")]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [
            where for n, (a, b) in enumerate(zip(given, kept, strict=True)) for where in strange(a, b, f"{at}[{n}]")
        ]
    return [] if given == kept else [at]


def as_kept(job: dict[str, Any]) -> dict[str, Any]:
    return JobSettings.from_dict(job).as_dict()


def test_the_job_is_one_of_databricks() -> None:
    assert list(BUNDLE["resources"]["jobs"]) == ["segspark_daily"]
    assert strange(JOB, as_kept(JOB)) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"max_concurrent_run": 1}, ".max_concurrent_run"),
        ({"tasks": [{"task_key": "a", "max_retry": 0}]}, ".tasks[0].max_retry"),
        ({"schedule": {"quartz_cron_expression": "0 30 5 * * ?", "timezone": "Europe/Paris"}}, ".schedule.timezone"),
        ({"schedule": {**JOB["schedule"], "pause_status": "RUNNING"}}, ".schedule.pause_status"),
        ({"job_clusters": [{"job_cluster_key": "a", "new_cluster": {"workers": 3}}]}, ".job_clusters[0].new_cluster.workers"),
    ],
)  # fmt: skip
def test_a_wrong_job_would_be_found(change: dict[str, Any], at: str) -> None:
    assert strange({**JOB, **change}, as_kept({**JOB, **change})) == [at]


def test_the_top_of_the_file_has_known_keys_and_its_variables_are_declared() -> None:
    # Databricks' classes are of resources; the rest of a bundle has no class to be held against.
    assert set(BUNDLE) == {"bundle", "variables", "artifacts", "resources", "targets"}
    used = set(re.findall(r"\$\{var\.(\w+)\}", PATH.read_text()))
    assert used == set(BUNDLE["variables"])
    assert all({"description", "default"} == set(variable) for variable in BUNDLE["variables"].values())


def test_settings_are_those_that_submit_conf_prints() -> None:
    assert CLUSTER["spark_conf"] == {n: v for n, v in submit_conf().items() if n not in OF_DELTA}


def test_the_runtime_brings_a_spark_that_is_claimed() -> None:
    # 17.3 is Databricks' long-term release of Spark 4.0.
    assert CLUSTER["spark_version"] == "17.3.x-scala2.13"
    assert CLAIMED[0].minor == (4, 0)


def test_tasks_call_the_command_line_of_the_wheel() -> None:
    scripts = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["scripts"]
    values = {"${var.config}": "w", "{{job.parameters.as_of}}": "2026-06-01"}
    for task in JOB["tasks"]:
        wheel = task["python_wheel_task"]
        assert wheel["package_name"] == PROJECT["name"]
        assert wheel["entry_point"] in scripts
        parsed(*[values.get(word, word) for word in wheel["parameters"]])
        assert task["libraries"] == [{"whl": "../../dist/*.whl"}]
    assert [parameter["name"] for parameter in JOB["parameters"]] == ["as_of"]
    assert (PATH.parent / BUNDLE["artifacts"]["segspark"]["path"]).resolve() == TOP


def test_the_key_comes_by_reference() -> None:
    assert CLUSTER["spark_env_vars"]["SEGSPARK_KEY"] == "{{secrets/segspark/key}}"


def test_a_lake_has_one_writer_and_databricks_does_not_try_again() -> None:
    assert JOB["max_concurrent_runs"] == 1
    assert JOB["queue"] == {"enabled": False}
    assert [task["max_retries"] for task in JOB["tasks"]] == [0, 0]
