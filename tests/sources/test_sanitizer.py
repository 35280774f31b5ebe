"""What the gateway stages: declared fields, sealed records, the vault, hashes, and what is refused whole."""

import json
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sources.in_process import ARRIVAL, KEY, plan_of, stage, staged
from sources.places import shopify

from segspark.pseudonyms import CannotUnseal, Key, Pseudonymiser
from segspark.sources import sanitizer
from segspark.sources.files import InputFile
from segspark.sources.gateway import by_record
from segspark.sources.registry import PROVIDERS
from segspark.sources.sealing import Opened, RecordSealer
from segspark.sources.vocabulary import Context, Identifier, Produced

GOOD = {
    "event_type": "click", "occurred_at": ARRIVAL.run_at, "identifier": Identifier("email", "jeanne@exemple.fr"),
}  # fmt: skip
OPENED = {"email": "jeanne@exemple.fr", "event": "open", "timestamp": 1777882530}
PAGE = {"type": "page", "messageId": "m-1", "userId": "u-1", "timestamp": "2026-05-04T09:30:45.250Z"}


def masked(kind: str, value: str) -> str:
    """A pseudonym, with the sign before it that tells it from a value."""
    return "~" + str(Pseudonymiser(KEY).identifier_id(kind, value))


def test_pseudonyms_are_those_of_the_key() -> None:
    assert masked("email", "jeanne@exemple.fr") == "~6e4ea9828d9af43c926f10f88ef50340"
    assert masked("customer", "770031") == "~e1212208e4f4c5a0efa638390466cc6e"


def test_of_an_accepted_record_only_declared_fields_are_kept() -> None:
    record = {**OPENED, "sg_event_id": "e-1", "ip": "192.0.2.7", "reference": "770031", "category": ["news", "vip"]}
    (row,) = stage("sendgrid", record)["records"]
    assert json.loads(row["kept"]) == {
        "event": "open", "timestamp": 1777882530, "sg_event_id": "e-1", "category": ["news", "vip"],
    }  # fmt: skip
    assert (row["sealed"], row["kept_until"]) == (None, None)


def test_of_an_ignored_record_too_and_it_brings_nobody() -> None:
    rows = stage("segment", {"type": "alias", "userId": "jeanne@exemple.fr", "previousId": "v-1"})
    assert {kind: len(its) for kind, its in rows.items()} == {"records": 1}
    assert json.loads(rows["records"][0]["kept"]) == {"type": "alias"}
    assert rows["records"][0]["is_ignored"] is True


def test_a_refused_record_is_sealed_whole_and_says_nothing_in_clear() -> None:
    raw = b'{"email": "jeanne@exemple.fr", "event": "open", \x00 \xe8'
    rows = stage("sendgrid", raw)
    assert {kind: len(its) for kind, its in rows.items()} == {"refused": 1}
    row = rows["refused"][0]
    assert RecordSealer(KEY).open(row["sealed"]) == Opened(raw, "json", ())
    assert (row["stage"], row["reasons"], row["position"], row["length"]) == ("parse", ["nul"], 0, len(raw))
    assert row["kept_until"] == date(2026, 6, 10)
    assert not any("jeanne" in str(value) for value in row.values())


def test_nobody_opens_it_with_another_key_and_its_hash_cannot_be_guessed_without_the_key() -> None:
    row = stage("sendgrid", b'{"event":')["refused"][0]
    other = RecordSealer(Key(b"another secret of thirty-two bytes"))
    with pytest.raises(CannotUnseal):
        other.open(row["sealed"])
    assert row["record_hash"] == RecordSealer(KEY).hash_of(b'{"event":') != other.hash_of(b'{"event":')


def test_where_raw_records_are_kept_they_are_sealed(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(OPENED))
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at)
    plan = plan_of(PROVIDERS.find("sendgrid"), tmp_path, [[file]], arrival=ARRIVAL)
    plan = replace(plan, source=plan.source.model_copy(update={"keep_raw": "sealed"}))
    (row,) = staged(plan, 0)["records"]
    assert RecordSealer(KEY).open(row["sealed"]).raw == json.dumps(OPENED).encode()
    assert row["kept_until"] == date(2026, 6, 10)


def test_custom_arguments_are_kept_by_declared_name_and_shape(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps({**OPENED, "offer": "Soldes", "seller": "jean@exemple.fr", "who": "Anne", "rank": "x"}))
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at)
    plan = plan_of(PROVIDERS.find("sendgrid"), tmp_path, [[file]], arrival=ARRIVAL)
    declared = {"offer": "label", "seller": "id", "rank": "number", "absent": "id"}
    plan = replace(plan, context=replace(plan.context, keep=declared))
    (event,) = staged(plan, 0)["events"]
    attributes = dict(event["attributes"])
    assert attributes.pop("seller").startswith("~")
    assert attributes == {"offer": "Soldes"}


def test_an_escaped_nul_is_taken_out_of_what_is_read_and_flagged() -> None:
    staged = stage(
        "sendgrid", b'{"event":"open","email":"jeanne@exemple.fr","timestamp":1777882530,"topic":"a\\u0000b"}'
    )
    assert [e["topic"] for e in staged["events"]] == ["ab"]
    assert [r["flags"] for r in staged["records"]] == [["nul_stripped"]]


def test_what_is_no_address_refuses_the_record_whole_and_seals_nothing() -> None:
    staged = stage("sendgrid", {**OPENED, "email": "jeanne at exemple"})
    assert {kind: len(rows) for kind, rows in staged.items()} == {"refused": 1}
    assert staged["refused"][0]["reasons"] == ["address"]
    blank = stage("segment", {**PAGE, "userId": " ", "anonymousId": "v-1"})
    assert {kind: len(rows) for kind, rows in blank.items()} == {"refused": 1}
    assert blank["refused"][0]["reasons"] == ["identifier"]


def test_the_vault_holds_the_identifiers_of_accepted_records_sealed() -> None:
    record = {**PAGE, "type": "identify", "traits": {"email": " Jeanne@Exemple.FR"}}
    pseudonyms = Pseudonymiser(KEY)
    rows = stage("segment", record, record)["identities"]
    assert {(r["kind"], pseudonyms.unseal(r["kind"], r["sealed"])) for r in rows} == {
        ("customer", "u-1"),
        ("email", "jeanne@exemple.fr"),
    }
    assert {r["identifier_id"] for r in rows} == {
        masked("customer", "u-1")[1:],
        masked("email", "jeanne@exemple.fr")[1:],
    }
    assert len(rows) == 2
    assert {r["kind"]: r["mailbox_provider"] for r in rows} == {"customer": None, "email": "other"}
    assert not any(b"jeanne" in r["sealed"] or b"u-1" in r["sealed"] for r in rows)


def test_a_record_without_an_id_has_a_stable_one() -> None:
    # Literals: another run, another version of ours, and the same record delivered again must make the same of it.
    record = {**OPENED, "ip": "192.0.2.1", "url": "https://boutique.example/robe?who=1", "reference": "a"}
    staged = stage("sendgrid", record, record, {**record, "timestamp": 1777882531})
    first, again, later = staged["events"]
    assert (first["event_id"], first["fingerprint"]) == ("h-267efdd398ae98bd9722294f4e38283f", "267efdd398ae98bd")
    assert (again["event_id"], again["fingerprint"]) == (first["event_id"], first["fingerprint"])
    assert later["event_id"] != first["event_id"]
    assert [r["record_hash"] for r in staged["records"]] == ["1cd1b19e872c9c1274d0c13a6b75b2b4"] * 2 + [
        "65a69e5ff2bcc4408cfd6fd7591d9390"
    ]


def test_a_record_with_an_id_keeps_it_and_has_the_hash_of_what_it_says() -> None:
    event = stage("sendgrid", {**OPENED, "sg_event_id": "e-1"})["events"][0]
    assert (event["event_id"], event["fingerprint"]) == ("e-1", "0976cff03d185103")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"line_items": [{"id": 31, "quantity": 2**31, "price": "0.00"}]}, "range:quantity"),
        ({"line_items": [{"id": n, "quantity": 2**31 - 1, "price": "0.00"} for n in (31, 32)]}, "range:n_items"),
    ],
)
def test_a_number_too_large_for_its_column_refuses_its_record_alone(changes: dict[str, Any], reason: str) -> None:
    good = shopify("accepted", "")
    staged = stage("shopify", good, {**good, **changes})
    assert [r["position"] for r in staged["records"]] == [0]
    assert [r["reasons"] for r in staged["refused"]] == [[reason]]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("url", "https://boutique.example/\ud800", "adapter_error"),
        ("duration_s", "12", "adapter_error"),
        ("is_machine", "false", "adapter_error"),
        ("n_items", 2**31, "range"),
        ("amount_cents", 2**63, "range"),
        ("duration_s", float("inf"), "range"),
    ],
)
def test_a_value_that_its_column_cannot_hold_refuses_its_record_alone(
    column: str, value: Any, code: str, tmp_path: Path
) -> None:
    wrong = Produced(events=[GOOD, {**GOOD, column: value}], links=[])
    answers = iter([Produced(events=[dict(GOOD)]), wrong, Produced(events=[{**GOOD, "event_id": "3"}])])
    provider = replace(PROVIDERS.find("sendgrid"), stage=by_record(lambda record, context: next(answers)))
    path = tmp_path / "f.json"
    path.write_text('{"email":"jeanne@exemple.fr"}\n' * 3)
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at)
    rows = staged(plan_of(provider, tmp_path, [[file]], arrival=ARRIVAL), 0)
    assert [r["position"] for r in rows["records"]] == [0, 2]
    assert [r["position"] for r in rows["refused"]] == [1]
    (reason,) = rows["refused"][0]["reasons"]
    # A shape may have found the wrong type before.
    assert reason in (f"{code}:{column}", "adapter_error:TypeError", "adapter_error:AttributeError")
    assert len(rows["events"]) == 2


def test_a_kept_number_beyond_64_bits_is_kept_as_it_was_written() -> None:
    staged = stage("segment", {**PAGE, "properties": {"total": 10**400}})
    assert json.loads(staged["records"][0]["kept"])["properties"] == {"total": 10**400}


@pytest.mark.parametrize(
    ("produced", "reason"),
    [
        pytest.param(Produced(events=[GOOD, {**GOOD, "occurred_at": "noon"}]), "TypeError", id="time is a text"),
        pytest.param(Produced(orders=[{"order_id": "o-1"}]), "KeyError", id="order without a time"),
        pytest.param(Produced(events=[{**GOOD, "identifier": "jeanne@exemple.fr"}]), "AttributeError", id="bare owner"),
    ],
)
def test_content_that_is_not_of_the_shared_vocabulary_refuses_its_record_whole(
    produced: Produced, reason: str, tmp_path: Path
) -> None:
    provider = replace(PROVIDERS.find("sendgrid"), stage=by_record(partial(_answer, produced)))
    path = tmp_path / "f.json"
    path.write_text('{"email":"jeanne@exemple.fr"}\n')
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at)
    rows = staged(plan_of(provider, tmp_path, [[file]], arrival=ARRIVAL), 0)
    # Not a part of it is staged, and nothing is told of what it holds.
    assert {kind: len(its) for kind, its in rows.items()} == {"refused": 1}
    assert rows["refused"][0]["reasons"] == [f"adapter_error:{reason}"]
    assert not any("jeanne" in str(value) for value in rows["refused"][0].values())


def _answer(produced: Produced, record: dict[str, Any], context: Context) -> Produced:
    return produced


def test_an_address_with_invisible_characters_is_the_same_person_and_flagged() -> None:
    staged = stage("sendgrid", OPENED, {**OPENED, "email": "jean\u200bne@exemple.fr"})
    assert {row["identifier_id"] for row in staged["events"]} == {masked("email", "jeanne@exemple.fr")[1:]}
    assert [row["flags"] for row in staged["records"]] == [None, ["invisible"]]


def test_the_family_of_the_mailbox_does_not_depend_on_the_spelling() -> None:
    staged = stage("sendgrid", {**OPENED, "email": "Jeanne <jeanne@GMAIL.com.>"})
    assert [row["mailbox_provider"] for row in staged["events"]] == ["gmail"]


def test_a_task_keeps_a_bounded_number_of_identifiers_and_tells_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitizer, "MOST_SEEN", 3)
    monkeypatch.setattr("segspark.pseudonyms.MOST_KNOWN", 2)
    sizes = []
    see = sanitizer.FirstSeen.see

    def watched(seen: sanitizer.FirstSeen, *said: Any) -> None:
        see(seen, *said)
        sizes.append(seen.size)

    monkeypatch.setattr(sanitizer.FirstSeen, "see", watched)
    people = [f"p{n % 5}@exemple.fr" for n in range(20)]
    rows = stage("sendgrid", *({**OPENED, "event": "delivered", "email": who, "sg_event_id": who} for who in people))
    assert max(sizes) == 3
    assert {row["identifier_id"] for row in rows["events"]} == {row["identifier_id"] for row in rows["first_seen"]}
    assert {row["identifier_id"] for row in rows["identities"]} == {masked("email", who)[1:] for who in people}


def test_cookies_of_guests_are_bounded_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They order without a name, so that nothing but the vault is told of them."""
    monkeypatch.setattr(sanitizer, "MOST_SEEN", 3)
    sizes = []
    seal = sanitizer.Sanitizer._seal

    def watched(task: sanitizer.Sanitizer, *named: Any) -> None:
        seal(task, *named)
        sizes.append(len(task._sealed))

    monkeypatch.setattr(sanitizer.Sanitizer, "_seal", watched)
    order = {"type": "track", "event": "Order Completed", "timestamp": "2026-05-02T10:00:00Z",
             "receivedAt": "2026-05-02T10:00:00Z", "properties": {"order_id": "1", "revenue": 1, "currency": "EUR"}}  # fmt: skip
    path = tmp_path / "f.json"
    path.write_text(
        "\n".join(json.dumps({**order, "messageId": f"m{n}", "anonymousId": f"c{n % 8}"}) for n in range(16))
    )
    file = InputFile("mails", str(path), path.name, "f" * 32, 1, ARRIVAL.run_at)
    provider = PROVIDERS.find("segment")
    rows = staged(plan_of(provider, tmp_path, [[file]], options={"orders": True}, arrival=ARRIVAL), 0)
    assert {row["event_type"] for row in rows["events"]} == {"order"}
    assert len(rows["identities"]) == 16
    assert len({row["identifier_id"] for row in rows["identities"]}) == 8
    assert max(sizes) == 3
