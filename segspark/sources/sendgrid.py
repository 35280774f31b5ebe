"""SendGrid Event Webhook: JSON arrays of flat events.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

from typing import Any

from segspark.sources.fields import device, email, epoch_s, metadata, p_human, page, scalar, text
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import Context, Produced, Rejected

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
# Refused because of the mail or the sender, not because of the address.
_REPUTATION = ("Content", "Frequency", "Reputation")
_KNOWN = frozenset(
    """email timestamp event sg_event_id sg_message_id smtp-id category asm_group_id ip useragent url url_offset
    response attempt reason status type bounce_classification tls cert_err send_at pool marketing_campaign_id
    marketing_campaign_name newsletter sg_content_type sg_machine_open topic""".split()
)
_KEPT = tuple(
    """event timestamp sg_event_id sg_message_id marketing_campaign_id newsletter.newsletter_id category topic
    asm_group_id sg_machine_open status type bounce_classification""".split()
)


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One event; ``sg_event_id`` is its key, the message is the part of ``sg_message_id`` before the first dot."""
    word = text(record, "event", required=True)
    if word in IGNORED:
        return Produced(ignored=True)
    event_type = EVENTS.get(str(word), "unknown")
    if word == "bounce":
        event_type = _bounce(record)
    machine = record.get("sg_machine_open")
    if machine is not None and not isinstance(machine, bool):
        raise Rejected("type:sg_machine_open")
    message = text(record, "sg_message_id")
    attributes = metadata(record, _KNOWN)
    for key in ("reason", "status", "type", "bounce_classification"):
        value = record.get(key)
        if isinstance(value, str) and value:
            attributes[key] = value
    ip = record.get("ip")
    event = {
        "event_id": text(record, "sg_event_id"),
        "source_event": word,
        "event_type": event_type,
        "identifier": email(text(record, "email")),
        "occurred_at": epoch_s(record, "timestamp"),
        "message_id": message.split(".", 1)[0] if message else None,
        "campaign_id": scalar(record, "marketing_campaign_id") or _campaign(record),
        "topic": text(record, "topic") or scalar(record, "asm_group_id"),
        "url": page(text(record, "url")),
        "device": device(text(record, "useragent")) if event_type in ("open", "click") else None,
        "is_machine": machine,
        "p_human": p_human(machine),
        "attributes": attributes,
    }
    return Produced(events=[event], direct=[ip] if isinstance(ip, str) else [])


def _bounce(record: dict[str, Any]) -> str:
    kind, status = record.get("type"), record.get("status")
    classification = record.get("bounce_classification")
    by_reputation = isinstance(classification, str) and classification.startswith(_REPUTATION)
    if kind == "blocked" or by_reputation:
        return "blocked"
    if kind == "expired" or (isinstance(status, str) and status.startswith("4")):
        return "bounce_soft"
    return "bounce_hard"


def _campaign(record: dict[str, Any]) -> str | None:
    newsletter = record.get("newsletter")
    if isinstance(newsletter, dict) and newsletter.get("newsletter_id") is not None:
        return str(newsletter["newsletter_id"])
    category = record.get("category")
    if isinstance(category, list):
        category = next((c for c in category if isinstance(c, str)), None)
    return category if isinstance(category, str) and category else None


SENDGRID = Provider(
    name="sendgrid",
    options=NoOptions,
    vocabulary=EVENTS,
    keeps=fields(*_KEPT),
    stage=by_record(parse),
    receipt=(of_file, of_content),
)
