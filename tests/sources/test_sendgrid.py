"""SendGrid: every word of its events, and every part of what an event becomes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from segspark.sources import sendgrid
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("newsletter", None, "EUR")
OF_A_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Navigateur/9"
OF_A_PHONE = "Mozilla/5.0 (Linux; Android 15; Petit) Mobile Navigateur/9"


def payload(event: str, **more: Any) -> dict[str, Any]:
    return {
        "email": "jeanne@exemple.fr",
        "timestamp": 1_772_440_200,
        "event": event,
        "sg_event_id": "ZXZlbnQtMQ",
        "sg_message_id": "Qk3vT-lettre.filtre-7.0",
        "smtp-id": "<Qk3vT@poste.example>",
        **more,
    }


def parse(record: dict[str, Any], context: Context) -> Produced:
    """A record as it comes out of a JSON text: none of its texts is the very object that a constant is."""
    return sendgrid.parse(json.loads(json.dumps(record)), context)


def produced(event_type: str, word: str, **columns: Any) -> Produced:
    event = {
        "event_id": "ZXZlbnQtMQ",
        "source_event": word,
        "event_type": event_type,
        "identifier": Identifier("email", "jeanne@exemple.fr"),
        "occurred_at": 1_772_440_200_000_000,
        "message_id": "Qk3vT-lettre",
        "campaign_id": None,
        "topic": None,
        "url": None,
        "device": None,
        "is_machine": None,
        "p_human": None,
        "attributes": {},
    }
    assert columns.keys() <= event.keys()
    return Produced(events=[event | columns])


def refusal(record: dict[str, Any]) -> list[str]:
    with pytest.raises(Rejected) as refused:
        parse(record, CONTEXT)
    return refused.value.reasons


def without(key: str, record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k != key}


@pytest.mark.parametrize(
    ("word", "event_type"),
    [
        ("processed", "sent"),
        ("delivered", "delivered"),
        ("deferred", "deferred"),
        ("dropped", "suppressed"),
        ("bounce", "bounce_soft"),
        ("open", "open"),
        ("click", "click"),
        ("spamreport", "complaint"),
        ("unsubscribe", "unsubscribe"),
        ("group_unsubscribe", "unsubscribe"),
        ("group_resubscribe", "resubscribe"),
        ("Open", "unknown"),
        ("teleported", "unknown"),
    ],
)
def test_every_word_has_its_type_and_unknown_words_are_kept(word: str, event_type: str) -> None:
    assert parse(payload(word), CONTEXT) == produced(event_type, word)


def test_what_is_about_the_account_and_nobody_is_ignored() -> None:
    assert parse({"event": "account_status_change", "type": "compliance_suspend"}, CONTEXT) == Produced(ignored=True)


def test_a_delivery_says_nothing_of_its_transport() -> None:
    record = payload(
        "delivered",
        response="250 2.0.0 accepté pour jeanne@exemple.fr",
        attempt="3",
        tls=1,
        cert_err=0,
        ip="192.0.2.17",
        send_at=1_772_440_000,
        pool={"name": "lettres", "id": 4},
        sg_content_type="html",
        url_offset={"index": 0, "type": "html"},
        useragent=OF_A_BROWSER,
        marketing_campaign_name="Soldes d'hiver",
    )
    assert parse(record, CONTEXT) == produced("delivered", "delivered")


@pytest.mark.parametrize(
    ("details", "event_type"),
    [
        # Without a permanent status nobody says that the address is dead.
        ({}, "bounce_soft"),
        ({"type": "bounce"}, "bounce_soft"),
        ({"type": "bounce", "bounce_classification": "Invalid Address"}, "bounce_soft"),
        ({"status": "5.1.1"}, "bounce_soft"),
        ({"type": "bounce", "status": "5.1.1", "bounce_classification": "Invalid Address"}, "bounce_hard"),
        ({"type": "bounce", "status": "5.2.1", "bounce_classification": "Mailbox Unavailable"}, "bounce_hard"),
        ({"type": "bounce", "status": "5.4.4", "bounce_classification": "Technical Failure"}, "bounce_hard"),
        ({"type": "bounce", "status": "5.0.0", "bounce_classification": "Technical"}, "bounce_hard"),
        ({"type": "bounce", "status": "5.0.0", "bounce_classification": "Unclassified"}, "bounce_hard"),
        ({"type": "bounce", "status": "5.7.1", "bounce_classification": "Content"}, "blocked"),
        ({"type": "bounce", "status": "5.7.1", "bounce_classification": "Reputation"}, "blocked"),
        ({"type": "bounce", "status": "4.7.1", "bounce_classification": "Frequency or Volume Too High"}, "blocked"),
        ({"type": "bounce", "status": "5.7.1", "bounce_classification": "Frequency"}, "blocked"),
        ({"type": "bounce", "bounce_classification": "Not Content"}, "bounce_soft"),
        ({"type": "blocked"}, "blocked"),
        ({"type": "blocked", "status": "5.1.1", "bounce_classification": "Invalid Address"}, "blocked"),
        ({"type": "blocked", "status": "4.2.1"}, "blocked"),
        ({"type": "expired"}, "bounce_soft"),
        ({"type": "expired", "status": "5.4.7", "bounce_classification": "Technical Failure"}, "bounce_soft"),
        ({"type": "expired", "bounce_classification": "Reputation"}, "blocked"),
        ({"type": "bounce", "status": "4.2.2"}, "bounce_soft"),
        ({"type": "bounce", "status": "4"}, "bounce_soft"),
        ({"type": "bounce", "status": "5.4.0"}, "bounce_hard"),
        ({"type": "evaporated", "status": "5.1.1"}, "bounce_soft"),
    ],
)
def test_a_bounce_is_decided_by_type_status_and_classification(details: dict[str, str], event_type: str) -> None:
    assert parse(payload("bounce", **details), CONTEXT) == produced(event_type, "bounce", attributes=details)


def test_empty_details_decide_nothing_and_are_not_kept() -> None:
    empty = {"type": "", "status": "", "bounce_classification": "", "reason": ""}
    assert parse(payload("bounce", **empty), CONTEXT) == produced("bounce_soft", "bounce")
    nothing = {"type": None, "status": None, "bounce_classification": None, "reason": {"code": 550}}
    assert parse(payload("bounce", **nothing), CONTEXT) == produced("bounce_soft", "bounce")


@pytest.mark.parametrize("key", ["type", "status", "bounce_classification"])
@pytest.mark.parametrize("value", [4, 5.1, True, ["bounce"], {}])
def test_details_that_decide_are_texts(key: str, value: Any) -> None:
    assert refusal(payload("bounce", **{key: value})) == [f"type:{key}"]


def test_only_a_bounce_is_decided_by_its_details() -> None:
    details = {"type": "blocked", "status": "4.2.2", "bounce_classification": "Reputation"}
    assert parse(payload("deferred", **details), CONTEXT) == produced("deferred", "deferred", attributes=details)


@pytest.mark.parametrize(
    "cause",
    [
        "Bounced Address",
        "Unsubscribed Address",
        "Spam Reporting Address",
        "Invalid",
        "Invalid SMTPAPI header",
        "Spam Content",
        "Recipient List over Package Quota",
        "A cause of tomorrow",
    ],
)
@pytest.mark.parametrize("key", ["reason", "type"])
def test_a_dropped_mail_is_suppressed_and_keeps_its_cause(cause: str, key: str) -> None:
    record = payload("dropped", **{key: cause})
    assert parse(record, CONTEXT) == produced("suppressed", "dropped", attributes={key: cause})


@pytest.mark.parametrize(
    ("flag", "is_machine", "p_human"),
    [
        ({}, None, None),
        ({"sg_machine_open": None}, None, None),
        ({"sg_machine_open": True}, True, 0.0),
        ({"sg_machine_open": False}, False, 1.0),
    ],
)
def test_an_open_is_a_machines_where_the_provider_says_so(
    flag: dict[str, Any], is_machine: bool | None, p_human: float | None
) -> None:
    expected = produced("open", "open", is_machine=is_machine, p_human=p_human)
    result = parse(payload("open", **flag), CONTEXT)
    assert result == expected
    assert result.events[0]["is_machine"] is is_machine


@pytest.mark.parametrize("flag", ["true", 1, 0, [], {}])
def test_a_machine_flag_of_a_wrong_type_is_refused(flag: Any) -> None:
    assert refusal(payload("open", sg_machine_open=flag)) == ["type:sg_machine_open"]


@pytest.mark.parametrize(
    ("word", "event_type", "agent", "device"),
    [
        ("open", "open", OF_A_BROWSER, "desktop"),
        ("open", "open", OF_A_PHONE, "mobile"),
        ("click", "click", OF_A_PHONE, "mobile"),
        ("click", "click", "", None),
        ("click", "click", None, None),
        ("delivered", "delivered", OF_A_PHONE, None),
        ("unsubscribe", "unsubscribe", OF_A_PHONE, None),
        ("teleported", "unknown", OF_A_PHONE, None),
        ("delivered", "delivered", 7, None),
    ],
)
def test_the_device_is_told_for_opens_and_clicks_alone(
    word: str, event_type: str, agent: Any, device: str | None
) -> None:
    assert parse(payload(word, useragent=agent), CONTEXT) == produced(event_type, word, device=device)


def test_a_click_keeps_its_page_without_query_and_fragment() -> None:
    record = payload(
        "click", url="https://boutique.example/thé/noir?utm_campaign=hiver&u=jeanne#avis", ip="2001:db8::7"
    )
    assert parse(record, CONTEXT) == produced("click", "click", url="https://boutique.example/thé/noir")


@pytest.mark.parametrize("ip", [None, 7, ["192.0.2.17"]])
def test_an_ip_address_that_is_no_text_is_left_out(ip: Any) -> None:
    assert parse(payload("open", ip=ip), CONTEXT) == produced("open", "open")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("abc.filter1.2.3", "abc"),
        ("abc", "abc"),
        (".filter", ""),
        # No id of SendGrid's: cut at its dot, an address would no longer be recognised.
        ("jeanne.martin@exemple.fr", "jeanne.martin@exemple.fr"),
        ("jeanne.martin%40exemple.fr", "jeanne.martin%40exemple.fr"),
        ("jeanne.martin_at_exemple_dot_fr", "jeanne.martin_at_exemple_dot_fr"),
        ("", None),
        (None, None),
    ],
)
def test_the_message_is_named_by_what_stands_before_the_first_dot(message: str | None, said: str | None) -> None:
    assert parse(payload("delivered", sg_message_id=message), CONTEXT) == produced(
        "delivered", "delivered", message_id=said
    )


def test_an_asynchronous_bounce_has_no_message() -> None:
    details = {"type": "bounce", "status": "5.1.1"}
    record = without("sg_message_id", payload("bounce", **details))
    assert parse(record, CONTEXT) == produced("bounce_hard", "bounce", message_id=None, attributes=details)


@pytest.mark.parametrize("own", [{}, {"sg_event_id": None}, {"sg_event_id": ""}])
def test_without_a_key_of_its_own_the_door_makes_one(own: dict[str, Any]) -> None:
    record = without("sg_event_id", payload("open")) | own
    assert parse(record, CONTEXT) == produced("open", "open", event_id=None)


@pytest.mark.parametrize(
    ("told", "campaign"),
    [
        ({"marketing_campaign_id": 12345}, "12345"),
        ({"marketing_campaign_id": "hiver-26"}, "hiver-26"),
        ({"marketing_campaign_id": "", "category": "soldes"}, "soldes"),
        (
            {"marketing_campaign_id": 12345, "newsletter": {"newsletter_id": "n7"}, "category": "soldes"},
            "12345",
        ),
        ({"newsletter": {"newsletter_id": "n7", "newsletter_send_id": "s8"}}, "n7"),
        ({"newsletter": {"newsletter_id": 77}, "category": "soldes"}, "77"),
        ({"newsletter": {"newsletter_id": 0}, "category": "soldes"}, "0"),
        ({"newsletter": {"newsletter_id": None}, "category": "soldes"}, "soldes"),
        ({"newsletter": {"newsletter_user_list_id": "l9"}, "category": "soldes"}, "soldes"),
        ({"newsletter": {}}, None),
        ({"newsletter": "n7", "category": "soldes"}, "soldes"),
        ({"newsletter": None, "category": None}, None),
        ({"category": "soldes"}, "soldes"),
        ({"category": ["soldes", "hiver"]}, "soldes"),
        ({"category": ["", "hiver"]}, "hiver"),
        ({"category": []}, None),
        ({"category": ""}, None),
        ({}, None),
    ],
)
def test_the_campaign_is_the_campaigns_id_or_the_newsletters_or_the_first_category(
    told: dict[str, Any], campaign: str | None
) -> None:
    assert parse(payload("click", **told), CONTEXT) == produced("click", "click", campaign_id=campaign)


@pytest.mark.parametrize(
    ("told", "topic"),
    [
        ({"topic": "nouveautés"}, "nouveautés"),
        ({"topic": "nouveautés", "asm_group_id": 88}, "nouveautés"),
        ({"topic": "", "asm_group_id": 88}, "88"),
        ({"asm_group_id": 88}, "88"),
        ({"asm_group_id": "88"}, "88"),
        ({"asm_group_id": None}, None),
        ({"asm_group_id": ""}, None),
    ],
)
def test_the_topic_is_the_senders_own_or_the_suppression_group(told: dict[str, Any], topic: str | None) -> None:
    assert parse(payload("group_unsubscribe", **told), CONTEXT) == produced(
        "unsubscribe", "group_unsubscribe", topic=topic
    )


def test_of_custom_arguments_the_declared_ones_become_attributes() -> None:
    record = payload("open", boutique="Lyon", vague=3, vide="", absent=None, who="Anne", campaign_id="hiver-26")
    context = replace(CONTEXT, keep={"boutique": "label", "vague": "number", "absent": "id", "campaign_id": "id"})
    attributes = {"boutique": "Lyon", "vague": 3, "campaign_id": "hiver-26"}
    assert parse(record, context) == produced("open", "open", attributes=attributes)
    assert parse(record, CONTEXT) == produced("open", "open")


def test_what_the_other_server_wrote_is_no_attribute() -> None:
    record = payload(
        "bounce", response="550", reason="no such user", status="5.1.1", type="bounce",
        bounce_classification="Invalid Address",
    )  # fmt: skip
    assert parse(record, CONTEXT) == produced(
        "bounce_hard", "bounce",
        attributes={"status": "5.1.1", "type": "bounce", "bounce_classification": "Invalid Address"},
    )  # fmt: skip


def test_a_fraction_of_a_second_is_kept() -> None:
    assert parse(payload("open", timestamp=1_772_440_200.25), CONTEXT) == produced(
        "open", "open", occurred_at=1_772_440_200_250_000
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"event": None}, "missing:event"),
        ({"event": ""}, "missing:event"),
        ({"event": 7}, "type:event"),
        ({"email": None}, "missing:email"),
        ({"email": ""}, "missing:email"),
        ({"email": ["jeanne@exemple.fr"]}, "type:email"),
        ({"timestamp": None}, "missing:timestamp"),
        ({"timestamp": "1772440200"}, "type:timestamp"),
        ({"timestamp": 1_772_440_200_000}, "time_unit:timestamp"),
        ({"sg_event_id": 7}, "type:sg_event_id"),
        ({"sg_message_id": 7}, "type:sg_message_id"),
        ({"marketing_campaign_id": True}, "type:marketing_campaign_id"),
        ({"asm_group_id": [88]}, "type:asm_group_id"),
        ({"topic": 88}, "type:topic"),
        ({"url": 7}, "type:url"),
        ({"useragent": 7}, "type:useragent"),
    ],
)
def test_a_missing_or_wrong_field_is_refused_by_its_name(wrong: dict[str, Any], code: str) -> None:
    assert refusal(payload("open") | wrong) == [code]


@pytest.mark.parametrize("key", ["event", "email", "timestamp"])
def test_what_every_event_needs_may_not_be_absent(key: str) -> None:
    assert refusal(without(key, payload("open"))) == [f"missing:{key}"]


@pytest.mark.parametrize("category", [7, True, {"name": "soldes"}, [7], ["hiver", None], [["hiver"]]])
def test_a_category_is_a_text_or_a_list_of_texts(category: Any) -> None:
    assert refusal(payload("click", category=category)) == ["type:category"]


@pytest.mark.parametrize("number", [1.5, True, ["n7"], {}])
def test_the_number_of_a_newsletter_is_a_text_or_a_whole_number(number: Any) -> None:
    assert refusal(payload("click", newsletter={"newsletter_id": number})) == ["type:newsletter_id"]
