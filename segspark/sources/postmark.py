"""Postmark webhooks: one object per record.

https://postmarkapp.com/developer/webhooks
"""

from typing import Any

from segspark.sources.counts import count_records
from segspark.sources.fields import boolean, declared, duration, email, iso, mapping, page, scalar, text, words
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import BY_MAIL, Context, Produced, Rejected

# Bounce type -> event_type; other types say nothing about the address and are ignored.
BOUNCES = {
    "HardBounce": "bounce_hard", "BadEmailAddress": "bounce_hard", "SoftBounce": "bounce_soft",
    "Unknown": "bounce_soft", "Transient": "deferred", "DnsError": "deferred", "Blocked": "blocked",
    "DMARCPolicy": "blocked", "SpamNotification": "blocked", "VirusNotification": "blocked",
    "ManuallyDeactivated": "suppressed", "Unconfirmed": "suppressed", "SpamComplaint": "complaint",
    "Unsubscribe": "unsubscribe", "Subscribe": "resubscribe",
}  # fmt: skip
# Not the mailbox but somebody decided that nothing more is sent.
_OF_A_DECISION = frozenset(("complaint", "unsubscribe", "resubscribe", "suppressed"))
# RecordType -> (event_type, time, recipient).
EVENTS = {
    "Delivery": ("delivered", "DeliveredAt", "Recipient"),
    "Open": ("open", "ReceivedAt", "Recipient"),
    "Click": ("click", "ReceivedAt", "Recipient"),
    "Bounce": ("bounce_soft", "BouncedAt", "Email"),
    "SpamComplaint": ("complaint", "BouncedAt", "Email"),
    "SubscriptionChange": ("unsubscribe", "ChangedAt", "Recipient"),
}


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One event; bounces and complaints have an ID, for the others the sanitizer hashes their content."""
    word = str(text(record, "RecordType", required=True))
    event_type, at, who = EVENTS.get(word, ("unknown", _time_key(record), "Recipient"))
    kind = text(record, "Type")
    if word == "Bounce":
        bounced = _bounce(kind, boolean(record, "Inactive"))
        if bounced is None:
            return Produced(ignored=True)
        event_type = bounced
    if word == "SubscriptionChange":
        suppresses, reason = boolean(record, "SuppressSending"), text(record, "SuppressionReason")
        if suppresses is None:
            raise Rejected("missing:SuppressSending")
        if not suppresses:
            event_type = "resubscribe"
        elif reason not in (None, "ManualSuppression"):
            # Postmark repeats here a bounce or complaint that has its own record.
            return Produced(ignored=True)
    if word == "Open":
        boolean(record, "FirstOpen")
    flags: list[str] = []
    own_id, place = scalar(record, "ID"), mapping(record, "Geo")
    metadata = mapping(record, "Metadata")
    said = words(metadata, "campaign_id", "topic")
    event = {
        "event_id": f"{word}:{own_id}" if own_id is not None else None,
        "source_event": f"{word}:{kind}" if kind else word,
        "event_type": event_type,
        "identifier": email(text(record, who) or text(record, "Email"), who),
        "occurred_at": iso(record, at, context.time_zone, flags),
        "message_id": text(record, "MessageID"),
        "campaign_id": said.get("campaign_id") or text(record, "Tag"),
        "topic": said.get("topic") or text(record, "MessageStream"),
        "url": page(text(record, "OriginalLink")),
        "duration_s": duration(record, "ReadSeconds"),
        "device": {"Desktop": "desktop", "Mobile": "mobile"}.get(text(record, "Platform") or ""),
        "country": text(place, "CountryISOCode"),
        "region": text(place, "Region"),
        "attributes": declared(metadata, context),
    }
    return Produced(events=[event], flags=flags)


def _bounce(kind: str | None, is_inactive: bool | None) -> str | None:
    """None for what says nothing about the address. One that Postmark made inactive is dead, whatever the type says."""
    event_type = BOUNCES.get(kind or "")
    return "bounce_hard" if is_inactive and event_type not in _OF_A_DECISION else event_type


def _time_key(record: dict[str, Any]) -> str:
    return next((k for k in ("ReceivedAt", "DeliveredAt", "BouncedAt", "ChangedAt") if k in record), "ReceivedAt")


POSTMARK = Provider(
    name="postmark",
    options=NoOptions,
    vocabulary={
        **{word: event_type for word, (event_type, _, _) in EVENTS.items()},
        **{f"Bounce:{kind}": event_type for kind, event_type in BOUNCES.items()},
    },
    keeps=fields(
        word="RecordType Type SuppressionReason Platform",
        time="DeliveredAt ReceivedAt BouncedAt ChangedAt",
        id="ID MessageID",
        label="MessageStream Tag Metadata.campaign_id Metadata.topic Geo.CountryISOCode Geo.Region",
        flag="SuppressSending",
        number="ReadSeconds",
        path="OriginalLink",
    ),
    stage=by_record(parse),
    receipt=(of_file, of_content),
    counts=count_records,
    introduces=BY_MAIL,
)
