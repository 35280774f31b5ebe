"""Dagster loads the definitions, asks for mornings, and tries again what exit code 4 ends; an environment of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from deploy.project import DEPLOY, literal
from versions.environments import NotMade, make_plain_environment

pytestmark = pytest.mark.slow

DAGSTER = "dagster==1.13.29"
FILE = DEPLOY / "dagster" / "segspark_daily.py"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    try:
        environment = make_plain_environment(DAGSTER)
    except NotMade as error:
        pytest.skip(f"no environment with {DAGSTER} can be made here: {error}")
    home = tmp_path_factory.mktemp("dagster")
    done = environment.run(
        str(Path(__file__).with_name("in_dagster.py")), str(FILE.parent), cwd=home, DAGSTER_DISABLE_TELEMETRY="1"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_assets_have_the_names_of_contracts(seen: dict[str, Any]) -> None:
    tables = [table.replace(".", "/") for table in literal(FILE, "TABLES")]
    assert seen["assets"] == sorted([*tables, "segspark/report"])


def test_the_schedule_asks_in_the_morning_for_that_day(seen: dict[str, Any]) -> None:
    assert seen["asked_for"] == ["2026-07-03"]
    assert seen["schedules"] == {
        "morning_schedule": ["30 5 * * *", "Europe/Paris"], "nightly_schedule": ["0 23 * * *", "Europe/Paris"],
    }  # fmt: skip
    assert seen["jobs"] == ["morning", "nightly"]


def test_a_lake_has_one_writer(seen: dict[str, Any]) -> None:
    assert seen["pool"] == "segspark_lake"


def test_a_partition_is_made_and_reported(seen: dict[str, Any]) -> None:
    done = seen["endings"]["0"]
    assert done["success"] is True
    assert done["materialized"] == len(seen["assets"])
    assert [command[0] for command in done["commands"]] == ["spark-submit", "segspark"]
    assert all(command[-2:] == ["--as-of", "2026-07-03"] for command in done["commands"])


def test_only_exit_code_4_is_tried_again(seen: dict[str, Any]) -> None:
    tries = {code: len(done["commands"]) for code, done in seen["endings"].items() if not done["success"]}
    assert tries == {"1": 1, "2": 1, "3": 1, "4": 4, "70": 1, "143": 1}
