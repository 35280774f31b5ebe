"""Which records make a person known: those of a provider's declaration, whatever form its records have."""

from typing import Any

import pytest
from sources.in_process import KEY, stage

from segspark.pseudonyms import Pseudonymiser
from segspark.sources.files import InputFile
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import RecordSpec, Source
from segspark.sources.targets import introduces, make_maker
from segspark.sources.vocabulary import EVENT_TYPES, REACTIONS, Produced

AT = "2026-05-04T09:30:45Z"
MAIL = {"email": "jeanne@exemple.fr", "timestamp": 1777882530}
CALL = {"userId": "u-1", "anonymousId": "v-1", "messageId": "m-1", "timestamp": AT}
ORDER = {
    "id": 1, "email": "jeanne@exemple.fr", "processed_at": AT, "subtotal_price": "10.00", "currency": "EUR",
    "customer": {"id": 770031},
}  # fmt: skip


def named(kind: str, value: str) -> str:
    return str(Pseudonymiser(KEY).identifier_id(kind, value))


def vault(staged: dict[str, list[dict[str, Any]]]) -> set[str]:
    return {row["identifier_id"] for row in staged.get("identities", [])}


@pytest.mark.parametrize(
    ("word", "is_introducing"),
    [("processed", True), ("delivered", True), *[(w, False) for w in ("open", "click", "bounce", "deferred", "dropped",
     "spamreport", "unsubscribe", "group_resubscribe", "something new")]],
)  # fmt: skip
def test_of_a_mail_s_events_sending_and_delivery_introduce(word: str, is_introducing: bool) -> None:
    staged = stage("sendgrid", {**MAIL, "event": word})
    assert [row["introduces"] for row in staged["first_seen"]] == [is_introducing]
    assert vault(staged) == ({named("email", "jeanne@exemple.fr")} if is_introducing else set())
    # The event is kept under the pseudonym in either case.
    assert [row["identifier_id"] for row in staged["events"]] == [named("email", "jeanne@exemple.fr")]


@pytest.mark.parametrize(
    ("provider", "record", "who"),
    [
        ("shopify", ORDER, {named("email", "jeanne@exemple.fr"), named("customer", "770031")}),
        ("segment", {**CALL, "type": "identify"}, {named("customer", "u-1"), named("anonymous", "v-1")}),
        ("segment", {"type": "identify", "userId": "u-1", "messageId": "m-1", "timestamp": AT}, {named("customer", "u-1")}),
        ("segment", {**CALL, "type": "page"}, set()),
        ("segment", {**CALL, "type": "track", "event": "Order Completed"}, set()),
        ("segment", {**CALL, "type": "track", "event": "Email Delivered"}, set()),
        ("mailgun", {"event": "opened", "timestamp": 1777882530.5, "recipient": "jeanne@exemple.fr"}, set()),
        ("mailgun", {"event": "delivered", "timestamp": 1777882530.5, "recipient": "jeanne@exemple.fr"},
         {named("email", "jeanne@exemple.fr")}),
        ("postmark", {"RecordType": "Open", "ReceivedAt": AT, "Recipient": "jeanne@exemple.fr"}, set()),
        ("postmark", {"RecordType": "Delivery", "DeliveredAt": AT, "Recipient": "jeanne@exemple.fr"},
         {named("email", "jeanne@exemple.fr")}),
        ("ses", {"eventType": "Open", "mail": {"timestamp": AT, "destination": ["jeanne@exemple.fr"]}, "open": {}}, set()),
        ("ses", {"eventType": "Send", "mail": {"timestamp": AT, "destination": ["jeanne@exemple.fr"]}, "send": {}},
         {named("email", "jeanne@exemple.fr")}),
    ],
)  # fmt: skip
def test_the_vault_learns_whom_a_record_introduces(provider: str, record: dict[str, Any], who: set[str]) -> None:
    assert vault(stage(provider, record)) == who


def test_of_several_records_the_first_and_the_first_that_introduces_are_told() -> None:
    kinds = ("open", "delivered", "click")
    staged = stage("sendgrid", *[{**MAIL, "event": kind, "timestamp": 1777882530 + n} for n, kind in enumerate(kinds)])
    # They became known on the same day: only the introduction is needed.
    assert [row["introduces"] for row in staged["first_seen"]] == [True]


@pytest.mark.parametrize("provider", [p for p in PROVIDERS.names() if p != "mapped"])
def test_no_provider_is_introduced_to_anybody_by_a_reaction(provider: str) -> None:
    assert not PROVIDERS.find(provider).introduces & REACTIONS
    assert PROVIDERS.find(provider).introduces <= {*EVENT_TYPES, "orders", "lines", "profiles", "consents", "identify"}


def spec(target: str, introduces: bool | None = None) -> RecordSpec:
    return RecordSpec(target=target, introduces=introduces, columns={})  # type: ignore[arg-type]


def test_a_mapped_table_introduces_but_by_reactions_to_mails_unless_it_says_otherwise() -> None:
    for target in ("orders", "order_lines", "profiles", "consents"):
        assert introduces(spec(target), {})
        assert not introduces(spec(target, False), {})
    found = {kind for kind in EVENT_TYPES if introduces(spec("events"), {"event_type": kind})}
    assert found == set(EVENT_TYPES) - REACTIONS
    assert introduces(spec("events", True), {"event_type": "open"})
    assert not introduces(spec("events", False), {"event_type": "order"})


def test_a_mapped_row_introduces_its_owner_else_its_visitor() -> None:
    record = {
        "target": "events", "identifier": {"kind": "email", "value": "mail"}, "anonymous": "cookie",
        "columns": {"event_type": "type", "occurred_at": "at"},
    }  # fmt: skip
    source = Source(name="web", kind="mapped", path="*", records=[record])  # type: ignore[arg-type]
    make = make_maker(source, 0, "EUR")
    file = InputFile("web", "f", "f", "f" * 32, 1, None)
    found = []
    for mail, kind in (("ann@example.com", "page_view"), (None, "page_view"), ("ann@example.com", "open")):
        produced = Produced()
        row = {"r0__where": None, "r0__id": mail, "r0__anonymous": "c-1", "r0_event_type": kind, "r0_occurred_at": AT}
        make({**row, "position": 0}, file, produced)
        found.append([who.kind for who, _ in produced.introduced])
    assert found == [["email"], ["anonymous"], []]
