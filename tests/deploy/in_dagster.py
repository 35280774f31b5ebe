"""Run by the Python of an environment with Dagster: what it makes of the definitions of a folder, as JSON."""

import functools
import json
import logging
import sys
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

CODES = (0, 1, 2, 3, 4, 70, 143)
MORNING = datetime(2026, 7, 3, 5, 30, tzinfo=ZoneInfo("Europe/Paris"))


def look_at(folder: str) -> dict[str, Any]:
    sys.path.insert(0, folder)
    import segspark_daily

    repository = segspark_daily.definitions.get_repository_def()
    return {
        "assets": sorted(key.to_user_string() for key in segspark_daily.definitions.resolve_all_asset_keys()),
        "jobs": sorted(name for name in repository.job_names if not name.startswith("__")),
        "schedules": {s.name: [s.cron_schedule, s.execution_timezone] for s in repository.schedule_defs},
        "asked_for": asked_for(repository),
        "pool": segspark_daily.daily.op.pool,
        "endings": {str(code): ending(segspark_daily, code) for code in CODES},
    }


def asked_for(repository: Any) -> list[Any]:
    """The partitions that the schedule would run on a morning."""
    context = dg.build_schedule_context(scheduled_execution_time=MORNING, repository_def=repository)
    tick = repository.get_schedule_def("morning_schedule").evaluate_tick(context)
    return [request.partition_key for request in tick.run_requests]


def ending(module: Any, code: int) -> dict[str, Any]:
    """What a materialization does whose commands end with a code; without the five minutes between tries."""
    called: list[list[str]] = []

    def run(command: Any, check: bool) -> SimpleNamespace:
        called.append(list(command))
        return SimpleNamespace(returncode=code)

    module.subprocess = SimpleNamespace(run=run)
    module.dg.RetryRequested, before = functools.partial(at_once, dg.RetryRequested), dg.RetryRequested
    try:
        with dg.instance_for_test() as instance:
            done = dg.materialize(
                [module.daily, module.report], partition_key="2026-07-03", instance=instance, raise_on_error=False
            )
    finally:
        module.dg.RetryRequested = before
    materialized = done.get_asset_materialization_events() if done.success else []
    return {"success": done.success, "commands": called, "materialized": len(materialized)}


def at_once(kind: Any, max_retries: int, seconds_to_wait: int) -> Any:
    assert seconds_to_wait == 300
    return kind(max_retries=max_retries, seconds_to_wait=0)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print("\n" + json.dumps(look_at(sys.argv[1])))
