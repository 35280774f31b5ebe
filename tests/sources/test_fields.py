"""Each reader of a field: what it accepts, what it makes of it, and the code of what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from segspark.sources import fields
from segspark.sources.vocabulary import Context, Identifier, Rejected


def refusal(read: Callable[..., Any], *arguments: Any, **more: Any) -> list[str]:
    with pytest.raises(Rejected) as refused:
        read(*arguments, **more)
    return refused.value.reasons


def test_a_text_is_given_as_it_is() -> None:
    assert fields.text({"tag": " Été ", "other": 1}, "tag") == " Été "


@pytest.mark.parametrize("record", [{}, {"tag": None}, {"tag": ""}])
def test_an_absent_or_empty_text_is_none_or_missed_where_it_is_needed(record: dict[str, Any]) -> None:
    assert fields.text(record, "tag") is None
    assert fields.text(record, "tag", required=False) is None
    assert refusal(fields.text, record, "tag", required=True) == ["missing:tag"]


@pytest.mark.parametrize("value", [0, 7, 1.5, True, False, [], ["a"], {}, {"a": "b"}])
def test_what_is_no_text_is_refused_as_a_text(value: Any) -> None:
    assert refusal(fields.text, {"tag": value}, "tag") == ["type:tag"]
    assert refusal(fields.text, {"tag": value}, "tag", required=True) == ["type:tag"]


@pytest.mark.parametrize(
    ("value", "said"), [("a7", "a7"), (7, "7"), (0, "0"), (-3, "-3"), (2**60, str(2**60)), (None, None), ("", None)]
)
def test_a_scalar_is_a_text_or_a_whole_number_as_text(value: Any, said: str | None) -> None:
    assert fields.scalar({"id": value}, "id") == said


def test_an_absent_scalar_is_none() -> None:
    assert fields.scalar({}, "id") is None


@pytest.mark.parametrize("value", [True, False, 1.5, [], ["a"], {}, {"a": 1}])
def test_what_is_neither_text_nor_whole_number_is_refused_as_a_scalar(value: Any) -> None:
    assert refusal(fields.scalar, {"id": value}, "id") == ["type:id"]


def test_an_object_is_given_as_it_is_and_an_absent_one_is_empty() -> None:
    assert fields.mapping({"geo": {"city": "Lyon"}}, "geo") == {"city": "Lyon"}
    assert fields.mapping({"geo": {}}, "geo") == {}
    assert fields.mapping({"geo": None}, "geo") == {}
    assert fields.mapping({}, "geo") == {}


@pytest.mark.parametrize("value", ["", "Lyon", 0, 1.5, False, True, [], [{}]])
def test_what_is_no_object_is_refused_as_an_object(value: Any) -> None:
    assert refusal(fields.mapping, {"geo": value}, "geo") == ["type:geo"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"geo": {"city": "Lyon"}}, "Lyon"),
        ({"geo": {"city": ""}}, None),
        ({"geo": {"city": None}}, None),
        ({"geo": {}}, None),
        ({"geo": None}, None),
        ({}, None),
    ],
)
def test_a_text_within_an_object_is_none_where_either_is_absent(record: dict[str, Any], said: str | None) -> None:
    assert fields.text_in(record, "geo", "city") == said


def test_a_text_within_an_object_is_refused_by_the_key_that_is_wrong() -> None:
    assert refusal(fields.text_in, {"geo": "Lyon"}, "geo", "city") == ["type:geo"]
    assert refusal(fields.text_in, {"geo": {"city": 7}}, "geo", "city") == ["type:city"]


def test_a_list_of_objects_is_given_as_it_is_and_an_absent_one_is_empty() -> None:
    assert fields.items({"lines": [{"a": 1}, {}]}, "lines") == [{"a": 1}, {}]
    assert fields.items({"lines": []}, "lines") == []
    assert fields.items({"lines": None}, "lines") == []
    assert fields.items({}, "lines") == []


@pytest.mark.parametrize("value", ["", "a", 0, False, {}, {"a": {}}, ["a"], [{}, "a"], [None], [{}, None]])
def test_what_is_no_list_of_objects_is_refused(value: Any) -> None:
    assert refusal(fields.items, {"lines": value}, "lines") == ["type:lines"]


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (1_772_000_000, 1_772_000_000_000_000),
        (1_772_000_000.5, 1_772_000_000_500_000),
        (1_772_000_000.123456, 1_772_000_000_123_456),
    ],
)
def test_seconds_become_microseconds(value: float, micros: int) -> None:
    assert fields.epoch_s({"at": value}, "at") == micros


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({}, "missing:at"),
        ({"at": None}, "missing:at"),
        ({"at": ""}, "type:at"),
        ({"at": "1772000000"}, "type:at"),
        ({"at": True}, "type:at"),
        ({"at": [1772000000]}, "type:at"),
        ({"at": 1_772_000_000_000}, "time_unit:at"),
        ({"at": 0}, "time_unit:at"),
        ({"at": -1}, "time_unit:at"),
        ({"at": float("inf")}, "time_range:at"),
        ({"at": float("nan")}, "time_range:at"),
    ],
)
def test_what_are_no_seconds_is_refused(record: dict[str, Any], code: str) -> None:
    assert refusal(fields.epoch_s, record, "at") == [code]


@pytest.mark.parametrize(
    ("value", "zone", "micros"),
    [
        ("2026-03-02T08:30:00Z", None, 1_772_440_200_000_000),
        ("2026-03-02T08:30:00Z", "Europe/Paris", 1_772_440_200_000_000),
        ("2026-03-02T09:30:00+01:00", None, 1_772_440_200_000_000),
        ("2026-03-02T08:30:00.1234567Z", None, 1_772_440_200_123_456),
        ("2026-03-02 09:30:00", "Europe/Paris", 1_772_440_200_000_000),
    ],
)
def test_an_iso_time_becomes_microseconds_and_a_naive_one_takes_the_zone(
    value: str, zone: str | None, micros: int
) -> None:
    assert fields.iso({"at": value}, "at", zone) == micros


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({}, "missing:at"),
        ({"at": None}, "missing:at"),
        ({"at": ""}, "missing:at"),
        ({"at": 1_772_440_200}, "type:at"),
        ({"at": "yesterday"}, "time_format:at"),
        ({"at": "31/12/2026 10:00"}, "time_format:at"),
        ({"at": "2026-03-02T08:30:00"}, "time_zone:at"),
        ({"at": "1970-01-01T00:00:00Z"}, "time_range:at"),
        ({"at": "2100-01-01T00:00:00Z"}, "time_range:at"),
    ],
)
def test_what_is_no_iso_time_is_refused(record: dict[str, Any], code: str) -> None:
    assert refusal(fields.iso, record, "at") == [code]


def test_an_address_is_an_identifier_and_a_missing_one_is_named_by_its_field() -> None:
    assert fields.email("Jeanne@exemple.fr") == Identifier("email", "Jeanne@exemple.fr")
    assert fields.email("", "Recipient") == Identifier("email", "")
    assert refusal(fields.email, None) == ["missing:email"]
    assert refusal(fields.email, None, "Recipient") == ["missing:Recipient"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://boutique.example/thé", "https://boutique.example/thé"),
        ("https://boutique.example/a?u=jeanne&c=7", "https://boutique.example/a"),
        ("https://boutique.example/a?u=1?v=2", "https://boutique.example/a"),
        ("https://boutique.example/a#top", "https://boutique.example/a"),
        ("https://boutique.example/a#top#end", "https://boutique.example/a"),
        ("https://boutique.example/a?u=1#top", "https://boutique.example/a"),
        ("https://boutique.example/a#top?u=1", "https://boutique.example/a"),
        ("?u=1", ""),
        ("", None),
        (None, None),
    ],
)
def test_a_page_is_its_address_without_query_and_fragment(url: str | None, said: str | None) -> None:
    assert fields.page(url) == said


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (None, None),
        ("", None),
        ("Mozilla/5.0 (iPad; CPU OS 18_1)", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_1) Mobile/15E148", "tablet"),
        ("Lecteur/2 (TABLET; rv:1)", "tablet"),
        ("Mozilla/5.0 (Tablet) Mobile", "tablet"),
        ("Mozilla/5.0 (Linux; Android 15; Grande) Safari", "tablet"),
        ("Mozilla/5.0 (Linux; Android 15; Petit) Mobile Safari", "mobile"),
        ("Petit Navigateur Mobile", "mobile"),
        ("Courrier/1 (iPhone)", "mobile"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "desktop"),
        ("curl", "desktop"),
    ],
)
def test_a_device_is_told_by_the_user_agents_marks(agent: str | None, said: str | None) -> None:
    assert fields.device(agent) == said


def test_of_custom_arguments_the_declared_ones_are_kept() -> None:
    context = Context("mails", None, "EUR", keep={"offer": "label", "rank": "number", "absent": "id"})
    assert fields.declared({"offer": "soldes", "rank": 1, "who": "Anne"}, context) == {"offer": "soldes", "rank": 1}


def test_of_words_the_texts_are_kept() -> None:
    assert fields.words({"type": "bounce", "status": 5, "reason": ""}, "type", "status", "reason", "absent") == {
        "type": "bounce"
    }


@pytest.mark.parametrize(("is_machine", "said"), [(None, None), (True, 0.0), (False, 1.0)])
def test_the_chance_of_a_human_follows_the_providers_verdict(is_machine: bool | None, said: float | None) -> None:
    assert fields.p_human(is_machine) == said


@pytest.mark.parametrize(("value", "said"), [(None, None), (True, True), (False, False)])
def test_a_boolean_is_given_as_it_is(value: bool | None, said: bool | None) -> None:
    assert fields.boolean({"test": value}, "test") is said
    assert fields.boolean({}, "test") is None


@pytest.mark.parametrize("value", ["true", "false", "", 0, 1, 1.0, [], {}])
def test_what_is_no_boolean_is_refused_as_one(value: Any) -> None:
    assert refusal(fields.boolean, {"test": value}, "test") == ["type:test"]


@pytest.mark.parametrize(("value", "said"), [(None, None), (0, 0.0), (5, 5.0), (1.5, 1.5)])
def test_a_duration_is_a_number(value: float | None, said: float | None) -> None:
    assert fields.duration({"s": value}, "s") == said


@pytest.mark.parametrize(
    ("value", "code"),
    [("5", "type"), (True, "type"), ([], "type"), (-1, "negative"), (10**400, "range"), (float("inf"), "range")],
)
def test_what_is_no_duration_is_refused(value: Any, code: str) -> None:
    assert refusal(fields.duration, {"s": value}, "s") == [f"{code}:s"]


@pytest.mark.parametrize("value", [["a", "b"], [], None])
def test_texts_are_given_as_they_are(value: list[str] | None) -> None:
    assert fields.texts({"tags": value}, "tags") == (value or [])


@pytest.mark.parametrize("value", ["a", 0, {}, [None], ["a", 7], [["a"]]])
def test_what_are_no_texts_is_refused(value: Any) -> None:
    assert refusal(fields.texts, {"tags": value}, "tags") == ["type:tags"]


def test_a_doubtful_local_time_is_flagged_by_its_field() -> None:
    flags: list[str] = []
    fields.iso({"at": "2026-03-29T02:30:00"}, "at", "Europe/Paris", flags)
    fields.iso({"at": "2026-10-25T02:30:00"}, "at", "Europe/Paris", flags)
    fields.iso({"at": "2026-10-25T02:30:00+01:00"}, "at", "Europe/Paris", flags)
    fields.iso({"at": "2026-10-25T12:30:00"}, "at", "Europe/Paris", flags)
    assert flags == ["local_time_skipped:at", "local_time_doubled:at"]


def test_an_offset_that_no_zone_has_is_refused_by_its_field() -> None:
    assert refusal(fields.iso, {"at": "2026-03-02T08:30:00+15:00"}, "at") == ["offset:at"]
