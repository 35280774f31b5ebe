"""The values that conditions may use: the kind of each, and how it changes from day to day without a new event."""

import re
from collections.abc import Mapping, Sequence

from segspark.config.models import Models
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.features.value import Kind, Motion, Value
from segspark.models.registry import columns_of_people, model_values
from segspark.segments.rules.tree import Followed
from segspark.tables.contracts.contract import Contract
from segspark.tables.contracts.gold import FEATURES, PEOPLE

_WORD = re.compile(r"[a-z_]\w*")
_AGE = re.compile(r"datediff\(as_of_date, (\w+)\)")
_KINDS: dict[str, Kind] = {"string": "text", "date": "date", "boolean": "boolean"}


PROFILE = {
    **{name: Value("text", "still") for name in ("country", "region", "city", "language", "gender")},
    "signup_date": Value("date", "still"),
    "age_years": Value("number", "birthday"),
    "days_to_birthday": Value("number"),
}
SCORES = {
    **{name: Value("number") for name in ("recency", "frequency", "monetary", "engagement")},
    **{name: Value("text") for name in ("rfm_cell", "engagement_tier")},
}
CONTACT = {
    "is_contactable": Value("boolean"),
    "not_contactable_reason": Value("text"),
    "mailbox_provider": Value("text", "still"),
}
CALENDAR = {
    **{name: Value("number", "calendar") for name in ("month", "weekday", "days_to_sales_period")},
    **{name: Value("text", "calendar") for name in ("season", "holiday", "sales_period", "promotion")},
    "is_holiday": Value("boolean", "calendar"),
    # A forecast for the coming days may change by tomorrow.
    "weather": Value("text"),
    "temperature_c": Value("number"),
}


def values_of(catalogue: Catalogue, models: Models) -> dict[str, Value]:
    """Every value that a condition of a workspace may use, except profile attributes."""
    return {**_features(catalogue), **PROFILE, **SCORES, **model_values(models), **CONTACT, **CALENDAR}


def stored_people() -> Contract:
    """gold.people with what models add to a person, for questions without Spark."""
    return PEOPLE.with_columns(columns_of_people())


def measures_read(sequences: Sequence[Followed], catalogue: Catalogue) -> list[str]:
    """The tile measures used by the sequences."""
    acts = acts_of(catalogue)
    return sorted({acts[a] for s in sequences for a in (s.first, s.then)})


def _features(catalogue: Catalogue) -> dict[str, Value]:
    values: dict[str, Value] = {
        c.name: Value(_KINDS.get(c.type, "number"), "today" if c.name == "as_of_date" else "still")
        for c in FEATURES.columns
    }
    types = {c.name: c.type for c in catalogue.stored_columns()}
    for feature in catalogue.features:
        for window in feature.spans:
            # From a window days leave without an event.
            name = feature.column(window)
            motion: Motion = "moving" if window else feature.kind.motion
            values[name] = Value(_KINDS.get(types[name], "number"), motion)
    for derived in (*catalogue.derived, *catalogue.of_profile):
        if "<" in derived.type:
            # Nothing in a condition is a list.
            continue
        motion = _motion(derived.sql, {**PROFILE, **CALENDAR, **values})
        values[derived.name] = Value(_KINDS.get(derived.type, "number"), motion)
    return values


def _motion(sql: str, values: Mapping[str, Value]) -> Motion:
    """How a projection changes, from the values it uses."""
    motions = {values[word].motion for word in _WORD.findall(sql) if word in values}
    if (age := _AGE.fullmatch(sql)) and values[age[1]].motion == "still":
        return "ageing"
    return "still" if motions == {"still"} else "moving"
