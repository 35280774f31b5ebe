"""Events of a program and of its flows, built with OpenLineage's own classes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    documentation_job,
    error_message_run,
    job_type_job,
    nominal_time_run,
    parent_run,
    processing_engine_run,
    tags_run,
)
from openlineage.client.uuid import generate_new_uuid

from segspark import __version__
from segspark.errors import EXIT_BUG, SegsparkError, damage_behind, shortage_behind
from segspark.lineage.names import Ancestor, Name
from segspark.spark.versions import spark_version
from segspark.time import DAY

# As a shell says it.
EXIT_INTERRUPTED = 130
PRODUCER = f"urn:segspark:{__version__}"


@dataclass(frozen=True)
class Work:
    """A program or a flow at work.

    Attributes:
        kind: PROGRAM or FLOW.
        parent: the run that started it, and ``root`` the first in the line.
        tags: what else is to be found of it, such as its id in ops.runs.
    """

    job: Name
    kind: str
    words: str
    as_of: date | None
    time_zone: str
    parent: Ancestor | None = None
    root: Ancestor | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    run_id: str = field(default_factory=lambda: str(generate_new_uuid()))

    @property
    def ancestor(self) -> Ancestor:
        return Ancestor(self.job, self.run_id)


def event(
    work: Work,
    state: RunState,
    inputs: list[InputDataset] | None = None,
    outputs: list[OutputDataset] | None = None,
    error: BaseException | None = None,
) -> RunEvent:
    job_facets: dict[str, Any] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "SEGSPARK", work.kind),
        "documentation": documentation_job.DocumentationJobFacet(work.words),
    }
    facets: dict[str, Any] = {
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
            spark_version() or "none", "spark", __version__
        )
    }
    if work.as_of is not None:
        facets["nominalTime"] = nominal_time(work.as_of, work.time_zone)
    if work.parent is not None:
        facets["parent"] = _parent(work.parent, work.root or work.parent)
    if work.tags:
        tags = [tags_run.TagsRunFacetFields(name, value, "SEGSPARK") for name, value in work.tags.items()]
        facets["tags"] = tags_run.TagsRunFacet(tags)
    if error is not None:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(error_words(error), "PYTHON")
    return RunEvent(
        eventType=state,
        eventTime=datetime.now(UTC).isoformat(),
        run=Run(work.run_id, facets),
        job=Job(work.job.namespace, work.job.name, job_facets),
        inputs=inputs or [],
        outputs=outputs or [],
        producer=PRODUCER,
    )


def nominal_time(as_of: date, time_zone: str) -> nominal_time_run.NominalTimeRunFacet:
    """The local day on whose morning everything before is known."""
    begin, end = (datetime.combine(day, time(), ZoneInfo(time_zone)).isoformat() for day in (as_of, as_of + DAY))
    return nominal_time_run.NominalTimeRunFacet(begin, end)


def error_words(error: BaseException) -> str:
    """What kind of error it is. Its text stays here: it may name a file, an address or what a library has met."""
    known = error if isinstance(error, SegsparkError) else damage_behind(error) or shortage_behind(error)
    return json.dumps({"error": type(known or error).__name__, "exit_code": _exit_code(known or error)})


def _exit_code(error: BaseException) -> int:
    """That of the command line."""
    if isinstance(error, SegsparkError):
        return error.exit_code
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return error.code
    return EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else EXIT_BUG


def _parent(parent: Ancestor, root: Ancestor) -> parent_run.ParentRunFacet:
    return parent_run.ParentRunFacet(
        run=parent_run.Run(parent.run_id),
        job=parent_run.Job(parent.job.namespace, parent.job.name),
        root=parent_run.Root(
            run=parent_run.RootRun(root.run_id), job=parent_run.RootJob(root.job.namespace, root.job.name)
        ),
    )
