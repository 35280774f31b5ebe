"""Valid records of the six providers of JSON, with every field that an adapter reads."""

import json
from typing import Any

WHO = "zqann@exemple.fr"
AT = 1_778_400_000
ISO = "2026-05-10T08:00:00.000Z"
AGENT = "Mozilla/5.0 (X11; Linux x86_64)"

SENDGRID: list[dict[str, Any]] = [
    {
        "email": WHO, "timestamp": AT, "event": "click", "sg_event_id": "e1", "sg_message_id": "m1.filter-1",
        "smtp-id": "<s1@poste.example>", "category": ["news", "spring"], "asm_group_id": 7, "ip": "192.0.2.7",
        "useragent": AGENT, "url": "https://shop.example/p/1?u=2", "url_offset": {"index": 0, "type": "html"},
        "marketing_campaign_id": 12, "marketing_campaign_name": "Spring", "topic": "news", "reference": "r-1",
    },
    {
        "email": WHO, "timestamp": AT, "event": "bounce", "sg_event_id": "e2", "sg_message_id": "m1.filter-1",
        "type": "bounce", "status": "5.1.1", "reason": "550 nobody", "bounce_classification": "Invalid Address",
        "newsletter": {"newsletter_id": "n1"}, "attempt": "2", "response": "550", "tls": 1, "pool": {"id": 1},
    },
    {"email": WHO, "timestamp": AT, "event": "open", "sg_event_id": "e3", "sg_machine_open": True, "useragent": AGENT},
]  # fmt: skip
MAILGUN: list[dict[str, Any]] = [
    {
        "signature": {"timestamp": str(AT), "token": "t", "signature": "s"},
        "event-data": {
            "event": "clicked", "id": "g1", "timestamp": AT + 0.5, "recipient": WHO, "log-level": "info",
            "message": {"headers": {"message-id": "m1.poste", "to": WHO, "subject": "News"}, "size": 12},
            "client-info": {"device-type": "mobile", "bot": "", "user-agent": AGENT}, "campaigns": [{"id": "spring"}],
            "geolocation": {"country": "FR", "region": "IDF", "city": "Paris"}, "tags": ["news"], "ip": "192.0.2.7",
            "mailing-list": {"list-id": "news.poste.example", "address": "news@poste.example"},
            "user-variables": {"campaign_id": "spring", "topic": "news"}, "url": "https://shop.example/p/1?u=2",
            "flags": {"is-test-mode": False, "is-routed": False},
        },
    },
    {
        "event": "failed", "id": "g2", "timestamp": AT, "recipient": WHO, "severity": "permanent", "reason": "generic",
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "nobody", "attempt-no": 1},
        "envelope": {"sender": "news@poste.example", "targets": WHO}, "flags": {"is-test-mode": False},
    },
    {"event": "rejected", "id": "g3", "timestamp": AT, "message": {"headers": {"to": f"Ann <{WHO}>"}}, "reject": {"reason": "x"}},
]  # fmt: skip
POSTMARK: list[dict[str, Any]] = [
    {
        "RecordType": "Open", "MessageID": "883953f4", "MessageStream": "broadcast", "Recipient": WHO, "Tag": "spring",
        "ReceivedAt": "2026-05-10T08:00:00.1234567Z", "FirstOpen": True, "ReadSeconds": 5, "Platform": "Desktop",
        "Metadata": {"campaign_id": "spring", "topic": "news"}, "UserAgent": AGENT, "Client": {"Name": "x"},
        "Geo": {"CountryISOCode": "FR", "Region": "IDF", "City": "Paris", "IP": "192.0.2.7"},
    },
    {
        "RecordType": "Bounce", "ID": 42, "Type": "SoftBounce", "TypeCode": 4096, "MessageID": "883953f4", "Email": WHO,
        "BouncedAt": ISO, "Inactive": False, "CanActivate": True, "Details": "452", "Subject": "News", "Content": "x",
    },
    {
        "RecordType": "SubscriptionChange", "MessageID": "883953f4", "Recipient": WHO, "ChangedAt": ISO,
        "Origin": "Recipient", "SuppressSending": True, "SuppressionReason": "ManualSuppression",
    },
    {
        "RecordType": "Click", "MessageID": "883953f4", "Recipient": WHO, "ReceivedAt": ISO,
        "OriginalLink": "https://shop.example/p/1?u=2", "ClickLocation": "HTML",
    },
]  # fmt: skip
_MAIL = {
    "timestamp": ISO, "messageId": "m1", "destination": [WHO], "source": "news@poste.example",
    "tags": {"campaign_id": ["spring"], "topic": ["news"], "ses:configuration-set": ["letters"]},
    "commonHeaders": {"subject": "News", "to": [WHO]},
}  # fmt: skip
_BOUNCE = {
    "bounceType": "Permanent", "bounceSubType": "General", "timestamp": ISO, "feedbackId": "f1",
    "bouncedRecipients": [{"emailAddress": WHO, "action": "failed", "status": "5.1.1"}],
}  # fmt: skip
_PREFERENCES = {
    "unsubscribeAll": False,
    "topicSubscriptionStatus": [{"topicName": "news", "subscriptionStatus": "OptOut"}],
}
_SUBSCRIPTION = {
    "eventType": "Subscription", "mail": _MAIL,
    "subscription": {"timestamp": ISO, "contactList": "all", "newTopicPreferences": _PREFERENCES},
}  # fmt: skip
SES: list[dict[str, Any]] = [
    {"eventType": "Delivery", "mail": _MAIL, "delivery": {"timestamp": ISO, "recipients": [WHO], "smtpResponse": "250"}},
    {"Type": "Notification", "Timestamp": ISO, "Message": json.dumps({"eventType": "Bounce", "mail": _MAIL, "bounce": _BOUNCE})},
    {"notificationType": "Bounce", "mail": _MAIL, "bounce": _BOUNCE},
    {
        "detail-type": "Complaint",
        "detail": {
            "eventType": "Complaint", "mail": _MAIL,
            "complaint": {
                "timestamp": ISO, "feedbackId": "f2", "complaintFeedbackType": "abuse", "complaintSubType": None,
                "complainedRecipients": [{"emailAddress": WHO}], "userAgent": AGENT,
            },
        },
    },
    _SUBSCRIPTION,
    {
        "eventType": "Click", "mail": _MAIL,
        "click": {"timestamp": ISO, "link": "https://shop.example/p/1?u=2", "userAgent": AGENT, "ipAddress": "192.0.2.7"},
    },
]  # fmt: skip
_CONTEXT = {
    "userAgent": AGENT, "sessionId": "v1", "ip": "192.0.2.7", "campaign": {"name": "spring", "source": "mail"},
    "location": {"country": "FR"}, "device": {"type": "mobile"}, "page": {"url": "https://shop.example/p/1"},
}  # fmt: skip
SEGMENT: list[dict[str, Any]] = [
    {
        "type": "track", "event": "Order Completed", "messageId": "s1", "userId": "u1", "anonymousId": "a1",
        "timestamp": ISO, "receivedAt": "2026-05-10T08:00:05.000Z", "context": _CONTEXT,
        "properties": {
            "order_id": "o1", "revenue": 19.9, "total": 24.9, "currency": "EUR", "category": "hats", "product_id": "p1",
            "session_id": "v1", "campaign_id": "spring", "products": [{"product_id": "p1", "price": 19.9}],
        },
    },
    {
        "type": "page", "messageId": "s2", "anonymousId": "a1", "originalTimestamp": "2026-05-10T07:59:58.000Z",
        "sentAt": ISO, "receivedAt": "2026-05-10T08:00:05.000Z", "context": _CONTEXT,
        "properties": {"url": "https://shop.example/p/1?u=2", "duration_s": 12.5, "engagement_time_msec": 100, "sku": "k1"},
    },
    {
        "type": "identify", "message_id": "s3", "user_id": "u1", "anonymous_id": "a1", "timestamp": ISO,
        "received_at": "2026-05-10T08:00:05.000Z", "traits": {"email": WHO, "firstName": "Ann", "birthday": "1968-03-24"},
    },
]  # fmt: skip
SHOPIFY: list[dict[str, Any]] = [
    {
        "id": 1001, "test": False, "email": WHO, "contact_email": WHO, "phone": "+33600000000", "currency": "EUR",
        "created_at": "2026-05-10T10:00:00+02:00", "processed_at": "2026-05-10T10:00:00+02:00",
        "updated_at": "2026-05-10T10:05:00+02:00", "cancelled_at": None, "financial_status": "paid",
        "subtotal_price": "35.00", "total_price": "41.00", "note": "for Ann",
        "customer": {
            "id": 7001, "email": WHO, "first_name": "Ann",
            "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2026-05-01T10:00:00+02:00"},
        },
        "shipping_address": {"country_code": "FR", "zip": "75001"}, "billing_address": {"country_code": "FR"},
        "line_items": [
            {
                "id": 1, "product_id": 7, "sku": "HAT", "title": "Hat", "product_type": "hats", "quantity": 2,
                "price": "20.00", "total_discount": "0.00", "discount_allocations": [{"amount": "5.00"}],
            }
        ],
        "refunds": [
            {
                "id": 5, "created_at": "2026-05-10T11:00:00+02:00", "processed_at": None,
                "transactions": [{"kind": "refund", "status": "success", "amount": "8.00"}],
                "refund_line_items": [{"quantity": 1, "subtotal": 8.0}],
            }
        ],
    },
    {
        "id": 1002, "contact_email": WHO, "created_at": "2026-05-10T08:00:00Z", "cancelled_at": "2026-05-10T09:00:00Z",
        "subtotal_price": "20", "line_items": [], "refunds": [{"id": 6, "created_at": "2026-05-10T09:00:00Z"}],
    },
]  # fmt: skip
RECORDS = {
    "sendgrid": SENDGRID, "mailgun": MAILGUN, "postmark": POSTMARK, "ses": SES, "segment": SEGMENT, "shopify": SHOPIFY,
}  # fmt: skip
# Options under which an adapter reads most.
OPTIONS = {"segment": {"orders": True}}
