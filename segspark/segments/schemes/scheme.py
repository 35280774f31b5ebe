"""What a scheme is: a way of segmenting the list, as a value.

A scheme is plugged in by its value alone (registry.py). Flow, changes, profiles, questions and report iterate over the
schemes and know none by name. Its functions import Spark and models themselves, so that small questions stay quick.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segspark.config.models import Segments, Settings
from segspark.pipeline.context import Resource
from segspark.pipeline.view import View
from segspark.purposes import Purpose
from segspark.sections import Section, Words
from segspark.segments.definitions import Definition, Definitions, Rule
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.rules.tree import Node
from segspark.segments.segment import Segment
from segspark.segments.validation_errors import ValidationIssue

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.segments.validity import Validity

Typed = Callable[[Sequence[str]], Column]
"""Names of values -> a column of them, as gold.segment_changes stores deciding values."""


@dataclass(frozen=True)
class SchemeContext:
    """What a scheme is prepared with.

    Attributes:
        view: tables, settings and resources of the day; models shared by schemes are resources.
        definitions: those of the workspace, or a stored version.
        f: the functions of the engine that the entries are for.
        ahead: validity of values in the coming days; without it a membership is valid until the next day.
    """

    view: View
    definitions: Definitions
    f: Functions
    ahead: "Validity | None" = None

    @property
    def settings(self) -> Settings:
        return self.view.settings

    @property
    def language(self) -> str:
        return self.view.settings.language


@dataclass(frozen=True)
class Content:
    """A version of a definition, as gold.definitions stores it.

    Attributes:
        name: of the definition within its scheme.
        segments: ids of the segments that it alone defines.
    """

    version: str
    name: str
    content: Any
    segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A scheme ready to assign the people of a day.

    Attributes:
        segments: those that people may be in; ``place`` may add more.
        entries: columns, each with one membership of a person or null (membership.entry).
        contents: the definitions behind the entries.
        deciding: the values that decided, by segment id; of the key None: those of every other segment.
        place: joins what the entries look at, once the people are computed; returns them with further segments.
        coarser: segments that occur in paths and have no rows of their own.
        notes: what the run records, by key.
        looks_at: the values that the definitions look at, by segment id; of the key None: of every other segment.
        asked: questions about the people that the run records, by key; they run beside the writing of changes.
    """

    segments: tuple[Segment, ...]
    entries: tuple[Column, ...]
    contents: tuple[Content, ...]
    deciding: Callable[[Typed], Mapping[str | None, Column]]
    place: "Callable[[DataFrame], tuple[DataFrame, tuple[Segment, ...]]] | None" = None
    coarser: tuple[Segment, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    looks_at: Mapping[str | None, Collection[str]] = field(default_factory=dict)
    asked: "Mapping[str, Callable[[DataFrame], Any]]" = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A scheme that cannot be made on a day, which is a valid result; nothing is recorded without reasons."""

    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conditions:
    """Why a person is in a segment: the conditions that were tried, and those of the sentence."""

    tried: Node
    sentence: Node


@dataclass(frozen=True)
class Values:
    """Why a person is in a segment that no condition describes: values, some of them told by the membership."""

    names: tuple[str, ...]
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """How people write the definitions of a scheme.

    Attributes:
        read: those in the files of a workspace, with all errors added to the list; names of segments in them are
            resolved later.
        parse: one from its stored content.
        segments: every segment that one may give.
        count: how many there are, as the doctor says it.
        conditions: the segments of one that a single condition describes; they can be previewed, and explained to
            people outside.
    """

    read: Callable[[Segments, Path, list[ValidationIssue]], tuple[Definition, ...]]
    parse: Callable[[Any], Definition]
    segments: Callable[[Any], tuple[Segment, ...]]
    count: Callable[[Sequence[Any]], str]
    conditions: Callable[[Any], tuple[Rule, ...]] = lambda definition: ()


@dataclass(frozen=True)
class StoredSegment:
    """A segment of a stored day, named in the report's language."""

    name: str
    key: str
    n_people: int


@dataclass(frozen=True)
class StoredDay:
    """What a scheme's section of the report is made of: a stored day without its rows.

    Attributes:
        outcomes: what the day's flows recorded.
        segments: of the scheme.
    """

    settings: Settings
    language: str
    outcomes: Mapping[str, Any]
    segments: tuple[StoredSegment, ...]


def _nothing() -> tuple[Resource[Any], ...]:
    return ()


@dataclass(frozen=True, eq=False)
class Scheme:
    """A way of segmenting the list.

    A scheme that raises is recorded as failed under its name, and the other schemes are written.

    Attributes:
        name: as rows store it and ``segments.schemes`` lists it.
        titles: the reader's name.
        order: the place of its profiles in the report, the smallest first.
        exclusive: a person is in one segment at most, so moving is leaving one for another.
        purpose: the permission without which nobody is segmented so: others are in a group of their own, which is no
            audience. None if each value that definitions look at is already cut by its own permission.
        prepare: for a day; the people are planned, not computed. ``schemes/permission.py`` adds the group of those who
            do not permit it.
        explain: why a person is in a segment, from a row of gold.segments and the content of its definition.
        needs: resources that ``prepare`` looks up.
        values: what its entries look at of a person, besides what its definitions name.
        asks: what the questions about the people look at that the run records (``Prepared.asked``), besides.
        written: how people write its definitions; None if it follows from settings or a model.
        section: its own section of the report, if it has one.
        has_paths: keys of its segments are paths, shown beside names that may be equal.
        in_summary: the report's summary may name its best segment.
        is_found: a model found its segments in what people did; their results are measured on later days.
        any_engine: ``prepare`` and what it returns use the context's functions alone, so that a replay of a kept day needs no
            Spark; as written schemes do.
        stored_as: of a scheme whose groups a model gives, the column of gold.people with a person's group on the day; empty
            for others. A replay without Spark reads it, where the version in use is the one that gave it.
    """

    name: str
    titles: Words
    order: int
    exclusive: bool
    purpose: Purpose | None
    prepare: "Callable[[SchemeContext, DataFrame], Prepared | Refused]"
    explain: Callable[[Mapping[str, Any], Any], Conditions | Values]
    needs: Callable[[], tuple[Resource[Any], ...]] = _nothing
    values: Callable[[SchemeContext], Collection[str]] = lambda context: ()
    asks: Collection[str] = ()
    written: Written | None = None
    section: Callable[[StoredDay], Section | None] | None = None
    has_paths: bool = False
    in_summary: bool = False
    is_found: bool = False
    any_engine: bool = False
    stored_as: str = ""

    @property
    def editable(self) -> bool:
        """Whether people write its definitions."""
        return self.written is not None
