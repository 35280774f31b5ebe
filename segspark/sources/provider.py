"""A provider: one kind of source, as a value that tells how its files become staged rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from segspark.config.models import Model
from segspark.config.yaml_lines import Place
from segspark.sources.receipt import Receipt
from segspark.sources.shapes import Kept, shaped
from segspark.sources.spec import Source
from segspark.sources.vocabulary import INTRODUCING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.sources.files import InputFile
    from segspark.sources.plan import GatewayPlan


class NoOptions(Model):
    """For providers without options."""


@dataclass(frozen=True)
class Issue:
    """What a source's YAML says that its provider cannot work with.

    Attributes:
        place: keys and list positions in the YAML, such as ("records", 0, "columns").
    """

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.place))}: {self.message}"


def without_mapping(source: Source) -> list[Issue]:
    """The check of providers with an adapter of their own: what describes a mapping has no place there."""
    issues = []
    if source.records:
        issues.append(
            Issue(("records",), f"{source.kind} has an adapter of its own; `records` belongs to a mapped source.")
        )
    if source.received.how == "column":
        issues.append(Issue(("received", "from"), f"column belongs to a mapped source, and {source.kind} is none."))
    return issues


def never(source: Source) -> bool:
    return False


def not_counted(file: "InputFile", source: Source, max_bytes: int) -> int | None:
    return None


def fields(**paths: str) -> Callable[[Source], Kept]:
    """``keeps`` of a provider whose records have the same fields in every source: shape -> dotted paths."""
    return partial(_listed, shaped(**paths))


def _listed(kept: Kept, source: Source) -> Kept:
    return kept


@dataclass(frozen=True)
class Provider:
    """One kind of source.

    A record on which its adapter fails is quarantined, and the others go on; a stage that raises ends the run before
    anything is written.

    Attributes:
        name: the source's ``kind``.
        options: model of the source's ``options``; adapters read them from their context.
        vocabulary: the provider's word -> the shared word that the adapter makes of it, where no detail of the record
            decides otherwise.
        keeps: the fields of a record that are kept: dotted path -> shape (``shapes.py``). What the adapter reads,
            without direct identifiers and free text; nothing else of a record is kept. Custom arguments are kept by the
            names that the source's YAML gives (``keep``).
        stage: the rows of a plan's files. It gets a frame with one row (the number of a group of files) per task, and
            returns the names of the staged files (``tables/staging.NAMED_DDL``).
        receipt: the ways of telling when a record was received, the best first.
        attributes: the shape of the attributes of its events, custom arguments apart.
        words: what its vocabulary has in several words; any other text of several words is no word of it.
        check: what is wrong with a source of this kind beyond its form.
        introduces: what makes a person known: words of events, kinds of content, and ``identify``. A record that says
            something of these introduces everybody it names. What others say of an unknown identifier is kept under
            its pseudonym, and counts once it is introduced.
        by_line: whether the source delivers order lines alone, so that its orders are made from them.
        counts: how many records a file holds, by other code than ``stage`` (``counts.py``); it is compared with what
            ``stage`` gives. None: it cannot be told.
    """

    name: str
    options: type[Model]
    vocabulary: Mapping[str, str]
    keeps: Callable[[Source], Kept]
    stage: Callable[["DataFrame", "GatewayPlan"], "DataFrame"]
    receipt: tuple[Receipt, ...]
    check: Callable[[Source], list[Issue]] = without_mapping
    attributes: str = "word"
    words: frozenset[str] = frozenset()
    introduces: frozenset[str] = INTRODUCING
    by_line: Callable[[Source], bool] = never
    counts: Callable[["InputFile", Source, int], int | None] = not_counted
