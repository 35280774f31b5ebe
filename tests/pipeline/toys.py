"""A lake of toys: two tables, a workspace of defaults, and steps and flows over them that need no Spark."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segspark.config.models import Workspace
from segspark.config.url import Url
from segspark.pipeline.context import Context, Resource
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.progress import Progress, Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.step import Step
from segspark.tables.contracts.catalogue import BY_NAME
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 5, 6)
PERSON = "0" * 32
TOYS = Contract(
    name="gold.toys",
    grain="one toy of a person and day",
    key=("person_id", "as_of_date"),
    columns=(
        required("person_id", "string", "Person"),
        optional("n", "bigint", "Toys"),
        required("as_of_date", "date", "Day"),
    ),
    partition_by=("as_of_date",),
)
BOXES = Contract(
    name="silver.boxes",
    grain="one box",
    key=("box",),
    columns=(required("box", "string", "Name"), optional("n", "bigint", "Toys in it")),
)
SHELVES = replace(BOXES, name="silver.shelves")


def know(monkeypatch: pytest.MonkeyPatch, *contracts: Contract) -> None:
    """The tables of toys stand beside the real ones."""
    for contract in contracts or (TOYS, BOXES, SHELVES):
        monkeypatch.setitem(BY_NAME, contract.name, contract)


def workspace_at(folder: Path, **more: Any) -> Workspace:
    """A workspace of defaults without a file."""
    workspace = Workspace.model_validate({"name": "toys", "lake": str(folder / "lake"), **more})
    return workspace.model_copy(update={"folder": folder})


def lake_of(workspace: Workspace, spark: Any = None) -> SparkLake:
    return SparkLake(Url(str(workspace.lake)), spark)


def boxes(*names: str, n: int = 1) -> pa.Table:
    return pa.table({"box": list(names), "n": pa.array([n] * len(names), pa.int64())})


def toys(*people: str, day: date = DAY, n: int = 1) -> pa.Table:
    return pa.table(
        {
            "person_id": list(people),
            "n": pa.array([n] * len(people), pa.int64()),
            "as_of_date": pa.array([day] * len(people), pa.date32()),
        }
    )


def people_of(lake: SparkLake, day: date | None = None) -> list[str]:
    filters: Any = [("as_of_date", "=", day)] if day else None
    return sorted(lake.read_small(TOYS, filters=filters)["person_id"].to_pylist())


def resource(name: str = "colour", value: Any = "red", identity: Any = None) -> Resource[Any]:
    return Resource(name, lambda setting: value, lambda setting: identity if identity is not None else value)


def flow(function: Callable[[Step], None] = lambda step: None, **more: Any) -> Flow:
    """A flow that reads boxes and writes toys unless it says otherwise."""
    named = {"name": "play", "reads": (BOXES.name,), "writes": (TOYS.name,), **more}
    return Flow(function=function, **named)


def step_of(flow: Flow, workspace: Workspace, lake: SparkLake, progress: Progress | None = None) -> Step:
    context = Context(workspace, DAY, flow.needs, flow.name)
    return Step(flow, lake, context, DAY, progress or Quiet(), flow.request)


def run(flow: Flow, workspace: Workspace, lake: SparkLake, request: Request | None = None) -> dict[str, Any]:
    return run_flow(flow, workspace, lake, DAY, request=request)
