"""What is wrong with a catalogue as a whole: duplicate names, unknown measures, impossible combinations."""

from segspark.features.feature import Catalogue, Feature
from segspark.features.sketch import FEWEST_BITS, MOST_BITS
from segspark.near import did_you_mean


def catalogue_issues(catalogue: Catalogue) -> list[str]:
    """All issues of a catalogue, in words; own.py looks at each entry of a file alone."""
    issues = []
    missing = [f for f in catalogue.features if f.measure not in _sources(catalogue, f)]
    names = [c.name for c in catalogue.stored_columns()] if not missing else []
    names += [d.name for d in (*catalogue.derived, *catalogue.of_profile)]
    for name in _twice(names):
        issues.append(f"feature column {name} is defined twice")
    for name in _twice([*(m.name for m in catalogue.measures), *(i.name for i in catalogue.items)]):
        issues.append(f"measure {name} is defined twice")
    for kind in catalogue.items:
        if kind.hll_sketch is not None and not FEWEST_BITS <= kind.hll_sketch <= MOST_BITS:
            issues.append(f"item kind {kind.name}: hll_sketch goes from {FEWEST_BITS} to {MOST_BITS}")
    for feature in missing:
        hint = f"; {meant}" if (meant := did_you_mean(feature.measure, _sources(catalogue, feature))) else ""
        what = "item kind" if feature.of_items else "measure"
        issues.append(f"feature {feature.name} needs {what} {feature.measure}, which does not exist{hint}")
    for feature in catalogue.about_items:
        issues += _item_issues(catalogue, feature)
    return issues


def _item_issues(catalogue: Catalogue, feature: Feature) -> list[str]:
    issues, aggregation = [], feature.by_items
    if feature.months or feature.weekdays or feature.only_sales:
        issues.append(f"feature {feature.name}: items are not told apart by months, weekdays or sales periods")
    named = catalogue.by_item.get(feature.measure)
    if named and named.hll_sketch is not None and not aggregation.sketchable:
        issues.append(f"feature {feature.name}: of a sketch only distinct items are known, not {aggregation.name}")
    if named and aggregation.windowed and aggregation.own_window_only and feature.windows != (named.days,):
        issues.append(f"feature {feature.name}: {aggregation.name} has the window of its items, ({named.days},)")
    return issues


def _sources(catalogue: Catalogue, feature: Feature) -> list[str]:
    return list(catalogue.by_item if feature.of_items else catalogue.by_measure)


def _twice(names: list[str]) -> list[str]:
    return sorted({n for n in names if names.count(n) > 1})
