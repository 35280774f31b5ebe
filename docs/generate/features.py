"""docs/reference/features.md: the built-in catalogue with one row per feature, its windows in a column."""

import re
from collections.abc import Iterable, Sequence

from docs.generate.markdown import anchor, code, codes, table, text
from docs.generate.markdown import page as whole
from segspark.config.models import Features
from segspark.features.catalogue import build_catalogue
from segspark.features.feature import Catalogue, Derived, Feature, ItemKind, Measure

_WINDOW = re.compile(r"_(\d+)d\b")
_DAYS = re.compile(r",? (\d+) days$")
_LONGEST = 160
_HEADERS = ["feature", "windows", "what it says", "made from", "purpose"]


def page() -> str:
    catalogue = build_catalogue(Features().windows)  # type: ignore[call-arg]
    lines = [
        "The features of every workspace with the default windows of",
        f"{', '.join(map(str, Features().windows))} days. `segspark features list` shows those of a workspace, with its",  # type: ignore[call-arg]
        "own ones; `segspark features describe NAME` says all about one. [Add a feature](../how-to/add/feature.md) shows how",
        "there are more.",
        "",
        "A feature with windows has one column per window: `n_click` is stored as `n_click_7d`, `n_click_30d` and so on,",
        "and since ever as `n_click_lifetime`. A window of N days are the N local days before the as-of day; the as-of day",
        "itself is not in it. Amounts are minor units of the currency. Features of the kind *derived* are not stored: they",
        "are computed when they are read. A feature is 0 or null for people who have not agreed to its purpose.",
        "",
        "Where a formula has a window, `N` stands for its days.",
        "",
    ]
    for family in dict.fromkeys(f.family for f in (*catalogue.features, *catalogue.derived, *catalogue.of_profile)):
        lines += [f"## {family}", *table(_HEADERS, _rows(catalogue, family))]
    lines += [
        "## Measures",
        "",
        "What events add to a person's local day. Features are windows over these days. `{currency}` is the currency of",
        "the workspace.",
        *table(["measure", "what it says", "events", "condition", "value"], map(_measure, catalogue.measures)),
        "## Items",
        "",
        "What events name, counted for each person and day.",
        *table(["items", "what it says", "events", "condition", "item"], map(_measure, catalogue.items)),
    ]
    return whole("Features", *lines)


def _rows(catalogue: Catalogue, family: str) -> Iterable[list[str]]:
    stored: dict[str, list[Feature]] = {}
    for feature in catalogue.features:
        if feature.family == family:
            stored.setdefault(feature.name, []).append(feature)
    yield from (_stored(catalogue, same) for same in stored.values())
    derived: dict[str, list[Derived]] = {}
    for one in (*catalogue.derived, *catalogue.of_profile):
        if one.family == family:
            derived.setdefault(_without_window(one), []).append(one)
    for same in derived.values():
        yield _derived(catalogue, same)


def _stored(catalogue: Catalogue, same: Sequence[Feature]) -> list[str]:
    """A row of a feature, which may be several of one name with different windows."""
    feature = same[0]
    windows = [window for each in same for window in each.windows] if feature.kind.windowed else []
    measure = catalogue.source_of(feature)
    if isinstance(measure, ItemKind) and feature.by_items.own_window_only:
        windows = [measure.days]
    section = "items" if isinstance(measure, ItemKind) else "measures"
    only = [f"in months {', '.join(map(str, feature.months))}"] if feature.months else []
    only += [f"on weekdays {', '.join(map(str, feature.weekdays))}"] if feature.weekdays else []
    only += ["within sales periods"] if feature.only_sales else []
    made = " ".join([feature.kind.words, f"[`{measure.name}`](#{anchor(section)})", *only])
    said = f"{feature.describe} ({catalogue.unit_of(feature)})"
    return [code(feature.name), _windows(windows), text(said), made, catalogue.purpose_of(feature)]


def _derived(catalogue: Catalogue, same: Sequence[Derived]) -> list[str]:
    """A row of a derived feature, which may be several that differ in the window only."""
    first = same[0]
    windows = [int(w.group(1)) for each in same if (w := _WINDOW.search(each.name))]
    is_one = len(same) == 1
    name = first.name if is_one else _WINDOW.sub("", first.name)
    formula = first.sql if is_one else _WINDOW.sub("_Nd", first.sql)
    said = first.describe if is_one else _DAYS.sub("", first.describe)
    purposes = sorted({catalogue.purpose_of(f) for f in catalogue.narrowed({first.name}).features})
    shown = formula if len(formula) <= _LONGEST else f"{formula[: _LONGEST - 1]}…"
    return [
        code(name),
        "" if is_one else _windows(windows),
        text(f"{said} ({first.type})"),
        f"derived: {code(shown)}",
        ", ".join(purposes),
    ]


def _without_window(one: Derived) -> str:
    """The same for derived features that differ in the window only."""
    return "|".join([_WINDOW.sub("", one.name), _WINDOW.sub("_Nd", one.sql), _DAYS.sub("", one.describe)])


def _windows(days: Sequence[int]) -> str:
    return ", ".join("lifetime" if n == 0 else str(n) for n in dict.fromkeys(days)) or "lifetime"


def _measure(one: Measure | ItemKind) -> list[str]:
    value = one.expression if isinstance(one, ItemKind) else one.value
    return [
        code(one.name),
        text(f"{one.describe} ({one.unit})"),
        codes(one.event_types),
        code(one.where or ""),
        code(value),
    ]
