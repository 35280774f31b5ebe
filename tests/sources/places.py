"""Records of every provider, and the places in them where an identifier can stand."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

OWN = "email customer user cookie phone first_name last_name full_name street postcode ip birth_date"
TEXT = "email customer phone full_name ip"
LINK = "email customer cookie"


@dataclass(frozen=True)
class Canary:
    """A value as a record holds it, and the part of it that may stand nowhere, however the rest is written."""

    value: str
    core: str


def canary(identifier: str, n: int) -> Canary:
    """The n-th token of its kind, in a shape that no time, hash or other canary can have by chance."""
    core = f"zq{n:05}"
    made = {
        "email": (f"{core}@exemple.fr", core),
        "customer": (f"77003{n:05}41", f"77003{n:05}41"),
        "user": (f"user-{core}", core),
        "cookie": (f"5f2c{core}-9d1e", core),
        "phone": (f"+3363998{n:05}", f"3363998{n:05}"),
        "first_name": (f"Anne{core}", core),
        "last_name": (f"Lefèvre{core}", core),
        "full_name": (f"Anne Lefèvre {core}", core),
        "street": (f"12 bis rue {core}", core),
        "postcode": (f"FR-{core}", core),
        "ip": (f"198.18.{100 + n // 100}.{100 + n % 100}", f"198.18.{100 + n // 100}.{100 + n % 100}"),
        "birth_date": (str(date(1900, 1, 1) + timedelta(days=n)), str(date(1900, 1, 1) + timedelta(days=n))),
    }
    return Canary(*made[identifier])


# --- Places ---------------------------------------------------------------------------------------------------------

Record = dict[str, Any]


def at(*path: str | int, written: str = "{}", bare: bool = False) -> Callable[[Record, str], Record]:
    """Puts a value into a copy of a record: under keys and list places, made where they are missing.

    Args:
        written: the text that the value stands in.
        bare: as a JSON number.
    """

    def put(record: Record, value: str) -> Record:
        made = copy.deepcopy(record)
        inner: Any = made
        for key, following in pairwise(path):
            empty: Any = [] if isinstance(following, int) else {}
            if isinstance(inner, list):
                if len(inner) == key:
                    inner.append(empty)
                inner = inner[int(key)]
            else:
                inner = inner.setdefault(str(key), empty)
        whole: Any = int(value) if bare else written.format(value)
        if isinstance(inner, list):
            inner[int(path[-1]) :] = [whole]
        else:
            inner[str(path[-1])] = whole
        return made

    return put


def encoded(*path: str | int, written: str) -> Callable[[Record, str], Record]:
    """The same with the at sign as a link writes it."""
    put = at(*path, written=written)
    return lambda record, value: put(record, value.replace("@", "%40"))


@dataclass(frozen=True)
class Place:
    """Where an identifier can stand.

    Attributes:
        holds: what can stand there.
        put: plants a value in a record.
        word: the provider's word of the record, where it is not the usual one.
        outcomes: what becomes of the record.
        answers: what else than addresses and phones the shop itself answers for there: the field is declared as kept.
    """

    name: str
    holds: str
    put: Callable[[Record, str], Record]
    word: str = ""
    outcomes: str = "accepted ignored refused"
    answers: str = ""


def sendgrid(outcome: str, _: str) -> Record:
    record = {
        "email": "jeanne@exemple.fr",
        "timestamp": 1777882530,
        "event": "account_status_change" if outcome == "ignored" else "bounce",
        "sg_event_id": "e-1",
        "sg_message_id": "m-1.filter",
        "type": "bounce",
        "status": "5.1.1",
    }
    if outcome == "refused":
        del record["timestamp"]
    return record


SENDGRID = (
    Place("email", "email", at("email")),
    Place("custom argument", OWN, at("reference")),
    Place("custom argument as a number", "customer", at("reference", bare=True)),
    Place("custom argument that is an object", OWN, at("person", "reference")),
    Place("key of a custom argument", "email", lambda record, value: {**record, value: "yes"}),
    Place("category", TEXT, at("category", written="for {}"), answers="customer full_name"),
    Place(
        "second category",
        TEXT,
        lambda record, value: {**record, "category": ["news", f"for {value}"]},
        answers="customer full_name",
    ),
    Place("marketing_campaign_name", TEXT, at("marketing_campaign_name", written="for {}")),
    Place("ip", "ip", at("ip")),
    Place("useragent", TEXT, at("useragent", written="Mozilla/5.0 ({})")),
    Place("query of url", LINK, at("url", written="https://boutique.example/?who={}")),
    Place("encoded query of url", "email", encoded("url", written="https://boutique.example/?who={}")),
    Place("path of url", LINK, at("url", written="https://boutique.example/of/{}"), answers="customer cookie"),
    Place("reason", TEXT, at("reason", written="550 5.1.1 <{}>: nobody of this name")),
    Place("response", TEXT, at("response", written="250 kept for {}.")),
    Place("smtp-id", "email", at("smtp-id", written="<{}>")),
    Place("sg_message_id", "email", at("sg_message_id")),
    Place("sg_event_id", "email", at("sg_event_id")),
)


def mailgun(outcome: str, word: str) -> Record:
    data: Record = {
        "event": "stored" if outcome == "ignored" else word or "clicked",
        "id": "mg-1",
        "timestamp": 1777882530.25,
        "recipient": "jeanne@exemple.fr",
        "message": {"headers": {"message-id": "20260504.1@boutique.example", "to": "jeanne@exemple.fr"}},
    }
    if outcome == "refused":
        del data["timestamp"]
    return {"signature": {"timestamp": "1777882530", "token": "t", "signature": "s"}, "event-data": data}


def of_data(*path: str | int, **how: Any) -> Callable[[Record, str], Record]:
    return at("event-data", *path, **how)


MAILGUN = (
    Place("recipient", "email", of_data("recipient")),
    Place("header to of a clicked mail", "email full_name", of_data("message", "headers", "to", written="{} <a@b.fr>")),
    Place("header subject", TEXT, of_data("message", "headers", "subject", written="For {}")),
    Place("header from", TEXT, of_data("message", "headers", "from", written="{} <lettre@boutique.example>")),
    Place("header message-id", "email", of_data("message", "headers", "message-id")),
    Place("user variable", OWN, of_data("user-variables", "reference")),
    Place("user variable as a number", "customer", of_data("user-variables", "reference", bare=True)),
    Place("user variable that is an object", OWN, of_data("user-variables", "person", "reference")),
    Place("user variables as a text", TEXT, of_data("user-variables", written='{{"reference": "{}"}}')),
    Place("tag", TEXT, of_data("tags", 0, written="for {}"), answers="customer full_name"),
    Place("campaign", TEXT, of_data("campaigns", 0, "id", written="for {}"), answers="customer full_name ip"),
    Place("mailing list", "email", of_data("mailing-list", "list-id")),
    Place("ip", "ip", of_data("ip")),
    Place("sending ip of the envelope", "ip", of_data("envelope", "sending-ip")),
    Place("target of the envelope", "email", of_data("envelope", "targets")),
    Place("client-info", TEXT, of_data("client-info", "user-agent", written="Mozilla/5.0 ({})")),
    Place("city of geolocation", "postcode", of_data("geolocation", "city")),
    Place("region of geolocation", "email postcode", of_data("geolocation", "region"), answers="postcode"),
    Place("query of url", LINK, of_data("url", written="https://boutique.example/?who={}")),
    Place("path of url", LINK, of_data("url", written="https://boutique.example/of/{}"), answers="customer cookie"),
    Place("reason", TEXT, of_data("reason", written="for {}"), word="failed"),
    Place(
        "message of the delivery status",
        TEXT,
        of_data("delivery-status", "message", written="550 5.1.1 <{}>: nobody"),
        word="failed",
    ),
    Place("description of a reject", TEXT, of_data("reject", "description", written="to {}"), word="rejected"),
    Place("storage url", LINK, of_data("storage", "url", written="https://store.example/{}")),
)


def postmark(outcome: str, word: str) -> Record:
    record: Record = {
        "RecordType": word or "Bounce",
        "MessageID": "00000000-aaaa-bbbb-cccc-000000000000",
        "MessageStream": "outbound",
    }
    if record["RecordType"] == "Bounce":
        record |= {"ID": 7, "Type": "AutoResponder" if outcome == "ignored" else "HardBounce"}
        record |= {"Email": "jeanne@exemple.fr", "BouncedAt": "2026-05-04T09:30:45.1234567Z"}
    else:
        record |= {"Recipient": "jeanne@exemple.fr", "ReceivedAt": "2026-05-04T09:30:45.1234567Z"}
    if outcome == "refused":
        record = {k: v for k, v in record.items() if not k.endswith("edAt")}
    return record


CLICKED: dict[str, Any] = {"word": "Click", "outcomes": "accepted refused"}
POSTMARK = (
    Place("Email", "email", at("Email")),
    Place("Recipient", "email", at("Recipient"), **CLICKED),
    Place("From", TEXT, at("From", written="{} <lettre@boutique.example>")),
    Place("Subject", TEXT, at("Subject")),
    Place("Subject with quotes", TEXT, at("Subject", written='For "{}"')),
    Place("Content of one line", TEXT, at("Content", written="To: {}")),
    # A text with line ends is found again only where it also holds what is not ASCII, as the full name here does.
    Place("Content", TEXT, at("Content", written="To: {}\r\n\r\nHello")),
    Place("Details", TEXT, at("Details", written="smtp; 550 5.1.1 <{}>: nobody")),
    Place("Description", TEXT, at("Description", written="Nobody is called {} there")),
    Place("metadata", OWN, at("Metadata", "reference")),
    Place("metadata as a number", "customer", at("Metadata", "reference", bare=True)),
    Place("Tag", TEXT, at("Tag", written="for {}"), answers="customer full_name"),
    Place("MessageStream", "email", at("MessageStream")),
    Place("MessageID", "email", at("MessageID")),
    Place("query of OriginalLink", LINK, at("OriginalLink", written="https://boutique.example/?who={}"), **CLICKED),
    Place(
        "path of OriginalLink",
        LINK,
        at("OriginalLink", written="https://boutique.example/of/{}"),
        **CLICKED,
        answers="customer cookie",
    ),
    Place("UserAgent", TEXT, at("UserAgent", written="Mozilla/5.0 ({})"), **CLICKED),
    Place("Geo.IP", "ip", at("Geo", "IP"), **CLICKED),
    Place("Geo.Zip", "postcode", at("Geo", "Zip"), **CLICKED),
    Place("Geo.Region", "email postcode", at("Geo", "Region"), **CLICKED, answers="postcode"),
)


def ses(outcome: str, word: str) -> Record:
    word = "Rendering Failure" if outcome == "ignored" else word or "Click"
    record: Record = {
        "eventType": word,
        "mail": {
            "timestamp": "2026-05-04T08:15:00.125Z",
            "messageId": 7 if outcome == "refused" else "0102-1",
            "destination": ["jeanne@exemple.fr"],
            "tags": {},
        },
    }
    if word == "Bounce":
        record["bounce"] = {"bouncedRecipients": [{"emailAddress": "jeanne@exemple.fr"}], "bounceType": "Permanent"}
    if word == "Complaint":
        record["complaint"] = {"complainedRecipients": [{"emailAddress": "jeanne@exemple.fr"}]}
    return record


# Where a rendering failure has no such details, it cannot be ignored with an identifier in them.
SES_SAID: dict[str, Any] = {"outcomes": "accepted refused"}
SES = (
    Place("destination", "email", at("mail", "destination", 0)),
    Place("header To", "email full_name", at("mail", "headers", 0, "value", written="{} <a@b.fr>")),
    Place("subject of commonHeaders", TEXT, at("mail", "commonHeaders", "subject", written="For {}")),
    Place("source", "email", at("mail", "source")),
    Place("tag of somebody's own", OWN, at("mail", "tags", "reference", 0)),
    Place("tag campaign_id", TEXT, at("mail", "tags", "campaign_id", 0), answers="customer full_name"),
    Place("tag topic", "email", at("mail", "tags", "topic", 0)),
    Place("query of link", LINK, at("click", "link", written="https://boutique.example/?who={}"), **SES_SAID),
    Place(
        "path of link",
        LINK,
        at("click", "link", written="https://boutique.example/of/{}"),
        **SES_SAID,
        answers="customer cookie",
    ),
    Place("link tag", TEXT, at("click", "linkTags", "reference", 0), **SES_SAID),
    Place("userAgent", TEXT, at("click", "userAgent", written="Mozilla/5.0 ({})"), **SES_SAID),
    Place("ipAddress", "ip", at("click", "ipAddress"), **SES_SAID),
    Place("remoteMtaIp", "ip", at("delivery", "remoteMtaIp"), word="Delivery", **SES_SAID),
    Place(
        "smtpResponse", TEXT, at("delivery", "smtpResponse", written="250 kept for {}."), word="Delivery", **SES_SAID
    ),
    Place("recipient of a delivery", "email", at("delivery", "recipients", 0), word="Delivery", **SES_SAID),
    Place(
        "diagnosticCode",
        TEXT,
        at("bounce", "bouncedRecipients", 0, "diagnosticCode", written="smtp; 550 5.1.1 <{}>: nobody"),
        word="Bounce",
        **SES_SAID,
    ),
    Place(
        "bounced recipient",
        "email",
        at("bounce", "bouncedRecipients", 0, "emailAddress"),
        word="Bounce",
        **SES_SAID,
    ),
    Place(
        "complained recipient",
        "email",
        at("complaint", "complainedRecipients", 0, "emailAddress"),
        word="Complaint",
        **SES_SAID,
    ),
    Place("feedbackId", "email", at("bounce", "feedbackId"), word="Bounce", **SES_SAID),
    Place("reason of a reject", TEXT, at("reject", "reason", written="of {}"), word="Reject", **SES_SAID),
    Place("contact list", TEXT, at("subscription", "contactList", written="of {}"), word="Subscription", **SES_SAID),
    Place("errorMessage", TEXT, at("failure", "errorMessage", written="no name for {}"), outcomes="ignored"),
)


# An envelope repeats what is found of the bare records; these places tell what it changes.
IN_SNS = ("destination", "header To", "tag of somebody's own", "ipAddress", "bounced recipient", "path of link")


def through_sns(place: Place) -> Place:
    """The same place of a message within an envelope, where the text of the record is JSON within JSON."""

    def put(record: Record, value: str) -> Record:
        message = json.dumps(place.put(record, value), ensure_ascii=False)
        return {"Type": "Notification", "Timestamp": "2026-05-04T10:00:00.500Z", "Message": message}

    # Nothing that an adapter names is found again: its quotes are escaped.
    return replace(place, put=put)


def segment(outcome: str, word: str) -> Record:
    record: Record = {
        "type": "group" if outcome == "ignored" and not word else word or "track",
        "event": "Email Link Clicked",
        "messageId": "m-1",
        "userId": "u-1",
        "anonymousId": "v-1",
        "timestamp": "2026-05-04T09:30:45.250Z",
    }
    if outcome == "ignored" and word:
        # One identifier alone links nothing.
        del record["anonymousId"]
    if outcome == "refused":
        record["timestamp"] = "yesterday"
    return record


SEGMENT = (
    Place("userId", "customer", at("userId")),
    Place("userId as a number", "customer", at("userId", bare=True)),
    Place("userId that is an address", "email", at("userId")),
    Place("userId that is a name", "user", at("userId")),
    Place("userId of an identify", "customer", at("userId"), word="identify"),
    Place("anonymousId", "cookie", at("anonymousId")),
    Place("previousId of an alias", "email customer cookie", at("previousId"), outcomes="ignored", word="alias"),
    Place("groupId", "email customer", at("groupId")),
    Place("email in the traits", "email", at("traits", "email"), word="identify", outcomes="accepted refused"),
    Place("email in the context's traits", "email", at("context", "traits", "email")),
    Place(
        "firstName",
        "first_name",
        at("traits", "firstName"),
        word="identify",
    ),
    Place("lastName", "last_name", at("traits", "lastName"), word="identify"),
    Place("name", "full_name", at("traits", "name"), word="identify"),
    Place("phone", "phone", at("traits", "phone"), word="identify"),
    Place("name in the context's traits", "full_name", at("context", "traits", "name")),
    Place("trait of somebody's own", OWN, at("traits", "reference"), word="identify"),
    Place("street in the traits", "street", at("traits", "address", "street"), word="identify"),
    Place("postal code in the traits", "postcode", at("traits", "address", "postalCode"), word="identify"),
    Place("birthday in the traits", "birth_date", at("traits", "birthday"), word="identify"),
    Place("ip of the context", "ip", at("context", "ip")),
    Place("request_ip of RudderStack", "ip", at("request_ip")),
    Place("context_ip of a warehouse row", "ip", at("context_ip")),
    Place("id of the device", "cookie", at("context", "device", "id")),
    Place("advertising id of the device", "cookie", at("context", "device", "advertisingId")),
    Place("sessionId", "cookie", at("context", "sessionId"), answers="cookie"),
    Place("user agent", TEXT, at("context", "userAgent", written="Mozilla/5.0 ({})")),
    Place("query of the page", LINK, at("context", "page", "url", written="https://boutique.example/?who={}")),
    Place(
        "path of the page",
        LINK,
        at("context", "page", "url", written="https://boutique.example/of/{}"),
        answers="customer cookie",
    ),
    Place("search of the page", LINK, at("context", "page", "search", written="?who={}")),
    Place("referrer of the page", LINK, at("context", "page", "referrer", written="https://mail.example/?who={}")),
    Place("title of the page", TEXT, at("context", "page", "title", written="Account of {}")),
    Place("name of the campaign", TEXT, at("context", "campaign", "name"), answers="customer full_name"),
    Place("property of somebody's own", OWN, at("properties", "reference")),
    Place("property as a number", "customer", at("properties", "reference", bare=True)),
    Place("email_subject", TEXT, at("properties", "email_subject", written="For {}")),
    Place("link_url", LINK, at("properties", "link_url", written="https://boutique.example/?who={}")),
    Place("query that is searched for", TEXT, at("properties", "query")),
    Place("category", TEXT, at("properties", "category"), answers="customer full_name"),
    Place("order_id", "email", at("properties", "order_id")),
    Place("event's own name", "email", at("event", written="Account of {}")),
    Place("messageId", "email", at("messageId")),
)


def shopify(outcome: str, _: str) -> Record:
    record: Record = {
        "id": 4001,
        "email": "jeanne@exemple.fr",
        "processed_at": "2026-05-04T10:15:30+02:00",
        "subtotal_price": "20.00",
        "line_items": [{"id": 31, "product_id": 501, "title": "Robe", "quantity": 1, "price": "20.00"}],
        "refunds": [{"id": 81, "created_at": "2026-05-06T09:00:00+02:00"}],
    }
    if outcome == "refused":
        del record["subtotal_price"]
    if outcome == "test":
        record["test"] = True
    return record


def _of_shopify(name: str, holds: str, put: Callable[[Record, str], Record], answers: str = "") -> Place:
    return Place(name, holds, put, outcomes="accepted refused", answers=answers)


def _addresses(key: str) -> list[Place]:
    """What stands in a bill's and a delivery's address; the last two are named by no adapter yet."""
    named = {
        "first_name": "first_name",
        "last_name": "last_name",
        "name": "full_name",
        "company": "full_name",
        "phone": "phone",
        "address1": "street",
        "address2": "street",
    }
    kept = {"zip": "postcode", "city": "postcode"}
    return [
        *(_of_shopify(f"{key}.{field}", kind, at(key, field)) for field, kind in named.items()),
        *(_of_shopify(f"{key}.{field}", kind, at(key, field)) for field, kind in kept.items()),
    ]


SHOPIFY = (
    _of_shopify("email", "email", at("email")),
    _of_shopify("contact_email", "email", at("contact_email")),
    Place("email of a test order", "email", at("email"), outcomes="test"),
    Place("customer.first_name of a test order", "first_name", at("customer", "first_name"), outcomes="test"),
    _of_shopify("phone", "phone", at("phone")),
    _of_shopify("browser_ip", "ip", at("browser_ip")),
    _of_shopify("customer.id", "customer", at("customer", "id", bare=True)),
    _of_shopify("customer.id as a text", "customer", at("customer", "id")),
    _of_shopify(
        "copy of customer.id",
        "customer",
        lambda record, value: {
            **record,
            "customer": {"id": int(value), "default_address": {"id": 1, "customer_id": int(value)}},
        },
    ),
    _of_shopify(
        "customer's number in a longer id",
        "customer",
        at("customer", "admin_graphql_api_id", written="gid://shopify/Customer/{}"),
    ),
    _of_shopify("customer.email", "email", at("customer", "email")),
    _of_shopify("customer.first_name", "first_name", at("customer", "first_name")),
    _of_shopify("customer.last_name", "last_name", at("customer", "last_name")),
    _of_shopify("customer.phone", "phone", at("customer", "phone")),
    _of_shopify("customer.note", OWN, at("customer", "note", written="Ask for {} first")),
    _of_shopify("customer.tags", TEXT, at("customer", "tags", written="vip, {}")),
    *_addresses("billing_address"),
    *_addresses("shipping_address"),
    *(
        _of_shopify(f"customer.default_address.{field}", kind, at("customer", "default_address", field))
        for field, kind in {
            "first_name": "first_name",
            "last_name": "last_name",
            "name": "full_name",
            "company": "full_name",
            "phone": "phone",
            "address1": "street",
            "address2": "street",
            "zip": "postcode",
            "city": "postcode",
        }.items()
    ),
    _of_shopify("note", OWN, at("note", written="Leave it with {} please")),
    _of_shopify("note attribute", OWN, at("note_attributes", 0, "value")),
    _of_shopify("tags", TEXT, at("tags", written="gift, {}")),
    _of_shopify("browser_ip of client_details", "ip", at("client_details", "browser_ip")),
    _of_shopify("user_agent of client_details", TEXT, at("client_details", "user_agent", written="Mozilla/5.0 ({})")),
    _of_shopify("landing_site", LINK, at("landing_site", written="/?who={}")),
    _of_shopify("referring_site", LINK, at("referring_site", written="https://mail.example/?who={}")),
    _of_shopify("order_status_url", LINK, at("order_status_url", written="https://boutique.example/o?who={}")),
    _of_shopify("cart_token", "cookie", at("cart_token")),
    _of_shopify("checkout_token", "cookie", at("checkout_token")),
    _of_shopify("discount code", "email full_name", at("discount_codes", 0, "code", written="FOR {}")),
    _of_shopify(
        "title of a line", TEXT, at("line_items", 0, "title", written="Voucher for {}"), answers="customer full_name"
    ),
    _of_shopify("category of a line", TEXT, at("line_items", 0, "product_type"), answers="customer full_name"),
    _of_shopify("sku of a line", "email", at("line_items", 0, "sku")),
    _of_shopify("property of a line", OWN, at("line_items", 0, "properties", 0, "value")),
    _of_shopify("name on the card", "full_name", at("payment_details", "credit_card_name")),
    _of_shopify("financial_status", "email", at("financial_status")),
    _of_shopify("note of a refund", TEXT, at("refunds", 0, "note", written="{} was not pleased")),
)

RECORDS: dict[str, tuple[str, Callable[[str, str], Record], tuple[Place, ...]]] = {
    "sendgrid": ("sendgrid", sendgrid, SENDGRID),
    "mailgun": ("mailgun", mailgun, MAILGUN),
    "postmark": ("postmark", postmark, POSTMARK),
    "ses": ("ses", ses, SES),
    "ses through sns": ("ses", ses, tuple(through_sns(place) for place in SES if place.name in IN_SNS)),
    "segment": ("segment", segment, SEGMENT),
    "shopify": ("shopify", shopify, SHOPIFY),
}
