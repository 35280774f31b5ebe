"""Amazon SES: event publishing and older feedback, bare, through SNS, or under EventBridge's ``detail``.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from typing import Any

from segspark.sources import json_strict
from segspark.sources.counts import count_records
from segspark.sources.fields import boolean, declared, device, email, iso, items, mapping, page, text, texts, words
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import BY_MAIL, Context, Produced, Rejected

# SES event type -> (event_type, object with the details, list of recipients in it, key of the address).
EVENTS = {
    "Send": ("sent", "send", None, None),
    "Delivery": ("delivered", "delivery", "recipients", None),
    "Bounce": ("bounce_soft", "bounce", "bouncedRecipients", "emailAddress"),
    "Complaint": ("complaint", "complaint", "complainedRecipients", "emailAddress"),
    "Reject": ("suppressed", "reject", None, None),
    "DeliveryDelay": ("deferred", "deliveryDelay", "delayedRecipients", "emailAddress"),
    "Open": ("open", "open", None, None),
    "Click": ("click", "click", None, None),
    "Subscription": ("unsubscribe", "subscription", None, None),
}
IGNORED = frozenset(("Rendering Failure", "AmazonSnsSubscriptionSucceeded"))
_CHOICES = {"OptIn": "resubscribe", "OptOut": "unsubscribe"}
_NEVER_SENT = frozenset(("Suppressed", "OnAccountSuppressionList"))
_CONTENT = frozenset(("ContentRejected", "AttachmentRejected", "MessageTooLarge"))


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One event per recipient. Feedback has a ``feedbackId``; for the others the sanitizer makes a hash."""
    body, flags = _body(record)
    word = text(body, "eventType") or text(body, "notificationType")
    if word is None:
        raise Rejected("missing:eventType")
    if word in IGNORED:
        return Produced(ignored=True, body=body)
    event_type, key, listed, address = EVENTS.get(word, ("unknown", word.lower(), None, None))
    mail = mapping(body, "mail")
    # A word that nobody knows is a value: it must not become a part of a reason.
    detail = mapping(body, key) if word in EVENTS or isinstance(body.get(key), dict) else {}
    decided = _decide(event_type, detail)
    if decided is None:
        return Produced(ignored=True, flags=flags, body=body)
    timed = next((d for d, k in ((detail, "timestamp"), (mail, "timestamp")) if k in d), None)
    at = iso(timed, "timestamp") if timed is not None else iso(record, "Timestamp")
    recipients: list[str | None] = [*(_recipients(detail, listed, address) or texts(mail, "destination"))]
    if event_type in ("open", "click") and len(recipients) > 1:
        recipients = [None]  # unknown which of them it was
    tags = mapping(mail, "tags")
    changes = _changes(detail) if event_type == "unsubscribe" else [(decided, _tag(tags, "topic"))]
    feedback = text(detail, "feedbackId")
    kept = declared({name: _tag(tags, name) for name in context.keep}, context)
    events = [
        {
            "event_id": f"{feedback}:{n}" if feedback else None,
            "source_event": word,
            "event_type": changed,
            "identifier": None if recipient is None else email(recipient),
            "occurred_at": at,
            "message_id": text(mail, "messageId"),
            "campaign_id": _tag(tags, "campaign_id") or _tag(tags, "ses:configuration-set"),
            "topic": topic,
            "url": page(text(detail, "link")),
            "device": device(text(detail, "userAgent")) if event_type in ("open", "click") else None,
            "attributes": {**kept, **words(detail, "bounceType", "bounceSubType")},
        }
        for n, recipient in enumerate(recipients)
        for changed, topic in changes
    ]
    if not events:
        raise Rejected("missing:recipient")
    return Produced(events=events, flags=flags, body=body)


def _body(record: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The report, and what was repaired in its text if it came as one."""
    if record.get("Message") is not None:
        message = text(record, "Message") or ""
        value, flags = json_strict.decode(message.encode(), max_bytes=5_000_000, max_depth=64)
        if not isinstance(value, dict):
            raise Rejected("type:Message")
        return value, flags
    return mapping(record, "detail") or record, []


def _decide(event_type: str, detail: dict[str, Any]) -> str | None:
    """The event_type where the details matter; None for a report that is not a complaint."""
    if event_type == "bounce_soft":
        kind, sub = text(detail, "bounceType"), text(detail, "bounceSubType")
        if sub in _NEVER_SENT:
            return "suppressed"
        if sub in _CONTENT:
            return "blocked"
        return "bounce_hard" if kind == "Permanent" else "bounce_soft"
    if event_type == "complaint":
        if text(detail, "complaintFeedbackType") == "not-spam":
            return None
        return "suppressed" if text(detail, "complaintSubType") else "complaint"
    return event_type


def _changes(detail: dict[str, Any]) -> list[tuple[str, str | None]]:
    """What a change of preferences says, with the topic; without a topic it holds for all."""
    new = mapping(detail, "newTopicPreferences")
    topics = [(_choice(topic), text(topic, "topicName")) for topic in items(new, "topicSubscriptionStatus")]
    if boolean(new, "unsubscribeAll"):
        return [("unsubscribe", None)]
    return topics or [("resubscribe", None)]


def _choice(topic: dict[str, Any]) -> str:
    status = str(text(topic, "subscriptionStatus", required=True))
    if status not in _CHOICES:
        raise Rejected("value:subscriptionStatus")
    return _CHOICES[status]


def _recipients(detail: dict[str, Any], listed: str | None, address: str | None) -> list[str]:
    if listed is None:
        return []
    if address is None:
        return texts(detail, listed)
    return [str(text(recipient, address, required=True)) for recipient in items(detail, listed)]


def _tag(tags: dict[str, Any], name: str) -> str | None:
    values = tags.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        # A tag's name may be anything, and is no part of a reason.
        raise Rejected("type:tags")
    return values[0] if values else None


SES = Provider(
    name="ses",
    options=NoOptions,
    vocabulary={word: event_type for word, (event_type, *_) in EVENTS.items()},
    # Of the event itself, out of its envelope.
    keeps=fields(
        word="eventType notificationType bounce.bounceType bounce.bounceSubType complaint.complaintFeedbackType "
        "complaint.complaintSubType subscription.newTopicPreferences.topicSubscriptionStatus.subscriptionStatus",
        time="mail.timestamp bounce.timestamp complaint.timestamp delivery.timestamp deliveryDelay.timestamp "
        "open.timestamp click.timestamp subscription.timestamp",
        id="mail.messageId bounce.feedbackId complaint.feedbackId",
        label="mail.tags.campaign_id mail.tags.ses:configuration-set mail.tags.topic",
        flag="subscription.newTopicPreferences.unsubscribeAll",
        path="click.link",
    ),
    stage=by_record(parse),
    words=frozenset(word for word in IGNORED if " " in word),
    receipt=(of_file, of_content),
    counts=count_records,
    introduces=BY_MAIL,
)
