"""The record of runs: finished runs, interrupted runs, published days."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from segspark.config.models import Workspace
from segspark.ids import identity
from segspark.tables.contracts import ops
from segspark.tables.lake import Lake

Filters = list[tuple[str, str, object]]


class Runs:
    """Queries over ops.runs, which is read again for each of them."""

    def __init__(self, read: Callable[[Filters | None], pa.Table]) -> None:
        self._read = read

    def rows(self, flow: str) -> list[dict[str, Any]]:
        """Every row of a flow, oldest first."""
        return sorted(self._read([("flow", "=", flow)]).to_pylist(), key=lambda r: r["written_at"])

    def finished(self, flow: str, is_running: bool = False) -> list[dict[str, Any]]:
        """The finished runs of a flow that still describe its tables, oldest first.

        An unfinished run may have written anything that follows from its configuration and inputs: earlier runs under
        another configuration, or for the same day from other inputs, are no longer valid.

        Args:
            is_running: the caller is the flow itself, whose own start is the newest row.
        """
        rows = self.rows(flow)
        if is_running:
            rows.pop()
        finished: list[dict[str, Any]] = []
        for at, row in enumerate(rows):
            if row["state"] == "done":
                finished.append(row)
            elif all(following["state"] != "done" for following in rows[at + 1 : at + 2]):
                finished = [r for r in finished if _still_says(r, row)]
        return finished

    def outputs(self, flow: str, as_of: date, is_running: bool = False) -> dict[str, Any] | None:
        """The outputs recorded by the last finished run of a flow for a day; None if none has finished."""
        done = [r for r in self.finished(flow, is_running) if r["as_of_date"] == as_of]
        return json.loads(done[-1]["outputs"]) if done else None

    def published_days(self) -> list[date]:
        """As-of days whose daily flow has finished, in order."""
        return sorted({r["as_of_date"] for r in self.rows("daily") if r["state"] == "done"})

    def provisional_days(self) -> set[date]:
        """As-of days that may have been incomplete when their tables were written: an hourly run began and no daily run
        has finished."""
        hourly = {r["as_of_date"] for r in self.rows("hourly")}
        return hourly - set(self.published_days()) if hourly else set()

    def closed_days(self) -> set[date]:
        """As-of days whose tiles were closed and are not provisional."""
        return {r["as_of_date"] for r in self.finished("tiles")} - self.provisional_days()


def _still_says(finished: dict[str, Any], interrupted: dict[str, Any]) -> bool:
    """Whether a run that ended says what the tables hold after one that began later and did not end."""
    is_other_day: bool = finished["as_of_date"] != interrupted["as_of_date"]
    has_same_inputs: bool = finished["run_id"] == interrupted["run_id"]
    has_same_configuration: bool = finished["config_hash"] == interrupted["config_hash"]
    return has_same_configuration and (is_other_day or has_same_inputs)


def runs_of(lake: Lake) -> Runs:
    """The runs of a lake."""
    return Runs(lambda filters: lake.read_small(ops.RUNS, filters=filters))


def config_hash(workspace: Workspace) -> str:
    """Hash of the workspace's file and the feature files that it names."""
    files = [(workspace.folder / p).read_text() for p in workspace.features.files]
    return identity(workspace.model_dump(mode="json"), files)


def record(
    lake: Lake,
    *,
    run_id: str,
    flow: str,
    as_of: date | None,
    state: str,
    duration_s: float | None = None,
    config: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
) -> None:
    """Write one row of ops.runs. Its time of writing is the only use of the clock; it only orders the rows."""
    now = datetime.now(UTC)
    row = {
        "run_id": run_id,
        "flow": flow,
        "as_of_date": as_of,
        "state": state,
        "written_at": now,
        "duration_s": duration_s,
        "config_hash": config,
        "inputs": json.dumps(inputs, default=str, sort_keys=True),
        "outputs": json.dumps(outputs, default=str, sort_keys=True),
    }
    lake.append_small(ops.RUNS, pa.Table.from_pylist([row]), once=f"{run_id}-{state}-{now.timestamp()}")
