"""Tell of a program and its flows while they run."""

import os
from collections.abc import Callable
from threading import Lock
from typing import Any

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, OutputDataset, RunState, set_producer

from segspark.config.models import Workspace
from segspark.lineage.datasets import datasets
from segspark.lineage.events import PRODUCER, Work, event
from segspark.lineage.names import Name, ancestor, job_namespace
from segspark.pipeline.observer import FlowRun, Versions

# As OpenLineage's own integrations name them.
PARENT, ROOT = "OPENLINEAGE_PARENT_ID", "OPENLINEAGE_ROOT_PARENT_ID"
Send = Callable[[Callable[[], Any]], None]


def client_of(workspace: Workspace) -> OpenLineageClient | None:
    """The client as it is configured; None if its configuration names no way of sending, where it would print.

    The variables whose values it is told to send along never hold the key of the pseudonyms.
    """
    client = OpenLineageClient()
    if not (client.config.transport or os.environ.get("OPENLINEAGE_URL")):
        return None
    keys = workspace.keys.environment
    facets = client.config.facets
    facets.environment_variables = [name for name in facets.environment_variables if not name.startswith(keys)]
    return client


class Telling:
    """An observer that makes an event of what it is told.

    Args:
        program: at work; its flows are its children.
        send: takes what makes an event, and never raises.
    """

    def __init__(self, program: Work, send: Send) -> None:
        set_producer(PRODUCER)
        self._program, self._send = program, send
        self._flows: dict[tuple[str, str], Work] = {}
        self._lock = Lock()

    def program(self, state: RunState, error: BaseException | None = None) -> None:
        self._send(lambda: event(self._program, state, error=error))

    def began(self, run: FlowRun) -> None:
        if is_of_tables(run):
            self._flow(run, RunState.START)

    def ended(self, run: FlowRun, outputs: Versions) -> None:
        if is_of_tables(run):
            self._flow(run, RunState.COMPLETE, outputs)

    def failed(self, run: FlowRun, error: BaseException) -> None:
        if is_of_tables(run):
            self._flow(run, failed_state(error), error=error)

    def _flow(
        self, run: FlowRun, state: RunState, outputs: Versions | None = None, error: BaseException | None = None
    ) -> None:
        work, namespace = self._work(run, state is RunState.START), self._program.job.namespace
        # Tables that a flow reads and writes are its outputs.
        inputs = {name: version for name, version in run.inputs.items() if name not in run.flow.writes}
        self._send(
            lambda: event(
                work,
                state,
                datasets(InputDataset, run.lake, inputs, namespace),
                datasets(OutputDataset, run.lake, outputs or {}, namespace),
                error,
            )
        )

    def _work(self, run: FlowRun, is_new: bool) -> Work:
        """The same from its beginning to its end."""
        key, program = (run.flow.name, run.run_id), self._program
        with self._lock:
            if not is_new:
                return self._flows.pop(key)
            return self._flows.setdefault(
                key,
                Work(
                    Name(program.job.namespace, f"{program.job.name}.{run.flow.name}"),
                    "FLOW",
                    f"The flow {run.flow.name} of segspark",
                    run.as_of,
                    program.time_zone,
                    program.ancestor,
                    program.root or program.ancestor,
                    {"segspark.run_id": run.run_id},
                ),
            )


def program_work(workspace: Workspace, program: str, as_of: Any) -> Work:
    name = f"{workspace.name}.{program}"
    parent = ancestor(PARENT)
    words = f"The program {program} of segspark"
    return Work(
        Name(job_namespace(), name), "PROGRAM", words, as_of, workspace.time_zone, parent, ancestor(ROOT) or parent
    )


def is_of_tables(run: FlowRun) -> bool:
    """Others only record that a program has ended."""
    return bool(run.flow.reads or run.flow.writes)


def failed_state(error: BaseException) -> RunState:
    """An interrupted run has not failed."""
    return RunState.FAIL if isinstance(error, Exception) else RunState.ABORT
