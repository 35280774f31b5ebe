"""Where people went, as it is stored."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import MIGRATION

from segspark.models.clustering.documents.migration import Migration


@given(MIGRATION)
def test_what_is_written_is_read_as_it_was(document: Migration) -> None:
    assert Migration.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["migration.json"]
    assert text(Migration.from_json(content).to_json()) == text(content)


def test_no_alarm_is_stored_as_none() -> None:
    calm = {"previous_version": "demo/1", "rand": 1.0, "matrix": [], "shares": [], "alarm": None}
    migration = Migration.from_json(calm)
    assert migration.alarms == ()
    assert migration.to_json() == calm


def test_each_alarm_says_what_moved() -> None:
    alarms = Migration.from_json(stored("today")["migration.json"]).alarms
    assert alarms[0].measure == "rand"
    assert alarms[0].segment_id is None
    assert {a.measure for a in alarms[1:]} == {"share"}
