"""Groups that a plain fact about a person gives, outside of models and definitions.

People without a scheme's permission are in such a group of the scheme: they are counted and never an audience. People who
never acted are in such a group of every scheme that compares what people did.
"""

from dataclasses import dataclass
from typing import cast

from segspark.ids import mint
from segspark.purposes import Purpose
from segspark.sections import Words
from segspark.segments.entry import entry
from segspark.segments.rules.engine import Column, Functions
from segspark.segments.segment import Segment


@dataclass(frozen=True)
class FixedGroup:
    """A group of a plain fact.

    Attributes:
        key: stored as path and branch; no key that people write has a colon.
        looks_at: the value that tells why somebody is in it.
    """

    key: str
    name: Words
    description: Words
    looks_at: str


_WITHOUT = "without:"


def without(purpose: Purpose) -> FixedGroup:
    """The group of people who do not permit a purpose."""
    fr, en = {"profiling": ("Sans profilage", "No profiling")}.get(purpose, (f"Sans {purpose}", f"No {purpose}"))
    description = {"fr": "ne permettent pas ce regroupement", "en": "do not permit to be grouped so"}
    return FixedGroup(f"{_WITHOUT}{purpose}", {"fr": fr, "en": en}, description, f"{purpose}_from")


NEVER_ACTIVE = FixedGroup(
    "never:active",
    {"fr": "Jamais actifs", "en": "Never active"},
    {"fr": "aucune commande, aucun clic, aucune visite", "en": "no order, no click, no visit"},
    "last_active_date",
)


def fixed_group(branch: str) -> FixedGroup | None:
    """The fixed group of a stored branch; None if it is another group's."""
    if is_no_audience(branch):
        return without(cast(Purpose, branch.removeprefix(_WITHOUT)))
    return NEVER_ACTIVE if branch == NEVER_ACTIVE.key else None


def is_no_audience(key: str) -> bool:
    """Whether a segment's key is that of people without a scheme's permission."""
    return key.startswith(_WITHOUT)


def segment_of(scheme: str, group: FixedGroup) -> Segment:
    return Segment(scheme, mint(scheme, group.key), group.key, group.name, group.description)


def fixed_entry(
    f: Functions, scheme: str, group: FixedGroup, language: str, version: str, model: str | None = None
) -> Column:
    """The membership in a fixed group, whoever is in it."""
    return entry(
        f,
        scheme=scheme,
        segment_id=f.lit(mint(scheme, group.key)),
        name=f.lit(group.name[language]),
        level=f.lit(1),
        path=f.lit(group.key),
        branch=f.lit(group.key),
        version=version,
        model_version=model,
    )
