"""Airflow loads the DAGs, schedules mornings, and tries again what an exit code 4 ends; an environment of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from deploy.project import DEPLOY, literal
from versions.environments import NotMade, make_plain_environment

pytestmark = pytest.mark.slow

AIRFLOW = "apache-airflow==3.3.2"
FILE = DEPLOY / "airflow" / "segspark_daily.py"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    try:
        environment = make_plain_environment(AIRFLOW)
    except NotMade as error:
        pytest.skip(f"no environment with {AIRFLOW} can be made here: {error}")
    home = tmp_path_factory.mktemp("airflow")
    done = environment.run(
        str(Path(__file__).with_name("in_airflow.py")), str(FILE.parent),
        cwd=home, AIRFLOW_HOME=str(home), AIRFLOW__CORE__LOAD_EXAMPLES="False", SEGSPARK__LAKE="s3://shop-data/lake/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_file_is_loaded_without_errors_and_warnings(seen: dict[str, Any]) -> None:
    assert seen["import_errors"] == {}
    assert seen["warnings"] == {}
    assert set(seen["dags"]) == {"segspark_daily", "segspark_report"}


def test_a_partition_is_a_morning_of_the_business(seen: dict[str, Any]) -> None:
    daily = seen["dags"]["segspark_daily"]
    assert daily["timetable"] == "CronPartitionTimetable"
    assert daily["keys"] == [
        "2026-03-28 at 2026-03-28T04:30:00+00:00", "2026-03-29 at 2026-03-29T03:30:00+00:00",
        "2026-03-30 at 2026-03-30T03:30:00+00:00",
    ]  # fmt: skip
    assert seen["dags"]["segspark_report"]["timetable"] == "PartitionedAssetTimetable"


def test_assets_have_the_names_of_contracts_and_the_addresses_of_tables(seen: dict[str, Any]) -> None:
    daily = seen["dags"]["segspark_daily"]
    assert daily["outlets"] == {"daily": list(literal(FILE, "TABLES")), "maintain": []}
    assert daily["uris"][-1] == "s3://shop-data/lake/gold/definitions"


def test_one_run_at_a_time_and_the_lake_is_kept_small_after_it(seen: dict[str, Any]) -> None:
    daily = seen["dags"]["segspark_daily"]
    assert daily["max_active_runs"] == 1
    assert daily["catchup"] is False
    assert daily["order"] == {"daily": ["maintain"], "maintain": []}


def test_only_exit_code_4_is_tried_again(seen: dict[str, Any]) -> None:
    assert seen["dags"]["segspark_daily"]["retries"] == {"daily": 3, "maintain": 3}
    ended = {code: error for code, (error, _) in seen["endings"].items()}
    assert ended.pop("0") == ""
    assert ended.pop("4") == "AirflowException"
    assert set(ended.values()) == {"AirflowFailException"}
    assert set(ended) == {"1", "2", "3", "70", "143"}


def test_the_partition_is_the_day_of_the_run(seen: dict[str, Any]) -> None:
    assert all(command[-2:] == ["--as-of", "2026-06-01"] for _, command in seen["endings"].values())


def test_a_run_without_partition_fails_for_good(seen: dict[str, Any]) -> None:
    assert seen["without_partition"] == "AirflowFailException"
