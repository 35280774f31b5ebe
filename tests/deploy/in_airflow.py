"""Run by the Python of an environment with Airflow: what it makes of the DAGs of a folder, as JSON."""

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.trigger import CronPartitionTimetable

CODES = (0, 1, 2, 3, 4, 70, 143)


def look_at(folder: str) -> dict[str, Any]:
    bag = DagBag(folder, safe_mode=False)
    return {
        "import_errors": bag.import_errors,
        "warnings": bag.captured_warnings,
        "dags": {name: dag_of(dag) for name, dag in bag.dags.items()},
        "endings": endings(bag.dags["segspark_daily"]),
        "without_partition": ending(bag.dags["segspark_daily"].get_task("daily"), 0, {})[0],
    }


def dag_of(dag: Any) -> dict[str, Any]:
    read = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
    return {
        "timetable": type(read.timetable).__name__,
        "max_active_runs": read.max_active_runs,
        "catchup": read.catchup,
        "retries": {task.task_id: task.retries for task in read.tasks},
        "order": {task.task_id: sorted(task.downstream_task_ids) for task in read.tasks},
        "outlets": {task.task_id: [asset.name for asset in task.outlets] for task in read.tasks},
        "uris": [asset.uri for task in read.tasks for asset in task.outlets],
        "keys": keys(read.timetable) if isinstance(read.timetable, CronPartitionTimetable) else [],
    }


def keys(timetable: Any) -> list[str]:
    """The partitions of three days around a change to summer time."""
    days = {
        "earliest": pendulum.datetime(2026, 3, 28, tz="UTC"),
        "latest": pendulum.datetime(2026, 3, 30, 12, tz="UTC"),
    }
    return [
        f"{info.partition_key} at {info.run_after.isoformat()}"
        for info in timetable.iter_partition_dagrun_infos(**days)
    ]


def endings(dag: Any) -> dict[str, list[Any]]:
    """Exit code of the command -> the error of the task, and the command."""
    return {str(code): list(ending(dag.get_task("daily"), code, {"partition_key": "2026-06-01"})) for code in CODES}


def ending(task: Any, code: int, context: dict[str, Any]) -> tuple[str, list[str]]:
    called: list[list[str]] = []

    def run(command: Any, check: bool) -> SimpleNamespace:
        called.append(list(command))
        return SimpleNamespace(returncode=code)

    names = task.python_callable.__globals__
    names["subprocess"] = SimpleNamespace(run=run)
    names["get_current_context"] = lambda: context
    try:
        task.python_callable()
    except Exception as error:
        return type(error).__name__, called[0] if called else []
    finally:
        names["subprocess"] = subprocess
    return "", called[0]


if __name__ == "__main__":
    print("\n" + json.dumps(look_at(sys.argv[1]), default=str))
