"""What a flow is: a name, what it reads and writes, and a function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segspark.pipeline.step import Step


@dataclass(frozen=True)
class Flow:
    """One step of the way: what it reads of today, what it reads of earlier days, what it writes.

    ``reads`` and ``writes`` make an acyclic graph within one day; ``reads_earlier`` is declared state of
    yesterday or of the last model and closes no cycle.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    function: Callable[["Step"], None]
    reads_earlier: tuple[str, ...] = ()
    # What it writes follows from what it reads and the configuration alone: equal inputs need no second run.
    is_skipped_when_unchanged: bool = False
    # It writes nothing that the next flow reads, may run beside it, and ends before anything after that begins.
    runs_beside_next: bool = False
