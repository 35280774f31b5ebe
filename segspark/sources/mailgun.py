"""Mailgun: webhook bodies and Events-API items.

https://documentation.mailgun.com
"""

from email.utils import parseaddr
from typing import Any

from segspark.sources.counts import count_records
from segspark.sources.fields import boolean, declared, email, epoch_s, mapping, p_human, page, scalar, text, texts
from segspark.sources.gateway import by_record
from segspark.sources.provider import NoOptions, Provider, fields
from segspark.sources.receipt import of_content, of_file
from segspark.sources.vocabulary import BY_MAIL, Context, Produced, Rejected
from segspark.time import DAY_MICROS

EVENTS = {
    "accepted": "sent",
    "rejected": "suppressed",
    "delivered": "delivered",
    "failed": "bounce_soft",  # decided by severity, reason and code, see _failed
    "opened": "open",
    "clicked": "click",
    "unsubscribed": "unsubscribe",
    "complained": "complaint",
}
IGNORED = frozenset(("stored",))
# Booleans written as text, which name no bot.
_NO_NAMES = frozenset(("true", "false", "yes", "no", "1", "0", "none", "null"))
_DEVICES = {"desktop": "desktop", "mobile": "mobile", "tablet": "tablet"}


def parse(record: dict[str, Any], context: Context) -> Produced:
    """One event; its key is (id, UTC day, event), because ids are unique only within a day."""
    data = mapping(record, "event-data") or record
    word = str(text(data, "event", required=True))
    if word in IGNORED:
        return Produced(ignored=True, body=data)
    if boolean(mapping(data, "flags"), "is-test-mode"):
        raise Rejected("test_mode")
    occurred = epoch_s(data, "timestamp")
    recipient = text(data, "recipient")
    message = mapping(data, "message")
    headers = mapping(message, "headers")
    if recipient is None and word == "rejected":
        # A rejected mail has no recipient field; the header may hold a name before the address.
        named = text(headers, "to")
        recipient = parseaddr(named)[1] if named else None
    client, place = mapping(data, "client-info"), mapping(data, "geolocation")
    is_machine = _is_machine(client) if word in ("opened", "clicked") else None
    own_id = text(data, "id")
    variables = data.get("user-variables")
    variables = variables if isinstance(variables, dict) else {}
    reason = text(data, "reason")
    event = {
        "event_id": f"{own_id}:{occurred // DAY_MICROS}:{word}" if own_id else None,
        "source_event": word,
        "event_type": _failed(data) if word == "failed" else EVENTS.get(word, "unknown"),
        "identifier": email(recipient, "recipient"),
        "occurred_at": occurred,
        "message_id": text(headers, "message-id"),
        "campaign_id": _campaign(data)
        or scalar(variables, "campaign_id")
        or next(iter(texts(data, "tags")), None)
        or None,
        "topic": scalar(variables, "topic") or text(mapping(data, "mailing-list"), "list-id"),
        "url": page(text(data, "url")),
        "device": _DEVICES.get(text(client, "device-type") or ""),
        "country": text(place, "country"),
        "region": text(place, "region"),
        "is_machine": is_machine,
        "p_human": p_human(is_machine),
        "attributes": {**declared(variables, context), **({"reason": reason} if reason else {})},
    }
    return Produced(events=[event], body=data)


def _is_machine(client: dict[str, Any]) -> bool | None:
    """Whether ``bot`` names one: empty for a human, None where the provider does not tell."""
    bot = client.get("bot")
    if bot == "":
        return False
    name = text(client, "bot")
    if name is not None and name.lower() in _NO_NAMES:
        raise Rejected("type:bot")
    return None if name is None else True


def _failed(data: dict[str, Any]) -> str:
    reason, status = text(data, "reason") or "", mapping(data, "delivery-status")
    code, severity = text(status, "enhanced-code") or "", text(data, "severity")
    if reason.startswith("suppress-"):
        return "suppressed"
    if code.startswith("5.7"):
        return "blocked"
    if severity == "temporary":
        return "deferred"
    if severity == "permanent" and (reason == "bounce" or (reason == "generic" and code.startswith("5.1"))):
        return "bounce_hard"
    return "bounce_soft"


def _campaign(data: dict[str, Any]) -> str | None:
    """The first campaign, which is an object or its id."""
    campaigns = data.get("campaigns")
    if isinstance(campaigns, list) and campaigns and isinstance(campaigns[0], dict):
        return text(campaigns[0], "id")
    return next(iter(texts(data, "campaigns")), None)


MAILGUN = Provider(
    name="mailgun",
    options=NoOptions,
    vocabulary=EVENTS,
    keeps=fields(
        word="event severity reason client-info.device-type client-info.bot",
        time="timestamp",
        id="id message.headers.message-id campaigns.id delivery-status.enhanced-code",
        label="tags mailing-list.list-id geolocation.country geolocation.region user-variables.campaign_id "
        "user-variables.topic",
        flag="flags.is-test-mode",
        path="url",
    ),
    stage=by_record(parse),
    receipt=(of_file, of_content),
    counts=count_records,
    introduces=BY_MAIL,
)
