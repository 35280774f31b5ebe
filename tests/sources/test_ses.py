"""Amazon SES: each word, each form of delivery and each branch against a whole expectation written by hand."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sources.in_process import stage

from segspark.sources import ses
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected

CONTEXT = Context("letters", None, "EUR")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)"


def parse(record: dict[str, Any], context: Context) -> Produced:
    """The adapter over the record as it comes out of JSON."""
    return ses.parse(json.loads(json.dumps(record)), context)


def utc(hour: int, minute: int, second: int, millisecond: int = 0) -> int:
    """Microseconds of a time on 4 May 2026, the day of all these mails."""
    moment = datetime(2026, 5, 4, hour, minute, second, tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + millisecond * 1_000


MAILED = utc(8, 15, 0, 125)
HAPPENED = utc(9, 30, 45, 250)


def mail(**changes: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-05-04T08:15:00.125Z",
        "messageId": "0102019f-cafe-000000",
        "source": "lettre@boutique.example",
        "sourceArn": "arn:aws:ses:eu-west-3:000000000000:identity/boutique.example",
        "sendingAccountId": "000000000000",
        "destination": ["jeanne@exemple.fr"],
        "headersTruncated": False,
        "headers": [{"name": "Subject", "value": "Le printemps"}],
        "commonHeaders": {"subject": "Le printemps"},
        "tags": {
            "ses:configuration-set": ["letters-set"],
            "campaign_id": ["spring-2026", "second"],
            "topic": ["news", "other"],
        },
        **changes,
    }


def said(word: str, key: str | None = None, detail: dict[str, Any] | None = None, **of_mail: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"eventType": word, "mail": mail(**of_mail)}
    if key is not None:
        record[key] = {"timestamp": "2026-05-04T09:30:45.250Z", **(detail or {})}
    return record


def event(word: str, event_type: str, who: str | None = "jeanne@exemple.fr", **changes: Any) -> dict[str, Any]:
    return {
        "event_id": None,
        "source_event": word,
        "event_type": event_type,
        "identifier": Identifier("email", who) if who else None,
        "occurred_at": HAPPENED,
        "message_id": "0102019f-cafe-000000",
        "campaign_id": "spring-2026",
        "topic": "news",
        "url": None,
        "device": None,
        "attributes": {},
        **changes,
    }


def bounce(kind: str, sub: str | None, *addresses: str) -> dict[str, Any]:
    return {
        "bounceType": kind,
        "bounceSubType": sub,
        "bouncedRecipients": [
            {"emailAddress": a, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 nobody"}
            for a in addresses or ("jeanne@exemple.fr",)
        ],
        "feedbackId": "fb-7",
        "reportingMTA": "dns; mx.exemple.fr",
    }


def complaint(**changes: Any) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": "jeanne@exemple.fr"}],
        "feedbackId": "fb-8",
        "userAgent": DESKTOP,
        "arrivalDate": "2026-05-04T09:00:00.000Z",
        **changes,
    }


def subscription(unsubscribe_all: bool | None, *statuses: str) -> dict[str, Any]:
    new: dict[str, Any] = {
        "topicSubscriptionStatus": [
            {"topicName": f"topic{n}", "subscriptionStatus": status} for n, status in enumerate(statuses)
        ]
    }
    if unsubscribe_all is not None:
        new["unsubscribeAll"] = unsubscribe_all
    # The old preferences must decide nothing: they say the opposite of the new ones in every case below.
    old = {"unsubscribeAll": not unsubscribe_all, "topicSubscriptionStatus": []}
    return {
        "contactList": "readers",
        "source": "UnsubscribeHeader",
        "newTopicPreferences": new,
        "oldTopicPreferences": old,
    }


def refused(record: dict[str, Any]) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        parse(record, CONTEXT)
    return refusal.value.reasons


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(said("Send", "send"), event("Send", "sent"), id="send"),
        pytest.param(
            said("Delivery", "delivery", {"recipients": ["paul@exemple.fr"], "smtpResponse": "250 ok"}),
            event("Delivery", "delivered", "paul@exemple.fr"),
            id="delivery names its own recipients",
        ),
        pytest.param(said("Reject", "reject", {"reason": "Bad content"}), event("Reject", "suppressed"), id="reject"),
        pytest.param(
            said(
                "DeliveryDelay",
                "deliveryDelay",
                {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": "paul@exemple.fr"}]},
            ),
            event("DeliveryDelay", "deferred", "paul@exemple.fr"),
            id="delay",
        ),
        pytest.param(
            said("Open", "open", {"ipAddress": "", "userAgent": IPHONE}),
            event("Open", "open", device="mobile"),
            id="open on a telephone",
        ),
        pytest.param(
            said("Open", "open", {"userAgent": IPAD}), event("Open", "open", device="tablet"), id="open on a tablet"
        ),
        pytest.param(said("Open", "open"), event("Open", "open"), id="open that says no device"),
        pytest.param(
            said(
                "Click",
                "click",
                {"link": "https://boutique.example/robe?utm=x#bas", "linkTags": {"a": ["b"]}, "userAgent": DESKTOP},
            ),
            event("Click", "click", url="https://boutique.example/robe", device="desktop"),
            id="click, without what carries identifiers in the link",
        ),
        pytest.param(
            said("Complaint", "complaint", complaint()),
            event("Complaint", "complaint", event_id="fb-8:0"),
            id="complaint, whose user agent is no device",
        ),
        pytest.param(
            said("Teleport", "teleport", {"feedbackId": "fb-9", "userAgent": IPHONE}),
            event("Teleport", "unknown", event_id="fb-9:0"),
            id="a word nobody knows yet has its details under the word in lower case",
        ),
    ],
)
def test_every_word_becomes_its_event(record: dict[str, Any], expected: dict[str, Any]) -> None:
    assert parse(record, CONTEXT) == Produced(events=[expected])


@pytest.mark.parametrize(
    ("kind", "sub", "event_type"),
    [
        ("Permanent", "General", "bounce_hard"),
        ("Permanent", "NoEmail", "bounce_hard"),
        ("Permanent", "Undetermined", "bounce_hard"),
        ("Permanent", "Suppressed", "suppressed"),
        ("Permanent", "OnAccountSuppressionList", "suppressed"),
        ("Transient", "Suppressed", "suppressed"),
        ("Transient", "General", "bounce_soft"),
        ("Transient", "MailboxFull", "bounce_soft"),
        ("Transient", "MessageTooLarge", "blocked"),
        ("Transient", "ContentRejected", "blocked"),
        ("Transient", "AttachmentRejected", "blocked"),
        ("Permanent", "ContentRejected", "blocked"),
        ("Undetermined", "Undetermined", "bounce_soft"),
        ("Quantum", "Superposed", "bounce_soft"),
    ],
)
def test_a_bounce_is_decided_by_its_type_and_subtype(kind: str, sub: str, event_type: str) -> None:
    expected = event("Bounce", event_type, event_id="fb-7:0", attributes={"bounceType": kind, "bounceSubType": sub})
    assert parse(said("Bounce", "bounce", bounce(kind, sub)), CONTEXT) == Produced(events=[expected])


def test_a_bounce_without_subtype_says_its_type_only() -> None:
    expected = event("Bounce", "bounce_hard", event_id="fb-7:0", attributes={"bounceType": "Permanent"})
    assert parse(said("Bounce", "bounce", bounce("Permanent", None)), CONTEXT) == Produced(events=[expected])


def test_a_bounce_without_details_is_soft_and_everybody_s_of_the_mail() -> None:
    assert parse(said("Bounce", "bounce"), CONTEXT) == Produced(events=[event("Bounce", "bounce_soft")])


@pytest.mark.parametrize("feedback", ["abuse", "auth-failure", "fraud", "other", "virus", None])
def test_a_complaint_of_any_other_kind_is_one(feedback: str | None) -> None:
    record = said("Complaint", "complaint", complaint(complaintFeedbackType=feedback, complaintSubType=None))
    assert parse(record, CONTEXT) == Produced(events=[event("Complaint", "complaint", event_id="fb-8:0")])


def test_a_complaint_that_is_none_is_ignored() -> None:
    record = said(
        "Complaint",
        "complaint",
        complaint(complaintFeedbackType="not-spam", complaintSubType="OnAccountSuppressionList"),
    )
    assert parse(record, CONTEXT) == Produced(ignored=True)


def test_a_complaint_about_a_mail_that_was_never_sent_is_a_suppression() -> None:
    record = said("Complaint", "complaint", complaint(complaintSubType="OnAccountSuppressionList"))
    assert parse(record, CONTEXT) == Produced(events=[event("Complaint", "suppressed", event_id="fb-8:0")])


@pytest.mark.parametrize(
    ("preferences", "changes"),
    [
        pytest.param(subscription(True), [("unsubscribe", None)], id="from everything"),
        pytest.param(subscription(True, "OptIn"), [("unsubscribe", None)], id="from everything, whatever else is said"),
        pytest.param(subscription(False, "OptOut"), [("unsubscribe", "topic0")], id="from a topic"),
        pytest.param(
            subscription(False, "OptIn", "OptOut"),
            [("resubscribe", "topic0"), ("unsubscribe", "topic1")],
            id="from one topic of two",
        ),
        pytest.param(subscription(False, "OptIn"), [("resubscribe", "topic0")], id="to a topic"),
        pytest.param(subscription(None, "OptIn"), [("resubscribe", "topic0")], id="nothing said about everything"),
        pytest.param(subscription(False), [("resubscribe", None)], id="to everything"),
        pytest.param({}, [("resubscribe", None)], id="without preferences"),
    ],
)
def test_a_subscription_is_decided_by_the_new_preferences_and_names_its_topics(
    preferences: dict[str, Any], changes: list[tuple[str, str | None]]
) -> None:
    record = said("Subscription", "subscription", preferences)
    assert parse(record, CONTEXT) == Produced(
        events=[event("Subscription", event_type, topic=topic) for event_type, topic in changes]
    )


@pytest.mark.parametrize("word", ["Rendering Failure", "AmazonSnsSubscriptionSucceeded"])
@pytest.mark.parametrize("discriminator", ["eventType", "notificationType"])
def test_what_is_about_no_mail_that_left_is_ignored(word: str, discriminator: str) -> None:
    record = {discriminator: word, "mail": mail(), "failure": {"templateName": "t", "errorMessage": "no name"}}
    assert parse(record, CONTEXT) == Produced(ignored=True)


def test_older_feedback_says_its_word_under_another_key() -> None:
    record = said("?", "bounce", bounce("Permanent", "General"))
    del record["eventType"]
    attributes = {"bounceType": "Permanent", "bounceSubType": "General"}
    expected = Produced(events=[event("Bounce", "bounce_hard", event_id="fb-7:0", attributes=attributes)])
    assert parse({**record, "notificationType": "Bounce"}, CONTEXT) == expected
    # Where both stand, the newer one says it.
    assert parse({**record, "eventType": "Bounce", "notificationType": "Delivery"}, CONTEXT) == expected


def sns(body: Any, **changes: Any) -> dict[str, Any]:
    return {
        "Type": "Notification",
        "MessageId": "5e1f",
        "TopicArn": "arn:aws:sns:eu-west-3:000000000000:letters",
        "Timestamp": "2026-05-04T10:00:00.500Z",
        "Message": body if isinstance(body, str) else json.dumps(body),
        **changes,
    }


def test_one_event_is_the_same_bare_through_sns_and_under_eventbridge() -> None:
    bare = said("Open", "open", {"ipAddress": "192.0.2.10", "userAgent": IPHONE})
    expected = Produced(events=[event("Open", "open", device="mobile")])
    bridge = {
        "version": "0",
        "id": "b-1",
        "detail-type": "Email Opened",
        "source": "aws.ses",
        "time": "2026-05-04T10:00:01Z",
    }
    assert parse(bare, CONTEXT) == expected
    assert parse(sns(bare), CONTEXT) == expected
    assert parse({**bridge, "detail": bare}, CONTEXT) == expected


def test_a_message_that_is_no_text_and_an_empty_detail_leave_the_record_bare() -> None:
    bare = said("Send", "send")
    assert parse({**bare, "Message": None, "detail": {}}, CONTEXT) == Produced(events=[event("Send", "sent")])


def test_the_details_of_an_event_say_when_else_the_mail_else_the_envelope() -> None:
    def at(record: dict[str, Any]) -> list[int]:
        return [e["occurred_at"] for e in parse(record, CONTEXT).events]

    record = said("Send", "send")
    assert at(sns(record)) == [HAPPENED]
    del record["send"]
    assert at(sns(record)) == [MAILED]
    del record["mail"]["timestamp"]
    assert at(sns(record)) == [utc(10, 0, 0, 500)]
    assert refused(record) == ["missing:Timestamp"]


@pytest.mark.parametrize("word", ["Open", "Click"])
def test_nobody_says_which_of_several_recipients_opened_or_clicked(word: str) -> None:
    two = ["jeanne@exemple.fr", "paul@exemple.fr"]
    record = said(word, word.lower(), destination=two)
    assert parse(record, CONTEXT) == Produced(events=[event(word, word.lower(), None)])


def test_each_recipient_has_an_event_and_a_key_of_its_own() -> None:
    two = ["jeanne@exemple.fr", "paul@exemple.fr"]
    said_of = {"bounceType": "Permanent", "bounceSubType": "NoEmail"}
    assert parse(said("Bounce", "bounce", bounce("Permanent", "NoEmail", *two)), CONTEXT) == Produced(
        events=[
            event("Bounce", "bounce_hard", who, event_id=f"fb-7:{n}", attributes=said_of) for n, who in enumerate(two)
        ]
    )
    assert parse(said("Send", "send", destination=two), CONTEXT) == Produced(
        events=[event("Send", "sent", who) for who in two]
    )
    assert parse(said("Delivery", "delivery", {"recipients": two}), CONTEXT) == Produced(
        events=[event("Delivery", "delivered", who) for who in two]
    )


def test_where_the_details_name_nobody_the_mail_s_recipients_count() -> None:
    record = said("Delivery", "delivery", {"recipients": []}, destination=["paul@exemple.fr"])
    assert parse(record, CONTEXT) == Produced(events=[event("Delivery", "delivered", "paul@exemple.fr")])


def test_an_empty_recipient_is_nobody_whose_event_could_be_kept() -> None:
    record = said("Delivery", "delivery", {"recipients": [""]})
    assert [e["identifier"] for e in parse(record, CONTEXT).events] == [Identifier("email", "")]
    assert [r["reasons"] for r in stage("ses", record)["refused"]] == [["address"]]


@pytest.mark.parametrize(
    ("tags", "campaign", "topic"),
    [
        ({}, None, None),
        (None, None, None),
        ({"ses:configuration-set": ["letters-set"]}, "letters-set", None),
        ({"campaign_id": [], "ses:configuration-set": ["letters-set"], "topic": ["news"]}, "letters-set", "news"),
        ({"campaign_id": ["7", "8"], "topic": ["x"]}, "7", "x"),
    ],
)
def test_a_campaign_is_a_tag_else_the_configuration_set(tags: Any, campaign: str | None, topic: str | None) -> None:
    assert parse(said("Send", "send", tags=tags), CONTEXT) == Produced(
        events=[event("Send", "sent", campaign_id=campaign, topic=topic)]
    )


def test_a_mail_may_lack_its_number() -> None:
    assert parse(said("Send", "send", messageId=None), CONTEXT) == Produced(
        events=[event("Send", "sent", message_id=None)]
    )


def test_an_address_of_a_device_that_is_no_text_is_no_direct_identifier() -> None:
    assert parse(said("Open", "open", {"ipAddress": 3}), CONTEXT) == Produced(events=[event("Open", "open")])


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        pytest.param({}, ["missing:eventType"], id="no word"),
        pytest.param({"eventType": "", "notificationType": ""}, ["missing:eventType"], id="empty word"),
        pytest.param({"eventType": 3}, ["type:eventType"], id="word is a number"),
        pytest.param({"notificationType": ["Bounce"]}, ["type:notificationType"], id="older word is a list"),
        pytest.param({"eventType": "Send", "mail": "x"}, ["type:mail"], id="mail is a text"),
        pytest.param({"eventType": "Send", "mail": mail(), "send": []}, ["type:send"], id="details are a list"),
        pytest.param({"detail": "x"}, ["type:detail"], id="detail is a text"),
        pytest.param(sns("You may confirm the subscription"), ["json"], id="message is no JSON"),
        pytest.param(sns("[]"), ["type:Message"], id="message is a list"),
        pytest.param(sns(""), ["empty"], id="message is empty"),
        pytest.param(sns('{"eventType":"Send","eventType":"Open"}'), ["dup_key"], id="a key twice in the message"),
        pytest.param(said("Send", destination=[]), ["missing:recipient"], id="no recipient"),
        pytest.param(said("Send", destination=None), ["missing:recipient"], id="no list of recipients"),
        pytest.param(said("Open", "open", destination=[]), ["missing:recipient"], id="an open of nobody"),
        pytest.param(said("Send", "send", {"timestamp": None}), ["missing:timestamp"], id="time is null"),
        pytest.param(said("Send", "send", {"timestamp": 1}), ["type:timestamp"], id="time is a number"),
        pytest.param(said("Send", "send", {"timestamp": "4/5/2026"}), ["time_format:timestamp"], id="no ISO time"),
        pytest.param(
            said("Send", "send", {"timestamp": "2026-05-04T09:00:00"}), ["time_zone:timestamp"], id="naive time"
        ),
        pytest.param(said("Send", messageId=7), ["type:messageId"], id="message id is a number"),
        pytest.param(said("Send", tags=["a"]), ["type:tags"], id="tags are a list"),
        pytest.param(said("Bounce", "bounce", {"feedbackId": 7}), ["type:feedbackId"], id="feedback id is a number"),
        pytest.param(said("Click", "click", {"link": 7}), ["type:link"], id="link is a number"),
        pytest.param(said("Open", "open", {"userAgent": 7}), ["type:userAgent"], id="user agent is a number"),
        pytest.param(
            said("Subscription", "subscription", {"newTopicPreferences": "OptOut"}),
            ["type:newTopicPreferences"],
            id="preferences are a text",
        ),
        pytest.param(
            said("Subscription", "subscription", {"newTopicPreferences": {"topicSubscriptionStatus": ["OptOut"]}}),
            ["type:topicSubscriptionStatus"],
            id="topics are texts",
        ),
    ],
)
def test_a_record_is_refused_with_its_reason(record: dict[str, Any], reasons: list[str]) -> None:
    assert refused(record) == reasons


def test_a_declared_zone_does_not_help_a_naive_time_that_amazon_never_sends() -> None:
    record = said("Send", "send", {"timestamp": "2026-05-04T09:00:00"})
    with pytest.raises(Rejected, match="time_zone:timestamp"):
        parse(record, Context("letters", "Europe/Paris", "EUR"))


def test_a_message_within_an_envelope_has_the_gateway_s_bounds() -> None:
    def padded(size: int) -> dict[str, Any]:
        text = json.dumps({**said("Send", "send"), "pad": ""})
        return sns(text[:-2] + "x" * (size - len(text)) + '"}')

    def deep(levels: int) -> dict[str, Any]:
        body = json.dumps(said("Send", "send"))
        return sns(body[:-1] + ',"pad":' + "[" * (levels - 1) + "]" * (levels - 1) + "}")

    expected = Produced(events=[event("Send", "sent")])
    assert len(padded(5_000_000)["Message"]) == 5_000_000
    assert parse(padded(5_000_000), CONTEXT) == expected
    assert refused(padded(5_000_001)) == ["too_large"]
    assert parse(deep(64), CONTEXT) == expected
    assert refused(deep(65)) == ["depth"]


def test_a_nul_within_an_envelope_is_flagged_as_it_is_elsewhere() -> None:
    produced = parse(sns(said("Send", "send", messageId="a\x00b")), CONTEXT)
    assert produced.events[0]["message_id"] == "ab"
    assert produced.flags == ["nul_stripped"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param(said("Send", destination=7), "type:destination", id="destination is a number"),
        pytest.param(said("Send", destination="jeanne@exemple.fr"), "type:destination", id="destination is a text"),
        pytest.param(said("Send", destination=["a@exemple.fr", 7]), "type:destination", id="destination of a number"),
        pytest.param(said("Send", tags={"campaign_id": [7]}), "type:tags", id="tag of a number"),
        pytest.param(said("Send", tags={"topic": "news"}), "type:tags", id="tag is a text"),
        pytest.param(said("Delivery", "delivery", {"recipients": 7}), "type:recipients", id="recipients are a number"),
        pytest.param(
            said("Complaint", "complaint", complaint(complainedRecipients=["paul@exemple.fr"])),
            "type:complainedRecipients",
            id="recipients are texts",
        ),
        pytest.param(
            said("Complaint", "complaint", complaint(complainedRecipients=[{"name": "Paul"}])),
            "missing:emailAddress",
            id="recipient without an address",
        ),
        pytest.param(
            said("Complaint", "complaint", complaint(complaintSubType=True)),
            "type:complaintSubType",
            id="subtype of a complaint is a boolean",
        ),
        pytest.param(
            said("Bounce", "bounce", {"bounceSubType": ["General"]}), "type:bounceSubType", id="subtype is a list"
        ),
        pytest.param(said("Bounce", "bounce", {"bounceType": 1}), "type:bounceType", id="type is a number"),
        pytest.param(
            said("Subscription", "subscription", {"newTopicPreferences": {"unsubscribeAll": "false"}}),
            "type:unsubscribeAll",
            id="a boolean in quotes",
        ),
        pytest.param(
            said("Subscription", "subscription", subscription(False, "OptOff")),
            "value:subscriptionStatus",
            id="a choice that nobody knows",
        ),
        pytest.param({**said("Send"), "Message": {}}, "type:Message", id="message is an object"),
        pytest.param(
            said(
                "Subscription",
                "subscription",
                {"newTopicPreferences": {"topicSubscriptionStatus": [{"subscriptionStatus": ["OptOut"]}]}},
            ),
            "type:subscriptionStatus",
            id="status is a list",
        ),
    ],
)
def test_a_wrong_type_within_a_record_refuses_that_record_and_ends_nothing(record: dict[str, Any], reason: str) -> None:
    staged = stage("ses", record, said("Send"))
    assert [r["reasons"] for r in staged["refused"]] == [[reason]]
    assert [r["position"] for r in staged["records"]] == [1]
