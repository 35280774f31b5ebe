"""What is previewed: rules by name or of a file, on a day that has features. tests/app looks at the numbers."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, store_rows
from written import parse_condition

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pipeline.view import View, look
from segspark.query.targets import CONDITION, MOST_PREVIEWED, PREVIEW, day_with_features, rules_named
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

RULE = "  - {{name: {0}, title: {{fr: {0}, en: {0}}}, when: {1}}}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def write(path: Path, *rules: tuple[str, str]) -> str:
    path.write_text("segments:\n" + "".join(RULE.format(*rule) for rule in rules))
    return str(path)


@pytest.mark.parametrize("name", ["buyers", "Buyers", "Acheteurs", "ACHETEURS"])
def test_a_rule_of_the_workspace_is_named_by_its_key_or_a_title(workspace: Workspace, name: str) -> None:
    assert [r.key for r in rules_named(workspace, name)] == ["buyers"]


def test_a_rule_that_is_not_there_is_answered_with_those_that_are(workspace: Workspace) -> None:
    with pytest.raises(
        ConfigError, match=r"no rule 'bayers'\. Did you mean buyers.*There are: buyers, big_spenders, fast_buyers"
    ):
        rules_named(workspace, "bayers")


def test_all_rules_of_a_file_may_stand_on_those_of_the_workspace(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "new.yaml", ("more", "\"in_segment('buyers') and n_click_30d > 1\""), ("all", "true"))
    more, everybody = rules_named(workspace, file)
    assert more.when == parse_condition("n_order_lifetime >= 1 and n_click_30d > 1")
    assert everybody.key == "all"


def test_a_condition_is_a_rule_of_its_own_and_may_name_others(workspace: Workspace) -> None:
    (rule,) = rules_named(workspace, "in_segment('buyers') and days_since_order > 60")
    assert rule.key == CONDITION
    assert rule.when == parse_condition("n_order_lifetime >= 1 and days_since_order > 60")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n_order_365d >=", "unreadable_condition"),
        ("n_ordr_365d >= 2", "n_order_365d"),
        ("drop table x = 1", "unreadable"),
    ],
)
def test_a_wrong_condition_is_answered_with_what_is_wrong(workspace: Workspace, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        rules_named(workspace, text)


def test_a_file_is_looked_for_in_the_workspace_too(workspace: Workspace) -> None:
    write(workspace.folder / "new.yaml", ("here", "true"))
    assert [r.key for r in rules_named(workspace, "new.yaml")] == ["here"]


def test_names_are_checked_before_anything_is_counted(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown_value"):
        rules_named(workspace, write(tmp_path / "new.yaml", ("odd", "n_clik_30d > 1")))


def test_too_many_rules_are_not_previewed_together(workspace: Workspace, tmp_path: Path) -> None:
    rules = [(f"r{at}", "true") for at in range(MOST_PREVIEWED + 1)]
    assert len(rules_named(workspace, write(tmp_path / "most.yaml", *rules[1:]))) == 40
    with pytest.raises(ConfigError, match="holds 41 segments; at most 40"):
        rules_named(workspace, write(tmp_path / "more.yaml", *rules))


def view_of(workspace: Workspace) -> View:
    return look(PREVIEW, workspace, Lake(workspace.lake))


def test_the_newest_day_with_features_is_meant_where_none_is_given(workspace: Workspace) -> None:
    with pytest.raises(GateClosed, match="no features yet"):
        day_with_features(view_of(workspace), None)
    days = [date(2026, 5, 3), date(2026, 5, 5)]
    store_rows(Lake(workspace.lake), gold.FEATURES, *[{"person_id": "ann", "as_of_date": d} for d in days])
    assert day_with_features(view_of(workspace), None) == days[1]
    assert day_with_features(view_of(workspace), days[0]) == days[0]
    with pytest.raises(ConfigError, match="no features of 2026-05-04; stored days are 2026-05-03 to 2026-05-05"):
        day_with_features(view_of(workspace), date(2026, 5, 4))
