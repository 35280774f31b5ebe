"""A scheme as it is made of a day: people without the permission for its purpose are in a group of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from segspark.segments.fixed_groups import fixed_entry, segment_of, without
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.schemes.scheme import Prepared, Refused, Scheme, SchemeContext, Typed
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def prepare(scheme: Scheme, context: SchemeContext, people: "DataFrame") -> Prepared | Refused:
    """The scheme for the people of a day: its groups among those who permit its purpose, and one of all others, under
    the version of the scheme's first definition.

    Args:
        people: planned, not computed, with ``<purpose>_from``.
    """
    prepared = scheme.prepare(context, people)
    if scheme.purpose is None or isinstance(prepared, Refused):
        return prepared
    f = context.f
    group, may = without(scheme.purpose), permits(scheme, f)
    segment, version = segment_of(scheme.name, group), prepared.contents[0].version
    deciding = prepared.deciding

    def with_permission(typed: Typed) -> Mapping[str | None, Column]:
        return {**deciding(typed), segment.segment_id: typed([group.looks_at])}

    others = f.when(~may, fixed_entry(f, scheme.name, group, context.language, version))
    return replace(
        prepared,
        segments=(*prepared.segments, segment),
        entries=(*[f.when(may, entry) for entry in prepared.entries], others),
        deciding=with_permission,
        looks_at={**prepared.looks_at, segment.segment_id: (group.looks_at,)},
    )


def segment_without(scheme: Scheme) -> Segment | None:
    """The group of those who do not permit the scheme's purpose."""
    return None if scheme.purpose is None else segment_of(scheme.name, without(scheme.purpose))


def permits(scheme: Scheme, f: Functions) -> Column:
    """Whether a person permits the scheme's purpose."""
    return f.lit(True) if scheme.purpose is None else f.col(f"{scheme.purpose}_from").isNotNull()
