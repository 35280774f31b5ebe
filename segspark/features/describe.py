"""The catalogue as text: one row per column, everything about one feature, and what a change of it costs."""

from collections.abc import Mapping
from typing import Any

from segspark.features.feature import Catalogue, Feature, ItemKind, Measure
from segspark.near import find_named

FIELDS = ("feature", "family", "unit", "purpose", "empty", "formula")


def list_features(catalogue: Catalogue) -> list[dict[str, str]]:
    """One row per column of the feature frame: FIELDS and the description."""
    rows = [_stored(catalogue, f, w) for f in catalogue.features for w in f.spans]
    for item in (*catalogue.derived, *catalogue.of_profile):
        purposes = sorted({catalogue.purpose_of(f) for f in catalogue.narrowed({item.name}).features})
        rows.append(
            {
                "feature": item.name,
                "family": item.family,
                "unit": item.type,
                "purpose": ", ".join(purposes) or "-",
                "empty": "null",
                "formula": item.sql,
                "description": item.describe,
            }
        )
    return rows


def describe_feature(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """Everything about one column, or about all windows of a feature.

    Raises:
        ConfigError: no such feature; the message lists similar names.
    """
    rows = {r["feature"]: r for r in list_features(catalogue)}
    feature = next((f for f in catalogue.features if name == f.name or name in _columns(f)), None)
    if feature is None:
        if name in rows:
            return {**rows[name], "needs": sorted(_needs(catalogue, name))}
        known = dict.fromkeys([*rows, *(f.name for f in catalogue.features)])
        named = find_named("feature", name, known, lambda other: (other,), "`segspark features list` names all.")
        return describe_feature(catalogue, named)
    measure = catalogue.source_of(feature)
    same = [f for f in catalogue.features if f.name == feature.name]
    columns = [c for f in same for c in _columns(f)]
    used = [d.name for d in (*catalogue.derived, *catalogue.of_profile) if set(columns) & _needs(catalogue, d.name)]
    return {
        **rows[name if name in rows else columns[0]],
        "feature": name,
        "windows": [_span(w) for f in same for w in f.spans],
        "columns": columns,
        "measure": measure.name,
        "events": list(measure.event_types),
        "condition": measure.where or "none",
        "value": measure.expression if isinstance(measure, ItemKind) else measure.value,
        "used_by": used,
    }


def _stored(catalogue: Catalogue, feature: Feature, window: int) -> dict[str, str]:
    return {
        "feature": feature.column(window),
        "family": feature.family,
        "unit": catalogue.unit_of(feature),
        "purpose": catalogue.purpose_of(feature),
        "empty": feature.kind.empty,
        "formula": _formula(feature, catalogue.source_of(feature), window),
        "description": feature.describe,
    }


def _formula(feature: Feature, measure: Measure | ItemKind, window: int) -> str:
    if isinstance(measure, ItemKind) and feature.by_items.own_window_only:
        window = measure.days
    only = [f"in months {', '.join(map(str, feature.months))}"] if feature.months else []
    only += [f"on weekdays {', '.join(map(str, feature.weekdays))}"] if feature.weekdays else []
    only += ["within sales periods"] if feature.only_sales else []
    bits = measure.hll_sketch if isinstance(measure, ItemKind) else None
    by = [f"by hll_sketch of 2^{bits} registers"] if bits is not None else []
    return " ".join([feature.kind.words, measure.name, *only, f"over {_span(window)}", *by])


def _span(window: int) -> str:
    return "lifetime" if window == 0 else f"[as_of - {window}, as_of)"


def _columns(feature: Feature) -> list[str]:
    return [feature.column(w) for w in feature.spans]


def _needs(catalogue: Catalogue, name: str) -> set[str]:
    return {c.name for c in catalogue.narrowed({name}).stored_columns()}


def plan_features(catalogue: Catalogue, tiles: Mapping[str, str]) -> list[dict[str, str]]:
    """Which features the stored tiles support, and which need their days recomputed from silver.

    Args:
        tiles: measure_hashes of the newest tiles; empty where there are none.

    Returns:
        One row per measure that has changed: measure, change (new, changed, removed), features (columns).
    """
    now = catalogue.measure_hashes
    rows = []
    for name in sorted({*now, *tiles}):
        if now.get(name) == tiles.get(name):
            continue
        change = "new" if name not in tiles else "removed" if name not in now else "changed"
        columns = [c for f in catalogue.features if f.measure == name for c in _columns(f)]
        rows.append({"measure": name, "change": change, "features": ", ".join(columns)})
    return rows
