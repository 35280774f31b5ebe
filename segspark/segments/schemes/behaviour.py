"""Behaviour: the groups of the active clustering, as merged, split and renamed by hand."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from segspark.pipeline.context import Resource
from segspark.pipeline.view import View
from segspark.segments.fixed_groups import NEVER_ACTIVE, fixed_entry, segment_of
from segspark.segments.grouping import PURCHASES, Grouping, grouping_of, prepared
from segspark.segments.schemes.scheme import Prepared, Refused, Scheme, SchemeContext, Values
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.models.clustering.current import CurrentGroups

# What tells a group of a model apart, in explanations.
DESCRIBING = ("cluster", "days_since_order", "n_order_365d", "n_visit_day_90d", "n_click_90d", "tenure_days")
# What the run's question of who is far from every group looks at.
ASKED = ("is_far",)


def _prepare(context: SchemeContext, people: "DataFrame") -> Prepared | Refused:
    groups = groups_of_day(context)
    if groups is None:
        return Refused(("no model of groups may describe this day; the last training and the report say why",))
    made = prepared(
        behaviour_grouping(groups), context, people, ("cluster", *PURCHASES), **of_model(context.view, groups)
    )
    return with_never_active(BEHAVIOUR.name, made, groups, context)


def behaviour_grouping(groups: "CurrentGroups") -> Grouping:
    """The groups by the number of their cluster."""
    by_cluster = {str(g.cluster): g for g in groups.groups}
    paths = {key: g.full_path for key, g in by_cluster.items()}
    return grouping_of(BEHAVIOUR.name, "cluster", by_cluster, groups.model_version, paths)


def with_never_active(scheme: str, prepared: Prepared, groups: "CurrentGroups", context: SchemeContext) -> Prepared:
    """The groups, and one of people who never acted, of whom the model says nothing."""
    f = context.f
    (content,), segment = prepared.contents, segment_of(scheme, NEVER_ACTIVE)
    entry = fixed_entry(f, scheme, NEVER_ACTIVE, context.language, content.version, groups.model_version)
    return replace(
        prepared,
        segments=(*prepared.segments, segment),
        contents=(replace(content, content={**content.content, segment.key: segment.segment_id}),),
        entries=(*prepared.entries, f.when(f.col(NEVER_ACTIVE.looks_at).isNull(), entry)),
    )


def model_needs() -> tuple[Resource[Any], ...]:
    """The groups, and the model behind them, which assigns people and tells who is far from every group."""
    from segspark.models.resources import ACTIVE_CLUSTERING, CURRENT_GROUPS

    return (CURRENT_GROUPS, ACTIVE_CLUSTERING)


def groups_of_day(context: SchemeContext) -> "CurrentGroups | None":
    """The groups of the model in use; None without a model, or if no scheme of the workspace needs them."""
    from segspark.segments.schemes.registry import current_groups

    return current_groups(context.view)


def of_model(view: View, groups: "CurrentGroups") -> dict[str, Any]:
    """What every scheme of the model brings: coarser groups, waiting overrides, and who is far from every group."""
    return {
        "coarser": coarser_segments(groups),
        "looks_at": {None: (*groups.documents.groups.features, NEVER_ACTIVE.looks_at)},
        "notes": {"waiting_decisions": list(groups.waiting)},
        "asked": {"far": partial(_read_far, view)},
    }


def _read_far(view: View, people: "DataFrame") -> dict[str, Any]:
    from segspark.models.clustering.active import read_far

    return read_far(view, people)


def coarser_segments(groups: "CurrentGroups") -> tuple[Segment, ...]:
    """The segments of the coarser levels, which occur in paths and have no rows of their own."""
    around = groups.documents.groups.around
    return tuple(Segment(BEHAVIOUR.name, a.segment_id, a.segment_id, a.name, a.description) for a in around)


def _explain(row: Mapping[str, Any], content: Any) -> Values:
    return Values(DESCRIBING)


BEHAVIOUR = Scheme(
    name="behaviour",
    titles={"fr": "Comportements", "en": "Behaviour"},
    order=1,
    exclusive=True,
    purpose="profiling",
    prepare=_prepare,
    explain=_explain,
    needs=model_needs,
    values=lambda context: ("cluster", "engagement", NEVER_ACTIVE.looks_at, *PURCHASES),
    asks=ASKED,
    in_summary=True,
    is_found=True,
    any_engine=True,
    stored_as="cluster",
)
