"""The generated shop with its records taken in and its days closed; what is made of them is for a test to say."""

from datetime import date
from functools import partial

from lakes import Moment

from segspark.config.models import Workspace
from segspark.demo.generate import generate
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake

AS_OF = date(2026, 5, 1)


def take_in(workspace: Workspace, lake: SparkLake) -> None:
    """All that was delivered: each record is known from the day after it was received."""
    for flow in (INGEST, TILES):
        run_flow(flow, workspace, lake, AS_OF)


def demo_shop(people: int) -> Moment:
    """Five months of so many people."""
    begin = partial(generate, people=people, events=22 * people, months=5, as_of=AS_OF, seed=5)
    return Moment(f"demo shop of {people}", None, take_in, begin)
