"""Preparing the schemes of a day: one that is refused or fails is left out, the others go on."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.scheme import Prepared, Refused, Scheme, SchemeContext

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failed(Refused):
    """A scheme that raised; its reason names the error."""

    error: Exception = field(kw_only=True)


Results = Mapping[Scheme, Prepared | Refused]


def prepare_schemes(schemes: Iterable[Scheme], context: SchemeContext, people: "DataFrame") -> Results:
    """Each scheme, prepared or refused.

    Args:
        people: planned, not computed.
    """
    return {scheme: _tried(scheme, partial(prepare, scheme, context, people)) for scheme in schemes}


def place_people(results: Results, people: "DataFrame") -> "tuple[DataFrame, Results]":
    """The computed people with what the schemes join to them, and the schemes with the segments found."""
    placed = dict(results)
    for scheme, prepared in results.items():
        if isinstance(prepared, Prepared) and prepared.place is not None:
            found = _tried(scheme, partial(prepared.place, people))
            if isinstance(found, Refused):
                placed[scheme] = found
            else:
                people, segments = found
                placed[scheme] = replace(prepared, segments=(*prepared.segments, *segments))
    return people, placed


def assign(results: Results, people: "DataFrame", as_of: date) -> "tuple[DataFrame | None, Results]":
    """The memberships of a day, None if no scheme has any; without a scheme whose entries do not fit the people."""
    from segspark.segments.membership import assign_segments

    def rows(of: Results) -> "DataFrame | None":
        entries = [entry for prepared in made(of).values() for entry in prepared.entries]
        return assign_segments(people, entries, as_of) if entries else None

    def fitting(prepared: Prepared) -> Prepared:
        if prepared.entries:
            assign_segments(people, prepared.entries, as_of)
        return prepared

    try:
        return rows(results), results
    except Exception:
        # One query holds the entries of all schemes; only now it is looked whose do not fit.
        checked = dict(results)
        checked |= {scheme: _tried(scheme, partial(fitting, p)) for scheme, p in made(results).items()}
        if len(made(checked)) == len(made(results)):
            raise
        return rows(checked), checked


def memberships(results: Results, people: "DataFrame", as_of: date) -> "DataFrame":
    """The memberships of the computed people, for a question.

    Raises:
        Exception: of a scheme that fails; a question has one answer, and no part of it may be missing.
    """
    from segspark.segments.membership import assign_segments

    people, results = place_people(results, people)
    for result in results.values():
        if isinstance(result, Failed):
            raise result.error
    return assign_segments(people, [entry for p in made(results).values() for entry in p.entries], as_of)


def _tried(scheme: Scheme, function: Callable[[], T]) -> T | Refused:
    try:
        return function()
    except Exception as error:
        _log.exception("The scheme %s failed.", scheme.name)
        return Failed((f"failed: {type(error).__name__}: {error}",), error=error)


def made(results: Results) -> dict[Scheme, Prepared]:
    """The schemes that are neither refused nor failed."""
    return {scheme: result for scheme, result in results.items() if isinstance(result, Prepared)}
