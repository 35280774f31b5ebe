"""What a provider's value offers to those who define one."""

import pickle

import pytest
from pydantic import ValidationError

from segspark.sources.provider import Issue, NoOptions, fields, never, without_mapping
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source

RECORDS = [{"target": "orders", "columns": {"ordered_at": "at"}}]


def source(**said: object) -> Source:
    return Source.model_validate({"name": "mails", "kind": "sendgrid", "path": "*", **said})


def test_what_describes_a_mapping_is_refused_by_an_adapter_of_its_own() -> None:
    assert without_mapping(source()) == []
    wrong = without_mapping(source(records=RECORDS, received={"from": "column", "column": "at"}))
    assert [issue.place for issue in wrong] == [("records",), ("received", "from")]
    assert str(wrong[0]).startswith("records: sendgrid has an adapter of its own")


def test_an_issue_is_told_with_its_place() -> None:
    assert str(Issue(("records", 0, "where"), "no.")) == "records.0.where: no."


def test_without_options_every_option_is_unknown() -> None:
    with pytest.raises(ValidationError, match="orders"):
        NoOptions.model_validate({"orders": True})


def test_the_kept_fields_are_the_same_in_every_source() -> None:
    kept = fields(word="event type", time="timestamp")
    expected = {"event": "word", "type": "word", "timestamp": "time"}
    assert kept(source()) == kept(source(name="others")) == expected
    assert never(source()) is False


@pytest.mark.parametrize("name", PROVIDERS.names())
def test_a_provider_travels_to_a_worker_as_it_is(name: str) -> None:
    provider = PROVIDERS.find(name)
    there = pickle.loads(pickle.dumps(provider))
    assert (there.name, there.options, there.receipt) == (provider.name, provider.options, provider.receipt)
    assert (there.vocabulary, there.check) == (provider.vocabulary, provider.check)
