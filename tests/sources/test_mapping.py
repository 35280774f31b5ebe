"""The mapping of a source, as far as it is known before a file is read."""

from typing import Any

import pytest

from segspark.errors import ConfigError
from segspark.sources.mapping import compile_mapping, mapping_issues
from segspark.sources.spec import Source

OWNER = {"kind": "email", "value": "mail"}


def source(*records: dict[str, Any], **said: Any) -> Source:
    content = {"name": "orders", "kind": "mapped", "path": "*.csv", "format": "csv", "records": records, **said}
    return Source.model_validate(content)


def places(made: Source) -> list[str]:
    return [".".join(map(str, issue.place)) for issue in mapping_issues(made)]


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    wrong = source(
        {"target": "orders", "columns": {"orderd_at": "at", "amount": "cast(x as binary)"}},
        {"target": "consents", "columns": {"purpose": "p", "value": "v", "effective_at": "e"}},
    )
    with pytest.raises(ConfigError) as refused:
        compile_mapping(wrong)
    said = str(refused.value)
    assert "source orders, records.0.columns.orderd_at: there is no such column. Did you mean ordered_at?" in said
    assert "records.0.columns: orders need the column ordered_at" in said
    assert "records.0.columns.amount: 'cast(x as binary)': a cast to binary is not allowed" in said
    assert "records.1: consents need an identifier" in said


def test_every_expression_is_checked_at_its_place() -> None:
    bad = "reflect(a)"
    record = {
        "target": "events", "where": bad, "identifier": {"kind": "email", "value": bad}, "anonymous": bad,
        "links": [{"kind": "customer", "value": bad}],
        "columns": {"event_type": bad, "occurred_at": bad, "attributes": {"colour": bad}},
    }  # fmt: skip
    assert places(source(record, received={"from": "column", "column": bad})) == [
        "records.0.where", "records.0.identifier.value", "records.0.anonymous", "records.0.links.0.value",
        "records.0.columns.event_type", "records.0.columns.occurred_at", "records.0.columns.attributes.colour",
        "received.column",
    ]  # fmt: skip


def test_a_source_without_records_maps_nothing() -> None:
    assert places(source()) == ["records"]


def test_a_column_and_its_fields_exclude_each_other() -> None:
    both = {"target": "orders", "columns": {"ordered_at": "a", "amount": "a.b"}}
    assert "use either a or its fields" in str(mapping_issues(source(both))[0])


def test_a_mapping_knows_its_columns_and_which_of_them_identify() -> None:
    mapping = compile_mapping(
        source({"target": "orders", "identifier": OWNER, "columns": {"ordered_at": "at", "amount": "coalesce(a, at)"}})
    )
    assert mapping.columns == ("mail", "at", "a")
    assert mapping.identifying == (("mail", "email"),)
    assert mapping.raw_schema.names == [
        "file",
        "position",
        "reasons",
        "raw",
        "flags",
        "column_0",
        "column_1",
        "column_2",
    ]
