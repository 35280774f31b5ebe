"""Schemes whose groups are named by a column of the people: RFM cells, clusters, rare groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from segspark.ids import version_of
from segspark.segments.entry import entry
from segspark.segments.fixed_groups import NEVER_ACTIVE
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.schemes.scheme import Content, Prepared, SchemeContext, Typed
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What describes a buyer besides the column that names the group.
PURCHASES = ("days_since_order", "n_order_365d", "net_order_cents_365d")


@dataclass(frozen=True)
class Grouping:
    """An exclusive scheme whose groups are named by a column.

    Attributes:
        column: the people's column with the group's key.
        segments: key -> segment.
        version: definition_version of all rows.
        score: column by which the scheme ranks, or None.
        paths: key -> segment ids of the nested groups, from the coarsest to the segment itself; by default the key.
    """

    scheme: str
    column: str
    segments: Mapping[str, Segment]
    version: str
    score: str | None = None
    model_version: str | None = None
    paths: Mapping[str, tuple[str, ...]] | None = None


class FoundGroup(Protocol):
    """A group that a model found, as its document has it."""

    @property
    def segment_id(self) -> str: ...
    @property
    def name(self) -> Mapping[str, str]: ...
    @property
    def description(self) -> Mapping[str, str]: ...
    @property
    def centre(self) -> tuple[float, ...]: ...
    def to_json(self) -> Any: ...


def grouping_of(
    scheme: str,
    column: str,
    groups: Mapping[str, FoundGroup],
    model_version: str,
    paths: Mapping[str, tuple[str, ...]] | None = None,
) -> Grouping:
    """The groups that a model found, after overrides; its version is of their stored form, and of who is in none.

    Args:
        groups: by their values of the column.
        paths: of nested groups.
    """
    segments = {
        key: Segment(scheme, g.segment_id, g.segment_id, g.name, g.description, g.centre or None, model_version)
        for key, g in groups.items()
    }
    paths = paths or {key: (g.segment_id,) for key, g in groups.items()}
    version = version_of([*(g.to_json() for g in groups.values()), NEVER_ACTIVE.key])
    return Grouping(scheme, column, segments, version, "engagement", model_version, paths)


def prepared(
    grouping: Grouping, context: SchemeContext, people: "DataFrame", deciding: Sequence[str], **more: Any
) -> Prepared:
    """The scheme of a grouping.

    Args:
        deciding: the values that decide, as far as the people have them.
        more: further attributes of what is prepared.
    """
    wanted = [name for name in deciding if name in people.columns]

    def values(typed: Typed) -> Mapping[str | None, Column]:
        return {None: typed(wanted)}

    content = {key: segment.segment_id for key, segment in grouping.segments.items()}
    return Prepared(
        segments=tuple(grouping.segments.values()),
        entries=(grouping_entry(context.f, grouping, context.language),),
        contents=(Content(grouping.version, grouping.scheme, content),),
        deciding=values,
        **more,
    )


def grouping_entry(f: Functions, grouping: Grouping, language: str) -> Column:
    """The membership given by the column of a grouping; null for people of no group."""
    key = f.col(grouping.column).cast("string")
    pairs = [(k, s) for k, s in sorted(grouping.segments.items())]
    ids = f.create_map(*[f.lit(x) for k, s in pairs for x in (k, s.segment_id)])
    labels = f.create_map(*[f.lit(x) for k, s in pairs for x in (k, s.name[language])])
    nested = sorted((grouping.paths or {}).items())
    paths = f.create_map(*[f.lit(x) for k, p in nested for x in (k, "/".join(p))]) if nested else None
    depths = f.create_map(*[f.lit(x) for k, p in nested for x in (k, len(p))]) if nested else None
    membership = entry(
        f,
        scheme=grouping.scheme,
        segment_id=f.try_element_at(ids, key),
        name=f.try_element_at(labels, key),
        level=f.lit(1) if depths is None else f.try_element_at(depths, key),
        path=key if paths is None else f.try_element_at(paths, key),
        branch=key,
        version=grouping.version,
        score=f.col(grouping.score) if grouping.score else None,
        model_version=grouping.model_version,
    )
    return f.when(f.try_element_at(ids, key).isNotNull(), membership)
