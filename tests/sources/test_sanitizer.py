"""What the gateway stages: texts with identifiers replaced, the vault, hashes, and what is refused whole."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sources.in_process import ARRIVAL, KEY, plan_of, stage, staged
from sources.places import LEAKS, shopify

from segspark.pseudonyms import Pseudonymiser
from segspark.sources.files import InputFile
from segspark.sources.gateway import KEPT_TEXT, by_record
from segspark.sources.registry import PROVIDERS
from segspark.sources.vocabulary import Context, Identifier, Produced

GOOD = {
    "event_type": "click", "occurred_at": ARRIVAL.run_at, "identifier": Identifier("email", "jeanne@exemple.fr"),
}  # fmt: skip


def masked(kind: str, value: str) -> str:
    """What a kept text says instead of an identifier."""
    return "~" + str(Pseudonymiser(KEY).identifier_id(kind, value))


def text_of(provider: str, record: Any) -> str:
    staged = stage(provider, record)
    rows = staged.get("records", []) + staged.get("refused", [])
    if len(rows) != 1:
        raise ValueError(f"one record became {rows}")
    return str(rows[0]["text"])


OPENED = {"email": "jeanne@exemple.fr", "event": "open", "timestamp": 1777882530}
PAGE = {"type": "page", "messageId": "m-1", "userId": "u-1", "timestamp": "2026-05-04T09:30:45.250Z"}


def test_pseudonyms_are_those_of_the_key() -> None:
    assert masked("email", "jeanne@exemple.fr") == "~6e4ea9828d9af43c926f10f88ef50340"
    assert masked("customer", "770031") == "~e1212208e4f4c5a0efa638390466cc6e"


def test_a_refused_text_keeps_everything_but_addresses() -> None:
    raw = b'{"email": "jeanne@exemple.fr", "said": "to <Paul+shop@Exemple.FR>, or eve%40exemple.fr", "event": "open"'
    staged = stage("sendgrid", raw)
    assert {kind: len(rows) for kind, rows in staged.items()} == {"refused": 1}
    row = staged["refused"][0]
    jeanne, paul = masked("email", "jeanne@exemple.fr"), masked("email", "paul+shop@exemple.fr")
    # Percent-encoded, an address is not normalised before it is masked, but masked it is.
    assert row["text"].startswith(f'{{"email": "{jeanne}", "said": "to <{paul}>, or ~')
    assert row["text"].endswith(', "event": "open"')
    assert "eve%40" not in row["text"]
    assert (row["stage"], row["reasons"], row["position"], row["flags"]) == ("parse", ["json"], 0, None)


def test_an_ignored_text_keeps_everything_but_addresses_and_brings_nobody() -> None:
    staged = stage("segment", {"type": "alias", "userId": "jeanne@exemple.fr", "previousId": "v-1"})
    assert {kind: len(rows) for kind, rows in staged.items()} == {"records": 1}
    jeanne = masked("email", "jeanne@exemple.fr")
    assert staged["records"][0]["text"] == f'{{"type": "alias", "userId": "{jeanne}", "previousId": "v-1"}}'
    assert staged["records"][0]["is_ignored"] is True


def test_an_identifier_is_replaced_as_a_quoted_value_and_as_a_bare_number() -> None:
    raw = (
        b'{"type":"page","messageId":"m-1","timestamp":"2026-05-04T09:30:45.250Z","userId":770031,"anonymousId":"v-1",'
        b'"a":"770031","b": 770031,"c":770031 ,"d":[{"e":770031}],"f":1770031,"g":7700312,"h":"v-1","i":"v-12",'
        b'"j":{"k":"770031","l":[770032]}}'
    )
    user, visitor = masked("customer", "770031"), masked("anonymous", "v-1")
    assert text_of("segment", raw) == (
        '{"type":"page","messageId":"m-1","timestamp":"2026-05-04T09:30:45.250Z",'
        f'"userId":"{user}","anonymousId":"{visitor}",'
        f'"a":"{user}","b": "{user}","c":"{user}" ,"d":[{{"e":"{user}"}}],"f":1770031,"g":7700312,"h":"{visitor}",'
        f'"i":"v-12","j":{{"k":"{user}","l":[770032]}}}}'
    )


@pytest.mark.parametrize("copies", ["[770031]", "[1, 770031]", "\n770031", "770031\n"])
@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="a bare number is replaced between a colon and one of four signs only"
)
def test_a_bare_number_is_replaced_wherever_json_may_write_it(copies: str) -> None:
    # Over several lines, as an indented array is written, whose elements keep their own bytes.
    raw = b"[\n" + json.dumps({**PAGE, "userId": 770031, "copies": 0}).encode() + b"\n]"
    text = text_of("segment", raw.replace(b'"copies": 0', f'"copies": {copies}'.encode()))
    assert "770031" not in text


@pytest.mark.parametrize("user", ["zqmüller", 'zq"martin', "zq/martin", "zq<martin>"])
@pytest.mark.parametrize("escape", ["none", "ascii", "php", "dotnet"])
def test_an_identifier_is_replaced_however_a_sender_escapes_it(
    user: str, escape: str, request: pytest.FixtureRequest
) -> None:
    written = json.dumps(user, ensure_ascii=escape == "ascii")
    if escape == "php":
        written = json.dumps(user).replace("/", "\\/")
    if escape == "dotnet":
        written = json.dumps(user).replace("<", "\\u003c").replace(">", "\\u003e").replace('\\"', "\\u0022")
    if written != f'"{user}"':
        reason = "an identifier is looked for only as it is after decoding"
        request.applymarker(pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason))
    raw = json.dumps(PAGE).replace('"u-1"', written).encode()
    assert "zq" not in text_of("segment", raw)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("zqjeanne\\u0040exemple.fr", id="at sign"),
        pytest.param("zqjeanne\\u002bshop@exemple.fr", id="plus sign"),
        pytest.param("zqjeanne@exemple\\u002efr", id="dot"),
        pytest.param("\\u007aqjeanne@exemple.fr", id="first letter, which leaves the rest"),
    ],
)
@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_an_address_is_replaced_however_a_sender_escapes_it(
    address: str, outcome: str, request: pytest.FixtureRequest
) -> None:
    if "u007a" not in address:
        request.applymarker(pytest.mark.xfail(strict=True, raises=AssertionError, reason=LEAKS))
    record = {**OPENED, "timestamp": None} if outcome == "refused" else OPENED
    raw = json.dumps(record).replace("jeanne@exemple.fr", address).encode()
    text = text_of("sendgrid", raw)
    assert "qjeanne" not in text


@pytest.mark.parametrize(
    "local", ["zq/paul", "zq*paul", "zq?paul", "zq^paul", "zq|paul", "zq{paul}", "zq%paul", "zq`paul"]
)
@pytest.mark.xfail(strict=True, raises=AssertionError, reason="signs that may stand in an address end it")
def test_an_address_of_rare_signs_is_replaced_whole(local: str) -> None:
    assert "zq" not in text_of("sendgrid", {**OPENED, "said": f"to {local}@exemple.fr"})


def test_direct_values_are_removed_however_they_are_written() -> None:
    who = {"name": 'Anne "Zoé" Lefèvre', "phone": "+33600000001"}
    record = {"type": "identify", "userId": "u-1", "anonymousId": "v-1", "timestamp": PAGE["timestamp"], "traits": who}
    for is_ascii in (False, True):
        raw = json.dumps({**record, "copy": who, "longer": "+336000000012"}, ensure_ascii=is_ascii).encode()
        text = text_of("segment", raw)
        assert json.loads(text) == {
            **record,
            "userId": masked("customer", "u-1"),
            "anonymousId": masked("anonymous", "v-1"),
            "traits": {"name": "~", "phone": "~"},
            "copy": {"name": "~", "phone": "~"},
            "longer": "+336000000012",
        }


def test_a_direct_value_of_one_letter_stays_and_one_of_two_goes() -> None:
    record = {**PAGE, "type": "identify", "anonymousId": "v-1", "traits": {"firstName": "J", "lastName": "Li"}}
    assert json.loads(text_of("segment", record))["traits"] == {"firstName": "J", "lastName": "~"}


def test_a_record_of_another_person_is_not_searched_for_the_first_one_s_identifiers() -> None:
    staged = stage("segment", {**PAGE, "userId": "u-1"}, {**PAGE, "userId": "u-2", "said": "u-1"})
    assert json.loads(staged["records"][1]["text"])["said"] == "u-1"


def test_the_kept_text_is_bounded() -> None:
    whole = {**OPENED, "pad": "x" * 200_000}
    text = text_of("sendgrid", whole)
    # The bound is of bytes as they came, before pseudonyms make the text longer.
    longer = len(masked("email", "jeanne@exemple.fr")) - len("jeanne@exemple.fr")
    assert KEPT_TEXT == 100_000
    assert len(text) == 100_000 + longer
    assert set(text[-90_000:]) == {"x"}
    assert len(text_of("sendgrid", {**whole, "timestamp": None})) == 100_000 + longer


def test_a_letter_that_the_bound_cuts_is_replaced() -> None:
    head = json.dumps(OPENED, ensure_ascii=False)[:-1] + ', "pad": "'
    raw = (head + "x" * (99_999 - len(head)) + 'é"}').encode()
    assert text_of("sendgrid", raw).endswith("xx\ufffd")


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="an address of which the bound leaves half is none any more"
)
def test_an_address_that_the_bound_cuts_is_removed(outcome: str) -> None:
    record = {**OPENED, "timestamp": None} if outcome == "refused" else OPENED
    head = json.dumps(record)[:-1] + ', "pad": "'
    raw = (head + " " * (99_990 - len(head)) + 'zqpaul@exemple.fr"}').encode()
    assert "zqpaul" not in text_of("sendgrid", raw)


def test_a_nul_becomes_a_sign_that_tables_can_hold() -> None:
    staged = stage("sendgrid", b'{"event":"open\x00","email":"jeanne@exemple.fr"}')
    jeanne = masked("email", "jeanne@exemple.fr")
    assert [(r["reasons"], r["text"]) for r in staged["refused"]] == [
        (["nul"], f'{{"event":"open\ufffd","email":"{jeanne}"}}')
    ]


def test_bytes_that_are_no_text_become_the_same_sign() -> None:
    staged = stage("sendgrid", b'{"event":"open","email":"jeanne@exemple.fr","name":"Lef\xe8vre"}')
    assert [(r["reasons"], r["text"][-9:]) for r in staged["refused"]] == [(["encoding"], 'Lef\ufffdvre"}')]


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
    assert not any(b"jeanne" in r["sealed"] or b"u-1" in r["sealed"] for r in rows)


def test_a_record_without_an_id_has_a_stable_one() -> None:
    # Literals: another run, another version of ours, and the same record delivered again must make the same of it.
    record = {**OPENED, "ip": "192.0.2.1", "url": "https://boutique.example/robe?who=1", "reference": "a"}
    staged = stage("sendgrid", record, record, {**record, "timestamp": 1777882531})
    first, again, later = staged["events"]
    assert (first["event_id"], first["fingerprint"]) == ("h-a5fbe8920f6fdbd279a3e1c41422dced", "a5fbe8920f6fdbd2")
    assert (again["event_id"], again["fingerprint"]) == (first["event_id"], first["fingerprint"])
    assert (later["event_id"], later["fingerprint"]) == ("h-b2be248d43513fc0f84cf6df9172e6fa", "b2be248d43513fc0")
    assert [r["fingerprint"] for r in staged["records"]] == ["82a9097ac8ad048a3b32f7ca456bdff9"] * 2 + [
        "1de1719d85950952ee2e7b2a9bab91ad"
    ]


def test_a_record_with_an_id_keeps_it_and_has_the_hash_of_what_it_says() -> None:
    event = stage("sendgrid", {**OPENED, "sg_event_id": "e-1"})["events"][0]
    assert (event["event_id"], event["fingerprint"]) == ("e-1", "720a77aec1b11e26")


def test_the_hash_of_a_refused_record_is_of_its_scrubbed_text() -> None:
    refused = stage("sendgrid", {"event": "open", "email": "jeanne@exemple.fr"})["refused"][0]
    assert refused["fingerprint"] == "ea36c63862e1557b1badca0772679b6d"


@pytest.mark.parametrize(
    "changes",
    [
        {"line_items": [{"id": 31, "quantity": 3_000_000_000, "price": "0.00"}]},
        {"refunds": [{"id": 81, "created_at": "2026-05-06T09:00:00Z", "refund_line_items": [{"quantity": 2**31}]}]},
    ],
)
def test_a_number_too_large_for_its_column_refuses_its_record_alone(changes: dict[str, Any]) -> None:
    good = shopify("accepted", "")
    staged = stage("shopify", good, {**good, **changes})
    assert [r["position"] for r in staged["records"]] == [0]
    assert [r["reasons"] for r in staged["refused"]] == [["range:n_items"]]


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
    assert "jeanne" not in rows["refused"][0]["text"]


def _answer(produced: Produced, record: dict[str, Any], context: Context) -> Produced:
    return produced
