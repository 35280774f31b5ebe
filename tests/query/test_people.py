"""Rows of people: features of everybody, who is in a rule, who is in a segment."""

import pytest
from api.tiny import FIRST, SECOND, tiny
from builders import BUYERS

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.near import UnknownName
from segspark.query.people import features_of_people, people_of_rule, people_of_segment
from segspark.query.targets import rules_named
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(tiny(tmp_path_factory.mktemp("people") / "w"), {})


@pytest.fixture(scope="module")
def lake(workspace: Workspace) -> Lake:
    return Lake(workspace.lake)


def test_features_of_everybody_stored_and_derived(workspace: Workspace, lake: Lake) -> None:
    found = features_of_people(workspace, lake, ["n_order_365d", "days_since_order", "n_order_365d"], None)
    assert found.rows.to_pydict() == {
        "person_id": ["ann", "bob", "eve", "joe"], "n_order_365d": [3, 2, 0, 5], "days_since_order": [10, 40, None, 90],
    }  # fmt: skip
    assert (found.as_of, found.units) == (SECOND, {"n_order_365d": "orders", "days_since_order": "days"})


def test_of_a_past_day_there_are_its_people(workspace: Workspace, lake: Lake) -> None:
    found = features_of_people(workspace, lake, ["country"], FIRST)
    assert found.rows.to_pydict() == {"person_id": ["ann", "bob", "eve"], "country": ["FR"] * 3}


def test_a_value_that_nobody_has_is_no_name(workspace: Workspace, lake: Lake) -> None:
    with pytest.raises(UnknownName, match="There is no feature 'order'"):
        features_of_people(workspace, lake, ["order"], None)


def test_who_is_in_a_rule_and_may_not_be_written_to(workspace: Workspace, lake: Lake) -> None:
    (rule,) = rules_named(workspace, "n_order_365d >= 2 and not n_order_365d = 5")
    found = people_of_rule(workspace, lake, rule, None)
    assert found.rows.to_pydict() == {"person_id": ["ann", "bob"], "not_contactable_reason": [None, "no_consent"]}


@pytest.mark.parametrize("name", ["Acheteurs", "rules:buyers", BUYERS])
def test_who_is_in_a_segment_on_a_day(workspace: Workspace, lake: Lake, name: str) -> None:
    assert people_of_segment(workspace, lake, name, FIRST).rows["person_id"].to_pylist() == ["ann"]
    found = people_of_segment(workspace, lake, name, None)
    assert found.rows.select(["person_id", "is_contactable", "not_contactable_reason"]).to_pydict() == {
        "person_id": ["ann", "bob"], "is_contactable": [True, False], "not_contactable_reason": [None, "complained"],
    }  # fmt: skip
