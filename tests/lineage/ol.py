"""OpenLineage for a while: configured to write a file, and its events read back by its own classes."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attr
from openlineage.client import facet_v2
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated.base import BaseFacet


@contextmanager
def configured(home: Path, **environ: str) -> Iterator[None]:
    """The environment with these variables of OpenLineage and no others; its client adds more, which go afterwards."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("OPENLINEAGE")}
    with patch.dict(os.environ, {**others, "HOME": str(home), **environ}, clear=True):
        yield


def to_file(file: Path, **environ: str) -> dict[str, str]:
    transport = {"type": "file", "log_file_path": str(file), "append": True}
    return {"OPENLINEAGE__TRANSPORT": json.dumps(transport), **environ}


def events_in(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def by_job(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Job -> the kinds of its events, in order."""
    found: dict[str, list[str]] = {}
    for event in events:
        found.setdefault(event["job"]["name"], []).append(event["eventType"])
    return found


# Every facet that the library has, by the address of its schema.
FACETS = {}
for module in vars(facet_v2).values():
    for kind in vars(module).values() if hasattr(module, "__dict__") else ():
        if isinstance(kind, type) and issubclass(kind, BaseFacet) and kind is not BaseFacet:
            FACETS[kind._get_schema()] = kind


def read_back(event: dict[str, Any]) -> RunEvent:
    """The event made anew by the library's classes, with their checks.

    Raises:
        TypeError, ValueError: it has a field that they do not know, or a value that they refuse.
    """
    dataset = {"inputs": InputDataset, "outputs": OutputDataset}
    return RunEvent(
        eventType=RunState(event["eventType"]),
        eventTime=event["eventTime"],
        producer=event["producer"],
        run=Run(event["run"]["runId"], _facets(event["run"]["facets"])),
        job=Job(event["job"]["namespace"], event["job"]["name"], _facets(event["job"]["facets"])),
        **{
            name: [kind(namespace=d["namespace"], name=d["name"], facets=_facets(d["facets"])) for d in event[name]]
            for name, kind in dataset.items()
        },
    )


def _facets(facets: dict[str, Any]) -> dict[str, Any]:
    return {name: _facet(facet) for name, facet in facets.items()}


def _facet(facet: dict[str, Any]) -> Any:
    kind = FACETS[facet["_schemaURL"]]
    fields = {name: value for name, value in facet.items() if not name.startswith("_")}
    known = {field.name for field in attr.fields(kind)}
    assert set(fields) <= known, f"{kind.__name__} has no {set(fields) - known}"
    return kind(**fields)
