"""Rare groups: small dense groups of the active clustering, and people who are like nobody."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segspark.models.clustering.documents.rare import SMALL
from segspark.segments.fixed_groups import NEVER_ACTIVE
from segspark.segments.grouping import PURCHASES, Grouping, grouping_of, prepared
from segspark.segments.schemes.behaviour import (
    ASKED,
    DESCRIBING,
    groups_of_day,
    model_needs,
    of_model,
    with_never_active,
)
from segspark.segments.schemes.scheme import Prepared, Refused, Scheme, SchemeContext, Values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.clustering.current import CurrentGroups


# As the run records it.
NONE_FOUND = "none found: no small dense group is described by a plain rule"


def _prepare(context: SchemeContext, people: "DataFrame") -> Prepared | Refused:
    groups = groups_of_day(context)
    if groups is None or not groups.rare:
        return Refused()
    if not any(group.kind == SMALL for group in groups.rare):
        return Refused((NONE_FOUND,))
    made = prepared(rare_grouping(groups), context, people, ("rare", *PURCHASES), **of_model(context.view, groups))
    return with_never_active(RARE.name, made, groups, context)


def rare_grouping(groups: "CurrentGroups") -> Grouping:
    """The rare groups by their keys; none without any."""
    found = {g.key: g for g in groups.rare}
    return grouping_of(RARE.name, "rare", found, groups.model_version)


def _explain(row: Mapping[str, Any], content: Any) -> Values:
    # Finding a person's neighbours would need all people, so the group is taken from the row.
    return Values(DESCRIBING, {"cluster": row["branch_id"]})


RARE = Scheme(
    name="rare",
    titles={"fr": "Groupes rares", "en": "Rare groups"},
    order=5,
    exclusive=True,
    purpose="profiling",
    prepare=_prepare,
    explain=_explain,
    needs=model_needs,
    values=lambda context: ("rare", "engagement", NEVER_ACTIVE.looks_at, *PURCHASES),
    asks=ASKED,
    is_found=True,
    any_engine=True,
    stored_as="rare",
)
