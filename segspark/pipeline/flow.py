"""A flow: a name, what it reads, writes and needs, and a function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from segspark.errors import SegsparkError

if TYPE_CHECKING:
    from segspark.pipeline.context import Needs
    from segspark.pipeline.step import Step


@dataclass(frozen=True)
class Request:
    """How a flow computes its day.

    Attributes:
        days: all days of a backfill, without gaps, or the cuts of a training set; empty is the as-of day alone.
        is_provisional: the last day is incomplete.
        carry_on: incremental from yesterday's state if it matches; False computes from all days.
        names: what of the flow's work is asked for, such as models to train or columns; empty is all of it.
    """

    days: tuple[date, ...] = ()
    is_provisional: bool = False
    carry_on: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A flow, as data.

    ``reads`` and ``writes`` make an acyclic graph within one day; ``reads_earlier`` is declared state of yesterday
    and closes no cycle. Only declared tables and resources are accessible.

    Attributes:
        name: as ops.runs stores it.
        reads: names of tables, as other flows of the same day have written them.
        writes: names of tables.
        function: does the work, given a step.
        reads_earlier: names of tables, as earlier days left them.
        needs: resources resolved from the workspace and the model registry; part of a run's identity. A function where
            they are known only when the flow runs.
        request: how its days are computed by default.
        is_skipped_when_unchanged: its output depends only on what it reads and needs, so equal inputs need no second
            run.
        runs_beside_next: it writes nothing that the next flow reads, may run in parallel with it, and ends before the
            flow after that begins.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    function: Callable[["Step"], None]
    reads_earlier: tuple[str, ...] = ()
    needs: "Needs" = ()
    request: Request = Request()
    is_skipped_when_unchanged: bool = False
    runs_beside_next: bool = False

    @property
    def readable(self) -> tuple[str, ...]:
        """Every table that its steps may read, including the tables it writes."""
        return (*self.reads, *self.reads_earlier, *self.writes)


def flow_graph(flows: Sequence[Flow]) -> Mapping[str, set[str]]:
    """Table -> tables from which it is made within one day."""
    graph: dict[str, set[str]] = {}
    for flow in flows:
        for table in flow.writes:
            graph.setdefault(table, set()).update(flow.reads)
    return graph


def in_order(flows: Sequence[Flow]) -> tuple[Flow, ...]:
    """The flows of one day, each after those that write what it reads; otherwise in the given order.

    Raises:
        SegsparkError: a table would be made from itself within one day.
    """
    if cycles := cycles_of(flow_graph(flows)):
        raise SegsparkError(f"Within one day a table is made of itself: {' <- '.join(cycles[0])}.")
    ordered: list[Flow] = []
    waiting = list(flows)
    while waiting:
        written_later = {table: flow for flow in waiting for table in flow.writes}
        ready = next(f for f in waiting if all(written_later.get(table, f) is f for table in f.reads))
        ordered.append(ready)
        waiting.remove(ready)
    return tuple(ordered)


def cycles_of(graph: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The cycles by which a table would be made from itself within one day; none in a valid graph."""
    cycles: list[tuple[str, ...]] = []

    def walk(table: str, path: tuple[str, ...]) -> None:
        if table in path:
            cycles.append((*path[path.index(table) :], table))
            return
        if table not in done:
            for source in sorted(graph.get(table, ())):
                walk(source, (*path, table))
            done.add(table)

    done: set[str] = set()
    for table in sorted(graph):
        walk(table, ())
    return cycles
