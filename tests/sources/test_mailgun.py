"""Mailgun: every word of its events, and every part of what an event becomes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from segspark.sources import mailgun
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("newsletter", None, "EUR")
AT = 1_772_440_200.5  # 2 March 2026, 08:30 UTC, the 20514th day


def data(event: str, **more: Any) -> dict[str, Any]:
    """An item as the Events API gives it; a webhook wraps the same."""
    return {
        "event": event,
        "id": "pAr-tir_7",
        "timestamp": AT,
        "log-level": "info",
        "recipient": "jeanne@exemple.fr",
        "recipient-domain": "exemple.fr",
        "recipient-provider": "Other",
        "message": {"headers": {"message-id": "20260302.77@poste.example", "from": "La Boutique <nous@poste.example>"}},
        **more,
    }


def parse(record: dict[str, Any], context: Context) -> Produced:
    """A record as it comes out of a JSON text: none of its texts is the very object that a constant is."""
    return mailgun.parse(json.loads(json.dumps(record)), context)


def produced(event_type: str, word: str, **columns: Any) -> Produced:
    event = {
        "event_id": f"pAr-tir_7:20514:{word}",
        "source_event": word,
        "event_type": event_type,
        "identifier": Identifier("email", "jeanne@exemple.fr"),
        "occurred_at": 1_772_440_200_500_000,
        "message_id": "20260302.77@poste.example",
        "campaign_id": None,
        "topic": None,
        "url": None,
        "device": None,
        "country": None,
        "region": None,
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
        ("accepted", "sent"),
        ("rejected", "suppressed"),
        ("delivered", "delivered"),
        ("failed", "bounce_soft"),
        ("opened", "open"),
        ("clicked", "click"),
        ("unsubscribed", "unsubscribe"),
        ("complained", "complaint"),
        ("Opened", "unknown"),
        ("teleported", "unknown"),
    ],
)
def test_every_word_has_its_type_and_unknown_words_are_kept(word: str, event_type: str) -> None:
    assert parse(data(word), CONTEXT) == produced(event_type, word)


def test_a_stored_mail_is_nobodys_event() -> None:
    assert parse({"event": "stored"}, CONTEXT) == Produced(ignored=True)


def test_a_webhook_and_a_pull_of_the_same_event_say_the_same() -> None:
    signature = {"timestamp": "1772440201", "token": "jeton", "signature": "abc"}
    assert parse({"signature": signature, "event-data": data("opened")}, CONTEXT) == produced("open", "opened")
    # An empty wrapping is none.
    assert parse(data("opened") | {"event-data": {}}, CONTEXT) == produced("open", "opened")
    assert parse(data("opened") | {"event-data": None}, CONTEXT) == produced("open", "opened")


def test_what_else_a_delivery_tells_is_not_kept() -> None:
    record = data(
        "delivered",
        **{
            "delivery-status": {"code": 250, "attempt-no": 2, "mx-host": "mx.exemple.fr", "session-seconds": 0.4},
            "envelope": {"sender": "nous@poste.example", "sending-ip": "192.0.2.9", "targets": "jeanne@exemple.fr"},
            "flags": {"is-test-mode": False, "is-system-test": True, "is-routed": False},
            "severity": "permanent",
            "storage": {"key": "k"},
            "primary-dkim": "s1._domainkey.poste.example",
            "a-key-of-tomorrow": {"x": 1},
        },
    )
    assert parse(record, CONTEXT) == produced("delivered", "delivered")


@pytest.mark.parametrize("word", ["delivered", "opened", "failed", "rejected", "teleported"])
def test_mail_of_the_test_mode_is_refused(word: str) -> None:
    assert refusal(data(word, flags={"is-test-mode": True})) == ["test_mode"]


@pytest.mark.parametrize("flags", [{}, None, {"is-test-mode": False}, {"is-test-mode": None}])
def test_without_the_flag_it_is_no_test(flags: Any) -> None:
    assert parse(data("opened", flags=flags), CONTEXT) == produced("open", "opened")


@pytest.mark.parametrize("flag", ["true", "false", "", 0, 1, [], {}])
def test_whether_it_is_a_test_is_a_boolean_and_nothing_else(flag: Any) -> None:
    assert refusal(data("opened", flags={"is-test-mode": flag})) == ["type:is-test-mode"]


@pytest.mark.parametrize("bot", [False, True, 0, 1, [], "false", "True", "none"])
@pytest.mark.parametrize("word", ["opened", "clicked"])
def test_a_bot_is_a_name_and_no_boolean(word: str, bot: Any) -> None:
    assert refusal(data(word, **{"client-info": {"bot": bot}})) == ["type:bot"]


@pytest.mark.parametrize(
    ("details", "event_type"),
    [
        # (severity, reason, enhanced code)
        (("permanent", "bounce", None), "bounce_hard"),
        (("permanent", "bounce", ""), "bounce_hard"),
        (("permanent", "bounce", "5.1.1"), "bounce_hard"),
        (("permanent", "bounce", "5.2.2"), "bounce_hard"),
        (("permanent", "bounce", "5.7.1"), "blocked"),
        (("permanent", "generic", "5.1.1"), "bounce_hard"),
        (("permanent", "generic", "5.1"), "bounce_hard"),
        (("permanent", "generic", "5.2.2"), "bounce_soft"),
        (("permanent", "generic", None), "bounce_soft"),
        (("permanent", "generic", "5.7.26"), "blocked"),
        (("permanent", "old", "5.1.1"), "bounce_soft"),
        (("permanent", "old", None), "bounce_soft"),
        (("permanent", "greylisted", "4.2.0"), "bounce_soft"),
        (("permanent", "a reason of tomorrow", None), "bounce_soft"),
        (("permanent", None, "5.1.1"), "bounce_soft"),
        (("permanent", "suppress-bounce", None), "suppressed"),
        (("permanent", "suppress-complaint", None), "suppressed"),
        (("permanent", "suppress-unsubscribe", None), "suppressed"),
        (("permanent", "suppress-of-tomorrow", "5.7.1"), "suppressed"),
        (("temporary", "suppress-bounce", None), "suppressed"),
        (("permanent", "not suppress-bounce", None), "bounce_soft"),
        (("temporary", "generic", "4.4.1"), "deferred"),
        (("temporary", "generic", "5.1.1"), "deferred"),
        (("temporary", "bounce", None), "deferred"),
        (("temporary", "greylisted", "4.2.0"), "deferred"),
        (("temporary", "old", None), "deferred"),
        (("temporary", None, None), "deferred"),
        (("temporary", "generic", "5.7.1"), "blocked"),
        (("of tomorrow", "bounce", "5.1.1"), "bounce_soft"),
        ((None, "bounce", None), "bounce_soft"),
        ((None, None, None), "bounce_soft"),
    ],
)
def test_a_failure_is_decided_by_reason_code_and_severity(
    details: tuple[str | None, str | None, str | None], event_type: str
) -> None:
    severity, reason, code = details
    record = data(
        "failed", severity=severity, reason=reason, **{"delivery-status": {"code": 550, "enhanced-code": code}}
    )
    expected = produced(event_type, "failed", attributes={"reason": reason} if reason else {})
    assert parse(record, CONTEXT) == expected


@pytest.mark.parametrize("status", [{}, None, {"code": 571}, {"enhanced-code": ""}])
def test_a_failure_without_an_enhanced_code_is_decided_without_it(status: Any) -> None:
    record = data("failed", severity="permanent", reason="generic", **{"delivery-status": status})
    assert parse(record, CONTEXT) == produced("bounce_soft", "failed", attributes={"reason": "generic"})


@pytest.mark.parametrize("code", [5.1, 0, ["5.1.1"]])
def test_an_enhanced_code_is_a_text(code: Any) -> None:
    record = data("failed", severity="permanent", reason="generic", **{"delivery-status": {"enhanced-code": code}})
    assert refusal(record) == ["type:enhanced-code"]


def test_a_severity_is_a_text() -> None:
    assert refusal(data("failed", severity=1, reason="bounce")) == ["type:severity"]


def test_only_a_failure_is_decided_by_its_details() -> None:
    record = data("complained", reason="suppress-bounce", severity="temporary")
    assert parse(record, CONTEXT) == produced("complaint", "complained", attributes={"reason": "suppress-bounce"})


@pytest.mark.parametrize(
    "to", ["jeanne@exemple.fr", "<jeanne@exemple.fr>", "Jeanne Martin <jeanne@exemple.fr>", "jeanne@exemple.fr, b@c.fr"]
)
def test_a_rejected_mail_is_for_whom_its_header_names(to: str) -> None:
    record = data(
        "rejected", message={"headers": {"to": to, "message-id": "m7"}}, reject={"reason": "Sandbox", "description": ""}
    )
    assert parse(without("recipient", record), CONTEXT) == produced("suppressed", "rejected", message_id="m7")
    assert parse(record | {"recipient": ""}, CONTEXT) == produced("suppressed", "rejected", message_id="m7")


def test_a_recipient_goes_before_the_header() -> None:
    record = data("rejected", message={"headers": {"to": "autre@exemple.fr"}})
    assert parse(record, CONTEXT) == produced("suppressed", "rejected", message_id=None)


@pytest.mark.parametrize(("to", "value"), [("@", ""), ("undisclosed-recipients:;", ""), ("personne", "personne")])
def test_a_header_without_an_address_leaves_an_identifier_that_the_door_refuses(to: str, value: str) -> None:
    record = without("recipient", data("rejected", message={"headers": {"to": to}}))
    assert parse(record, CONTEXT) == produced(
        "suppressed", "rejected", identifier=Identifier("email", value), message_id=None
    )


@pytest.mark.parametrize("headers", [{}, None, {"to": None}, {"to": ""}])
def test_a_rejected_mail_without_a_recipient_anywhere_is_refused(headers: Any) -> None:
    record = without("recipient", data("rejected", message={"headers": headers}))
    assert refusal(record) == ["missing:recipient"]
    assert refusal(without("message", record)) == ["missing:recipient"]


@pytest.mark.parametrize("word", ["delivered", "opened", "failed", "teleported"])
def test_other_mail_is_never_for_whom_its_header_names(word: str) -> None:
    record = without("recipient", data(word, message={"headers": {"to": "jeanne@exemple.fr"}}))
    assert refusal(record) == ["missing:recipient"]


@pytest.mark.parametrize(
    ("client", "is_machine", "p_human"),
    [
        ({"bot": ""}, False, 1.0),
        ({"bot": "apple"}, True, 0.0),
        ({"bot": "gmail"}, True, 0.0),
        ({"bot": "generic"}, True, 0.0),
        ({"bot": "of tomorrow"}, True, 0.0),
        ({"bot": None}, None, None),
        ({}, None, None),
        (None, None, None),
    ],
)
@pytest.mark.parametrize(("word", "event_type"), [("opened", "open"), ("clicked", "click")])
def test_opens_and_clicks_are_machines_where_the_provider_names_a_bot(
    word: str, event_type: str, client: Any, is_machine: bool | None, p_human: float | None
) -> None:
    result = parse(data(word, **{"client-info": client}), CONTEXT)
    assert result == produced(event_type, word, is_machine=is_machine, p_human=p_human)
    assert result.events[0]["is_machine"] is is_machine


@pytest.mark.parametrize(
    ("word", "event_type"),
    [("unsubscribed", "unsubscribe"), ("complained", "complaint"), ("delivered", "delivered"), ("zapped", "unknown")],
)
def test_of_other_events_nobody_says_whether_a_bot_made_them(word: str, event_type: str) -> None:
    assert parse(data(word, **{"client-info": {"bot": "apple"}}), CONTEXT) == produced(event_type, word)


@pytest.mark.parametrize(
    ("kind", "device"),
    [
        ("desktop", "desktop"),
        ("mobile", "mobile"),
        ("tablet", "tablet"),
        ("unknown", None),
        ("other", None),
        ("Desktop", None),
        ("", None),
        (None, None),
    ],
)
def test_the_device_is_the_clients(kind: Any, device: str | None) -> None:
    record = data("opened", **{"client-info": {"device-type": kind, "client-name": "Courrier", "user-agent": "x/1"}})
    assert parse(record, CONTEXT) == produced("open", "opened", device=device)


@pytest.mark.parametrize(
    ("place", "country", "region"),
    [
        ({"country": "FR", "region": "ARA", "city": "Lyon"}, "FR", "ARA"),
        ({"country": "FR"}, "FR", None),
        ({"region": "ARA", "country": ""}, None, "ARA"),
        ({}, None, None),
        (None, None, None),
    ],
)
def test_the_place_is_country_and_region(place: Any, country: str | None, region: str | None) -> None:
    assert parse(data("clicked", geolocation=place), CONTEXT) == produced(
        "click", "clicked", country=country, region=region
    )


def test_a_click_keeps_its_page_without_query_and_its_ip_address_is_a_direct_identifier() -> None:
    record = data("clicked", url="https://boutique.example/thé?c=7#avis", ip="192.0.2.17")
    assert parse(record, CONTEXT) == produced("click", "clicked", url="https://boutique.example/thé")


@pytest.mark.parametrize("ip", [None, 7, ["192.0.2.17"]])
def test_an_ip_address_that_is_no_text_is_left_out(ip: Any) -> None:
    assert parse(data("opened", ip=ip), CONTEXT) == produced("open", "opened")


@pytest.mark.parametrize(
    ("timestamp", "occurred", "day"),
    [
        (1_772_409_600, 1_772_409_600_000_000, 20514),
        (1_772_409_599.75, 1_772_409_599_750_000, 20513),
        (1_772_495_999.999999, 1_772_495_999_999_999, 20514),
        (1_772_496_000, 1_772_496_000_000_000, 20515),
    ],
)
def test_the_key_is_the_id_with_its_utc_day_and_word(timestamp: float, occurred: int, day: int) -> None:
    assert parse(data("opened", timestamp=timestamp), CONTEXT) == produced(
        "open", "opened", occurred_at=occurred, event_id=f"pAr-tir_7:{day}:opened"
    )


@pytest.mark.parametrize("own", [{}, {"id": None}, {"id": ""}])
def test_without_an_id_the_door_makes_the_key(own: dict[str, Any]) -> None:
    assert parse(without("id", data("opened")) | own, CONTEXT) == produced("open", "opened", event_id=None)


@pytest.mark.parametrize(
    ("told", "campaign", "attributes"),
    [
        ({"campaigns": [{"id": "hiver-26", "name": "Hiver"}, {"id": "x"}]}, "hiver-26", {}),
        ({"campaigns": ["hiver-26", "x"], "tags": ["soldes"]}, "hiver-26", {}),
        ({"campaigns": [{"id": "hiver-26"}, "x"]}, "hiver-26", {}),
        ({"campaigns": [], "tags": ["soldes", "x"]}, "soldes", {}),
        ({"campaigns": None, "tags": None}, None, {}),
        ({"campaigns": [{"name": "Hiver"}], "tags": ["soldes"]}, "soldes", {}),
        ({"campaigns": [{"id": ""}], "tags": ["soldes"]}, "soldes", {}),
        ({"campaigns": [], "tags": [""]}, None, {}),
        ({"user-variables": {"campaign_id": "v7"}, "tags": ["soldes"]}, "v7", {}),
        ({"user-variables": {"campaign_id": 7}, "tags": ["soldes"]}, "7", {}),
        ({"user-variables": {"campaign_id": ""}, "tags": ["soldes"]}, "soldes", {}),
        (
            {"user-variables": {"campaign_id": "v7"}, "campaigns": ["hiver-26"]},
            "hiver-26",
            {},
        ),
        ({}, None, {}),
    ],
)
def test_the_campaign_is_the_campaigns_or_the_senders_variable_or_the_first_tag(
    told: dict[str, Any], campaign: str | None, attributes: dict[str, str]
) -> None:
    assert parse(data("clicked", **told), CONTEXT) == produced(
        "click", "clicked", campaign_id=campaign, attributes=attributes
    )


@pytest.mark.parametrize(
    ("told", "topic"),
    [
        ({"user-variables": {"topic": "nouveautés"}}, "nouveautés"),
        ({"user-variables": {"topic": "nouveautés"}, "mailing-list": {"list-id": "l@poste.example"}}, "nouveautés"),
        ({"user-variables": {"topic": ""}, "mailing-list": {"list-id": "l@poste.example"}}, "l@poste.example"),
        ({"mailing-list": {"list-id": "l@poste.example", "address": "l@poste.example", "sid": "s"}}, "l@poste.example"),
        ({"mailing-list": {"address": "l@poste.example"}}, None),
        ({"mailing-list": None}, None),
    ],
)
def test_the_topic_is_the_senders_variable_or_the_mailing_list(told: dict[str, Any], topic: str | None) -> None:
    assert parse(data("unsubscribed", **told), CONTEXT) == produced("unsubscribe", "unsubscribed", topic=topic)


def test_of_the_senders_variables_the_declared_ones_become_attributes() -> None:
    variables = {
        "boutique": "Lyon", "vague": 3, "part": 0.5, "essai": True, "vide": "", "absent": None, "liste": ["a"],
        "objet": {"a": "b"}, "dernier": "x",
    }  # fmt: skip
    context = replace(CONTEXT, keep={"boutique": "label", "vague": "number", "absent": "id"})
    assert parse(data("opened", **{"user-variables": variables}), context) == produced(
        "open", "opened", attributes={"boutique": "Lyon", "vague": 3}
    )


@pytest.mark.parametrize("variables", ['{"boutique": "Lyon"}', None, [], 7])
def test_variables_that_are_no_object_are_left_out(variables: Any) -> None:
    assert parse(data("opened", **{"user-variables": variables}), CONTEXT) == produced("open", "opened")


def test_the_providers_reason_goes_before_a_variable_of_that_name() -> None:
    record = data("failed", reason="old", **{"user-variables": {"reason": "du client"}})
    assert parse(record, CONTEXT) == produced("bounce_soft", "failed", attributes={"reason": "old"})


@pytest.mark.parametrize("message", [{}, None, {"headers": {}}, {"headers": None}, {"headers": {"message-id": ""}}])
def test_the_message_may_be_absent(message: Any) -> None:
    assert parse(data("opened", message=message), CONTEXT) == produced("open", "opened", message_id=None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"event": None}, "missing:event"),
        ({"event": ""}, "missing:event"),
        ({"event": 7}, "type:event"),
        ({"event-data": "opened"}, "type:event-data"),
        ({"event-data": [1]}, "type:event-data"),
        ({"flags": [1]}, "type:flags"),
        ({"timestamp": None}, "missing:timestamp"),
        ({"timestamp": "1772440200.5"}, "type:timestamp"),
        ({"timestamp": 1_772_440_200_500}, "time_unit:timestamp"),
        ({"recipient": None}, "missing:recipient"),
        ({"recipient": 7}, "type:recipient"),
        ({"message": "m7"}, "type:message"),
        ({"message": {"headers": "m7"}}, "type:headers"),
        ({"message": {"headers": {"message-id": 7}}}, "type:message-id"),
        ({"client-info": "x"}, "type:client-info"),
        ({"geolocation": "FR"}, "type:geolocation"),
        ({"geolocation": {"country": 33}}, "type:country"),
        ({"geolocation": {"region": 69}}, "type:region"),
        ({"id": 7}, "type:id"),
        ({"reason": 7}, "type:reason"),
        ({"mailing-list": "l"}, "type:mailing-list"),
        ({"mailing-list": {"list-id": 7}}, "type:list-id"),
        ({"url": 7}, "type:url"),
        ({"client-info": {"device-type": 7}}, "type:device-type"),
        ({"tags": "soldes"}, "type:tags"),
        ({"tags": [7]}, "type:tags"),
        ({"campaigns": "hiver-26"}, "type:campaigns"),
        ({"campaigns": ["hiver-26", {"id": "x"}]}, "type:campaigns"),
        ({"campaigns": {"id": "hiver-26"}}, "type:campaigns"),
        ({"campaigns": [{"id": 7}]}, "type:id"),
    ],
)
def test_a_missing_or_wrong_field_is_refused_by_its_name(wrong: dict[str, Any], code: str) -> None:
    assert refusal(data("opened") | wrong) == [code]


def test_a_wrong_delivery_status_is_refused_where_it_decides() -> None:
    assert refusal(data("failed", **{"delivery-status": "550"})) == ["type:delivery-status"]
    assert parse(data("opened", **{"delivery-status": "550"}), CONTEXT) == produced("open", "opened")


@pytest.mark.parametrize("key", ["event", "recipient", "timestamp"])
def test_what_every_event_needs_may_not_be_absent(key: str) -> None:
    assert refusal(without(key, data("opened"))) == [f"missing:{key}"]
