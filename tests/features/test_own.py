"""A workspace adds features in YAML or Python; whatever is wrong with them is told at once, before Spark."""

from pathlib import Path

import pytest

from segspark.app.workspace import open_workspace
from segspark.errors import ConfigError
from segspark.features.feature import Catalogue
from segspark.features.resources import load_catalogue

MANY = """
from segspark.features.feature import Derived, Feature, Measure

KINDS = ("shoes", "bags")
MEASURES = [
    Measure(f"n_order_{k}", ("order",), "profiling", "orders", f"Orders of {k}", f"category = '{k}'") for k in KINDS
]
FEATURES = [Feature(m.name, m.name, m.describe, windows=(30, 365)) for m in MEASURES]
DERIVED = [
    Derived(f"{k}_share_365d", f"try_divide(n_order_{k}_365d, n_order_365d)", "double", f"Share of {k}") for k in KINDS
]
"""


def catalogue_with(folder: Path, **files: str) -> Catalogue:
    names = [name.replace("_", ".") for name in files]
    for name, text in zip(names, files.values(), strict=True):
        (folder / name).write_text(text)
    (folder / "segspark.yaml").write_text(
        f"name: own\nlake: ./lake\ntime_zone: Europe/Paris\ncurrency: EUR\nfeatures: {{files: [{', '.join(names)}]}}\n"
    )
    return load_catalogue(open_workspace(folder))


def test_a_python_file_adds_many_features_of_a_kind(tmp_path: Path) -> None:
    catalogue = catalogue_with(tmp_path, own_py=MANY)
    stored = {c.name: c.comment for c in catalogue.stored_columns()}
    assert stored["n_order_bags_30d"] == "Orders of bags in the last 30 local days [orders; purpose profiling]"
    assert {d.name for d in catalogue.derived} >= {"shoes_share_365d", "bags_share_365d"}
    narrowed = catalogue.narrowed({"bags_share_365d"})
    assert {c.name for c in narrowed.stored_columns()} == {"n_order_bags_365d", "n_order_365d"}


def test_yaml_adds_projections(tmp_path: Path) -> None:
    text = "derived: [{name: clicks_2x, sql: 2 * n_click_30d, type: bigint, description: Twice}]"
    assert "clicks_2x" in {d.name for d in catalogue_with(tmp_path, own_yaml=text).derived}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MEASURES = [1]", r"MEASURES\[0\]: a segspark.features.feature.Measure is needed, not int"),
        ("x = 1", "none of MEASURES, ITEMS, FEATURES, DERIVED is defined"),
        ("x =\n", "own.py:1: SyntaxError"),
        ("MEASURES = []\n1 / 0", "own.py:2: ZeroDivisionError"),
        (MANY.replace('"order",', '"odrer",'), "no such event types"),
        (MANY.replace('"profiling"', '"spying"'), "purpose 'spying'; there are email_marketing"),
        (MANY.replace("category =", "category =="), None),
        (MANY.replace("category =", "cat~gory"), "own.py, measure n_order_shoes"),
        (
            MANY.replace("try_divide(n_order_{k}_365d,", "try_divide(n_oder_{k}_365d,"),
            "no feature n_oder_shoes_365d; did",
        ),
        (MANY.replace("try_divide(n_order_{k}_365d, n_order_365d)", "n_order_365d / 2"), "write try_divide"),
        (MANY.replace("Feature(m.name, m.name", "Feature('n_click', m.name"), "n_click_30d is defined twice"),
        (MANY.replace("m.name, m.describe", "m.name + 'x', m.describe"), "which does not exist; did you mean n_order_"),
        (MANY.replace("(30, 365)", "(30, -1)"), "windows are whole days from 0"),
        (MANY.replace('"double"', '"float"'), "type 'float'; there are double"),
        (MANY.replace('f"{k}_share_365d"', 'f"{k} share"'), "names are small letters"),
    ],
)
def test_wrong_python_files_are_refused_with_the_place(tmp_path: Path, text: str, reason: str | None) -> None:
    if reason is None:
        catalogue_with(tmp_path, own_py=text)
        return
    with pytest.raises(ConfigError, match=reason):
        catalogue_with(tmp_path, own_py=text)


def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    yaml = "measures: [{name: m, event_types: [nothing], purpose: profiling, description: x}]"
    with pytest.raises(ConfigError) as caught:
        catalogue_with(tmp_path, first_py="MEASURES = [1]", own_yaml=yaml, last_py="1 / 0")
    told = str(caught.value)
    for each in ("MEASURES[0]", "no such event types", "ZeroDivisionError"):
        assert each in told


DISTINCT = """
measures:
  - {name: n_brand, event_types: [product_view, order], aggregate: distinct, item: "try_element_at(attributes, 'brand')",
     windows: [30, 0], purpose: profiling, unit: brands, description: Brands looked at or ordered}
  - {name: n_click_sunday, event_types: [click], weekdays: [7], windows: [90], purpose: email_marketing,
     unit: clicks, description: Clicks on Sundays}
"""
TASTE = """
from segspark.features.feature import Feature, ItemKind

ITEMS = [ItemKind("region_seen", ("page_view",), "region", "profiling", "regions", "Regions looked from", days=90)]
FEATURES = [
    Feature("n_region", "region_seen", "Regions looked from", "distinct", (30,)),
    Feature("top_region", "region_seen", "Region looked from most", "top", (90,)),
]
"""


def test_yaml_counts_distinct_items_and_days_of_the_week(tmp_path: Path) -> None:
    catalogue = catalogue_with(tmp_path, own_yaml=DISTINCT)
    comments = {c.name: c.comment for c in catalogue.stored_columns()}
    assert comments["n_brand_30d"] == (
        "Brands looked at or ordered in the last 30 local days [brands; purpose profiling]"
    )
    assert "n_brand_lifetime" in comments
    narrowed = catalogue.narrowed({"n_brand_30d", "n_click_sunday_90d"})
    assert [i.expression for i in narrowed.items] == ["try_element_at(attributes, 'brand')"]
    assert [f.weekdays for f in narrowed.of_measures] == [(7,)]


def test_yaml_counts_by_sketch_where_it_is_declared(tmp_path: Path) -> None:
    catalogue = catalogue_with(
        tmp_path, own_yaml=DISTINCT.replace("aggregate: distinct", "aggregate: distinct, hll_sketch: 12")
    )
    comments = {c.name: c.comment for c in catalogue.stored_columns()}
    assert comments["n_brand_30d"].endswith("estimated by HyperLogLog, standard error 1.6%]")
    assert [i.name for i in catalogue.items if i.hll_sketch] == ["n_brand"]


def test_a_python_file_adds_items(tmp_path: Path) -> None:
    stored = {c.name: c.type for c in catalogue_with(tmp_path, own_py=TASTE).stored_columns()}
    assert (stored["n_region_30d"], stored["top_region_90d"]) == ("bigint", "string")


@pytest.mark.parametrize(
    ("text", "old", "new", "reason"),
    [
        (
            DISTINCT,
            "item: \"try_element_at(attributes, 'brand')\",",
            "",
            "n_brand: aggregate distinct and `item` go together",
        ),
        (
            DISTINCT,
            "aggregate: distinct",
            "aggregate: count",
            "n_brand: `item` goes with aggregate distinct or total .*, not count",
        ),
        (DISTINCT, "weekdays: [7]", "hll_sketch: 10", "n_click_sunday: hll_sketch is of aggregate distinct"),
        (DISTINCT, "try_element_at(attributes, 'brand')", "reflect(category)", "own.yaml, measure n_brand"),
        (DISTINCT, "purpose: profiling", "months: [6], purpose: profiling", "items are not told apart by months"),
        (TASTE, "(90,)", "(30,)", r"top_region: top has the window of its items, \(90,\)"),
        (TASTE, '"top_region", "region_seen"', '"top_region", "region_sen"', "did you mean region_seen"),
        (TASTE, "days=90", "days=0", "items are counted over one day or more"),
        (TASTE, '"page_view"', '"pageview"', "no such event types"),
    ],
)
def test_wrong_items_are_refused(tmp_path: Path, text: str, old: str, new: str, reason: str) -> None:
    assert old in text
    name = "own_yaml" if text is DISTINCT else "own_py"
    with pytest.raises(ConfigError, match=reason):
        catalogue_with(tmp_path, **{name: text.replace(old, new)})


MORE = """
measures:
  - {name: shown, event_types: [order], aggregate: first, purpose: profiling, description: First order}
  - {name: kinds, event_types: [order], aggregate: top, item: category, windows: [90], purpose: profiling,
     description: Category ordered most}
  - {name: brand, event_types: [order], aggregate: latest, item: category, purpose: profiling, description: Last one}
"""


def test_yaml_may_name_every_aggregation(tmp_path: Path) -> None:
    catalogue = catalogue_with(tmp_path, own_yaml=MORE)
    stored = {c.name: c.type for c in catalogue.stored_columns()}
    assert (stored["first_shown_date"], stored["kinds_90d"], stored["latest_brand"]) == ("date", "string", "string")
    assert {i.name: i.days for i in catalogue.items}["kinds"] == 90


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "aggregate: first",
            "aggregate: frist",
            r"own.yaml:3: .*no aggregation 'frist'. Did you mean first\?.* Or count",
        ),
        ("aggregate: first", "aggregate: sum", "shown: aggregate sum needs `column`"),
        ("windows: [90],", "", r"feature kinds: top has the window of its items, \(365,\)"),
    ],
)
def test_wrong_aggregates_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in MORE
    with pytest.raises(ConfigError, match=reason):
        catalogue_with(tmp_path, own_yaml=MORE.replace(old, new))


def test_an_unknown_kind_of_a_python_file_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"own.py:8: .*no aggregation 'smu'"):
        catalogue_with(tmp_path, own_py=MANY.replace("m.describe, windows", "m.describe, 'smu', windows"))
