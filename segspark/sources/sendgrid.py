"""SendGrid Event Webhook: JSON arrays of flat events.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import re
from typing import Any

from segspark.sources.counts import count_records
from segspark.sources.fields import boolean, declared, device, email, epoch_s, p_human, page, scalar, text, texts, words
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import BY_MAIL, Context, Produced

EVENTS = {
    "processed": "sent",
    "delivered": "delivered",
    "deferred": "deferred",
    "dropped": "suppressed",
    "bounce": "bounce_soft",  # decided by type, status and classification, see _bounce
    "open": "open",
    "click": "click",
    "spamreport": "complaint",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "unsubscribe",
    "group_resubscribe": "resubscribe",
}
IGNORED = frozenset(("account_status_change",))
_WORDS = frozenset(
    (
        # Causes of a drop, and classes of a bounce.
        "Bounced Address", "Unsubscribed Address", "Spam Reporting Address", "Invalid SMTPAPI header", "Spam Content",
        "Recipient List over Package Quota", "Invalid Address", "Mailbox Unavailable", "Technical Failure",
        "Frequency or Volume Too High",
    )
)  # fmt: skip
# An id that is none of SendGrid's may hold an address, of which a part would not be recognised.
_MESSAGE = re.compile(r"(?i)\A(?![a-z0-9_.-]*[_-](?:at|arobase)[_-])([a-z0-9_-]*)\.[a-z0-9_.-]*\Z")
# Refused because of the mail or the sender, not because of the address.
_REPUTATION = ("Content", "Frequency", "Reputation")


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One event; ``sg_event_id`` is its key, the message is the part of ``sg_message_id`` before the first dot."""
    word = text(record, "event", required=True)
    if word in IGNORED:
        return Produced(ignored=True)
    event_type = EVENTS.get(str(word), "unknown")
    if word == "bounce":
        event_type = _bounce(record)
    machine = boolean(record, "sg_machine_open")
    message = text(record, "sg_message_id")
    event = {
        "event_id": text(record, "sg_event_id"),
        "source_event": word,
        "event_type": event_type,
        "identifier": email(text(record, "email")),
        "occurred_at": epoch_s(record, "timestamp"),
        "message_id": _MESSAGE.sub(r"\1", message) if message else None,
        "campaign_id": scalar(record, "marketing_campaign_id") or _campaign(record),
        "topic": text(record, "topic") or scalar(record, "asm_group_id"),
        "url": page(text(record, "url")),
        "device": device(text(record, "useragent")) if event_type in ("open", "click") else None,
        "is_machine": machine,
        "p_human": p_human(machine),
        "attributes": {**declared(record, context), **_attributes(record)},
    }
    return Produced(events=[event])


def _attributes(record: dict[str, Any]) -> dict[str, Any]:
    kept = words(record, "type", "status", "bounce_classification", "reason")
    # The reason of a bounce is what the other server wrote; that of a drop is a word of SendGrid's.
    return kept if record.get("event") == "dropped" else {k: v for k, v in kept.items() if k != "reason"}


def _bounce(record: dict[str, Any]) -> str:
    """Hard only where the provider says so: a bounce without a permanent status takes nobody's address away."""
    kind, status = text(record, "type"), text(record, "status") or ""
    classification = text(record, "bounce_classification") or ""
    if kind == "blocked" or classification.startswith(_REPUTATION):
        return "blocked"
    return "bounce_hard" if kind == "bounce" and status.startswith("5") else "bounce_soft"


def _campaign(record: dict[str, Any]) -> str | None:
    newsletter = record.get("newsletter")
    if isinstance(newsletter, dict) and (number := scalar(newsletter, "newsletter_id")) is not None:
        return number
    if isinstance(record.get("category"), list):
        return next(filter(None, texts(record, "category")), None)
    return text(record, "category")


SENDGRID = Provider(
    name="sendgrid",
    options=NoOptions,
    vocabulary=EVENTS,
    keeps=fields(
        word="event type bounce_classification",
        time="timestamp",
        id="sg_event_id sg_message_id marketing_campaign_id newsletter.newsletter_id asm_group_id status",
        label="category topic",
        flag="sg_machine_open",
        path="url",
    ),
    stage=by_record(parse),
    words=_WORDS,
    receipt=(of_file, of_content),
    counts=count_records,
    introduces=BY_MAIL,
)
