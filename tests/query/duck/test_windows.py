"""Any window of a count: in previews, along curves, and not in published definitions."""

from datetime import date, timedelta

import pytest
from builders import make_workspace, store_rows

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.resources import load_catalogue
from segspark.query.by_spark import preview_by_spark
from segspark.query.curves import curve_of
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.segments.resources import definitions_of
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

AS_OF = date(2026, 5, 10)
# person -> days ago and clicks of each tile; eve may be seen for five days only, joe has none.
CLICKS = {"ann": {1: 1, 17: 2, 18: 4}, "bob": {17: 1}, "eve": {1: 1, 6: 3}, "joe": {}}


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("windows") / "w")
    lake, catalogue = Lake(workspace.lake), load_catalogue(workspace)
    tiles = gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns())
    store_rows(lake, tiles, *[
        {"person_id": who, "activity_date": ago(days), "n_click": n} for who, of in CLICKS.items() for days, n in of.items()
    ])  # fmt: skip
    # What is learnt later counts too: one of ann's clicks was another person's; that of tomorrow is not known yet.
    corrections = gold.ACTIVITY_CORRECTIONS.with_columns(catalogue.tile_columns())
    store_rows(lake, corrections, *[
        {"person_id": "ann", "activity_date": ago(17), "applied_as_of": known, "reason": "moved_out", "n_click": n}
        for known, n in ((ago(3), -1), (ago(-1), -1))
    ])  # fmt: skip
    store_rows(lake, gold.FEATURES.with_columns(catalogue.stored_columns()), *[
        {"person_id": who, "as_of_date": AS_OF, "email_marketing_from": ago(5) if who == "eve" else ago(300)}
        for who in CLICKS
    ])  # fmt: skip
    store_rows(lake, gold.PEOPLE, *[
        {"person_id": who, "as_of_date": AS_OF, "is_contactable": True, "country": "FR"} for who in CLICKS
    ])  # fmt: skip
    store_rows(lake, gold.SEGMENTS, {"person_id": "ann", "segment_date": AS_OF, "scheme": "rules", "segment_id": "s",
                                     "segment_name": "S"})  # fmt: skip
    return workspace


@pytest.mark.parametrize(
    ("condition", "people"),
    [
        ("n_click_17d >= 2", ["ann"]),
        ("n_click_18d >= 6", ["ann"]),
        ("n_click_16d >= 2", []),
        ("n_click_day_17d >= 2", ["ann"]),
        ("n_click_day_18d = 1", ["bob", "eve"]),
        # Who has no tile has 0, and what was before the permission is not seen.
        ("n_click_18d = 0", ["joe"]),
        ("n_click_18d = 1 and n_click_17d > n_click_16d", ["bob"]),
    ],
)
def test_a_preview_takes_any_window(workspace: Workspace, condition: str, people: list[str]) -> None:
    (row,) = preview(workspace, Lake(workspace.lake), rules_named(workspace, condition), None)
    assert row["sample"] == people


def test_a_curve_goes_along_any_window(workspace: Workspace) -> None:
    found = curve_of(workspace, "everybody", "n_click_18d")
    assert (found.unit, [(p.threshold, p.people) for p in found.points]) == ("clicks", [(0, 4), (1, 3), (6, 1)])


def test_a_published_definition_takes_declared_windows_only(workspace: Workspace) -> None:
    rules = workspace.folder / "rules.yaml"
    before = rules.read_text()
    rules.write_text("segments:\n  - {name: new, title: {fr: N, en: N}, when: n_click_17d >= 2}\n")
    try:
        with pytest.raises(ConfigError, match=r"add 17 to features\.windows"):
            definitions_of(workspace)
    finally:
        rules.write_text(before)


def test_where_only_spark_reads_the_lake_a_window_must_be_declared(workspace: Workspace) -> None:
    rules = rules_named(workspace, "n_click_17d >= 2")
    with pytest.raises(ConfigError, match="n_click_17d: Spark answers declared windows only"):
        preview_by_spark(workspace, rules, None, "Spark: gold.features has deletion vectors")
