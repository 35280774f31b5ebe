"""What a segment's definition looks at, so that no measure made of the same is tested.

A segment differs from the others by the measures that define it, as a matter of course: a test of such a difference
(double dipping) would be significant whatever people do. So measures and definitions are traced back to the types of
events that they count; who ordered often has spent much, too.
"""

import re
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from segspark.features.catalogue.habits import ACTS
from segspark.features.feature import Catalogue
from segspark.measure.kpi import Kpi
from segspark.measure.reactions import EVENTS_OF
from segspark.models.model import Model
from segspark.models.registry import MODELS


def columns_given(model: Model[Any, Any]) -> list[str]:
    """The columns beside people that a model gives."""
    bands = [score.band for score in model.scores if score.band]
    return [*(output.column for output in model.outputs), *bands]


_WORD = re.compile(r"[a-z_]\w*")
_PURCHASES, _EVERYTHING = ("order", "refund"), (*ACTS, "open")
_SUPPRESSING = ("bounce_hard", "complaint", "unsubscribe")
# Values that are no features -> the events that they count. Models look at every human act.
_OTHERS = {
    **dict.fromkeys(("recency", "frequency", "monetary", "rfm_cell"), _PURCHASES),
    **dict.fromkeys(("engagement", "engagement_tier"), _EVERYTHING),
    **dict.fromkeys(("cluster", *(c for model in MODELS.all() for c in columns_given(model))), ACTS),
    **dict.fromkeys(("is_contactable", "not_contactable_reason"), _SUPPRESSING),
    **EVENTS_OF,
}
_PROFILING = "profiling_from"
_OF_ACTS = frozenset(("engagement", *(c for model in MODELS.all() for c in columns_given(model))))
# What projections read besides features.
_OF_PEOPLE = frozenset(
    ("age_years", "days_to_birthday", "country", "region", "city", "language", "gender", "signup_date")
)

Looked = Mapping[str | None, Collection[str]]
"""The values that a scheme's definition looks at, by segment id; of the key None: of every other segment."""


class Defining:
    """Which measures define the segments of a day."""

    def __init__(
        self,
        catalogue: Catalogue,
        looked_at: Mapping[str, Looked] | None = None,
        found: Collection[str] = (),
        own_models: Collection[Model[Any, Any]] = (),
    ) -> None:
        """
        Args:
            looked_at: by scheme. Of a scheme without an entry every measure is tested.
            found: the schemes whose segments a model found in what people did: every window of days is of the days that
                define them.
            own_models: of the workspace.
        """
        self.catalogue, self.looked_at, self.found = catalogue, looked_at or {}, frozenset(found)
        self._given = frozenset(column for model in own_models for column in columns_given(model))
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def is_made_of(self, kpi: Kpi, scheme: str, segment_id: str) -> bool:
        """Whether a KPI, counted on the days that a definition looks at, is made of what it looks at."""
        if scheme in self.found and kpi.words.days is not None:
            return True
        of_scheme = self.looked_at.get(scheme, {})
        values = of_scheme.get(segment_id, of_scheme.get(None, ()))
        # Of people without a permission nothing is counted that needs it, and scores of acts lack what it covers.
        if kpi.permission in values or (_PROFILING in values and kpi.columns & (_OF_ACTS | self._given)):
            return True
        return bool(self.sources(kpi.columns) & self.sources(values))

    def sources(self, columns: Collection[str]) -> frozenset[str]:
        """The types of events that columns count, however indirectly; a column of no event is its own source."""
        wanted = frozenset(columns)
        if wanted not in self._known:
            self._known[wanted] = self._traced(wanted)
        return self._known[wanted]

    def _traced(self, columns: frozenset[str]) -> frozenset[str]:
        found, waiting, seen = set[str](), list(columns), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self._events:
                found.update(self._events[name])
            elif name in self._parts:
                waiting += self._parts[name]
            else:
                found.add(name)
        return frozenset(found)

    @cached_property
    def _events(self) -> dict[str, tuple[str, ...]]:
        of_measure = {m.name: m.event_types for m in self.catalogue.measures}
        of_measure |= {item.name: item.event_types for item in self.catalogue.items}
        stored = {f.column(w): of_measure[f.measure] for f in self.catalogue.features for w in f.spans}
        return {**_OTHERS, **dict.fromkeys(self._given, ACTS), **of_measure, **stored}

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        """Projections -> what they are made of; other words of their SQL are functions."""
        derived = (*self.catalogue.derived, *self.catalogue.of_profile)
        known = {*self._events, *_OF_PEOPLE, *(d.name for d in derived)}
        return {d.name: [word for word in _WORD.findall(d.sql) if word in known] for d in derived}
