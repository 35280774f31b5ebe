"""Mails as reported by SendGrid, Mailgun and Postmark: JSON text with each provider's words and time format."""

from collections.abc import Iterator

from segspark.demo.clock import Record, iso
from segspark.demo.mails import COMPLAINT, HARD, SOFT, UNSUBSCRIBE, Mail, Mails, mails_of
from segspark.demo.people import People
from segspark.demo.wares import AGENTS, SITE

SENDER = "bonjour@boutique.example"
MARKS = {"HardBounce": "bounce_hard", "SoftBounce": "bounce_soft", "SpamComplaint": "complaint"}
# SendGrid: seconds after the sending, and the text.
REFUSALS = {
    "bounce_hard": (
        4,
        '"type":"bounce","status":"5.1.1","bounce_classification":"Invalid Address","reason":"550 5.1.1 unknown user"',
    ),
    "blocked": (
        900,
        '"type":"blocked","status":"5.7.1","bounce_classification":"Reputation","reason":"550 5.7.1 refused by policy"',
    ),
    "bounce_soft": (
        72 * 3600,
        '"type":"expired","status":"4.2.2","bounce_classification":"Mailbox Unavailable","reason":"452 4.2.2 full"',
    ),
}
PAGE = f"{SITE}/nouveautes"


def sendgrid(mails: Mails, people: People) -> Iterator[Record]:
    """Flat events with seconds, without ``processed``; machine opens are flagged, machine clicks are not."""
    for m in mails_of(mails, people, 0):
        i, at = m.number, m.at
        smtp = f',"smtp-id":"<sgm{i}@boutique.example>"'
        if m.outcome == HARD:
            yield _refusal(m, "bounce_hard", smtp)
            continue
        if m.outcome == SOFT:
            yield _sendgrid(m, "deferred", at + 8, f'{smtp},"attempt":"1","response":"452 4.2.2 try again later"')
            if i % 3:
                yield _refusal(m, "blocked" if i % 3 == 1 else "bounce_soft", smtp)
                continue
            at += 1800
        yield _sendgrid(m, "delivered", at + 6, f'{smtp},"response":"250 OK","tls":1')
        agent = f',"useragent":"{AGENTS[m.device]}","ip":"192.0.2.{i % 250}"'
        if m.is_opened:
            flag = f'"sg_machine_open":{"true" if m.is_machine else "false"},"sg_content_type":"html"'
            mark = "machine_open" if m.is_machine else ""
            yield _sendgrid(m, "open", at + m.open_delay, f"{agent},{flag}", mark=mark)
        if m.is_clicked:
            link = f'"url":"{PAGE}?utm_campaign={m.campaign}","url_offset":{{"index":2,"type":"html"}}'
            yield _sendgrid(m, "click", at + m.click_delay, f"{agent},{link}")
        if m.outcome == COMPLAINT:
            yield _sendgrid(m, "spamreport", at + m.click_delay + 60, mark="complaint")
        if m.outcome == UNSUBSCRIBE:
            yield _sendgrid(m, "unsubscribe", at + m.click_delay + 60, ',"asm_group_id":1', mark="unsubscribe")


def _refusal(m: Mail, kind: str, smtp: str) -> Record:
    after, text = REFUSALS[kind]
    return _sendgrid(m, "bounce", m.at + after, f"{smtp},{text}", mark=kind)


def _sendgrid(m: Mail, word: str, second: int, more: str = "", mark: str = "") -> Record:
    text = (
        f'{{"email":"{m.email}","timestamp":{second},"event":"{word}","category":["{m.topic}"],'
        f'"sg_event_id":"sg{m.number}-{word}","sg_message_id":"sgm{m.number}.recvd-7f9c-1.0",'
        f'"marketing_campaign_id":"{m.campaign}","topic":"{m.topic}"{more}}}'
    )
    return Record(second, text, mark)


def mailgun(mails: Mails, people: People) -> Iterator[Record]:
    """Webhook bodies with fractions of seconds; machines are flagged on opens and clicks."""
    kinds = ("mobile", "desktop", "tablet")
    for m in mails_of(mails, people, 1):
        i, at = m.number, m.at
        yield _mailgun(m, "accepted", at)
        if m.outcome == HARD:
            status = '"delivery-status":{"code":550,"enhanced-code":"5.1.1","attempt-no":1,"message":"unknown user"}'
            yield _mailgun(
                m, "failed", at + 4, f',"severity":"permanent","reason":"bounce",{status}', mark="bounce_hard"
            )
            continue
        if m.outcome == SOFT:
            status = '"delivery-status":{"code":452,"enhanced-code":"4.2.2","attempt-no":1,"retry-seconds":600}'
            yield _mailgun(m, "failed", at + 8, f',"severity":"temporary","reason":"generic",{status}')
            if i % 2:
                status = '"delivery-status":{"code":452,"attempt-no":8,"message":"too old"}'
                yield _mailgun(
                    m,
                    "failed",
                    at + 8 * 3600,
                    f',"severity":"permanent","reason":"old",{status}',
                    nth=1,
                    mark="bounce_soft",
                )
                continue
            at += 1800
        yield _mailgun(m, "delivered", at + 5, ',"delivery-status":{"code":250,"attempt-no":1,"tls":true}')
        seen_from = (
            f',"ip":"192.0.2.{i % 250}","geolocation":{{"country":"FR"}},'
            f'"client-info":{{"device-type":"{kinds[m.device]}","user-agent":"{AGENTS[m.device]}","bot":'
        )
        if m.is_opened:
            bot = "apple" if m.is_machine else ""
            yield _mailgun(m, "opened", at + m.open_delay, f'{seen_from}"{bot}"}}', mark="machine_open" if bot else "")
        if m.is_clicked:
            yield _mailgun(
                m, "clicked", at + m.click_delay, f'{seen_from}""}},"url":"{PAGE}?utm_campaign={m.campaign}"'
            )
        elif m.is_scanned:
            # A security scanner follows every link within seconds.
            link = f'"url":"{PAGE}?utm_campaign={m.campaign}"'
            yield _mailgun(m, "clicked", at + 8, f'{seen_from}"generic"}},{link}', mark="machine_click")
        if m.outcome == COMPLAINT:
            yield _mailgun(m, "complained", at + m.click_delay + 60, mark="complaint")
        if m.outcome == UNSUBSCRIBE:
            yield _mailgun(m, "unsubscribed", at + m.click_delay + 60, mark="unsubscribe")


def _mailgun(m: Mail, word: str, second: int, more: str = "", nth: int = 0, mark: str = "") -> Record:
    key = f"mg{m.number}-{word}{nth}"
    text = (
        f'{{"signature":{{"timestamp":"{second}","token":"t{key}","signature":"{m.number:064x}"}},'
        f'"event-data":{{"event":"{word}","timestamp":{second + m.number % 1000 / 1000},"id":"{key}",'
        f'"log-level":"info",'
        f'"recipient":"{m.email}","recipient-domain":"{m.email.rpartition("@")[2]}","tags":["{m.topic}"],"campaigns":[],'
        f'"flags":{{"is-routed":false,"is-authenticated":true,"is-test-mode":false}},'
        f'"message":{{"headers":{{"message-id":"mg{m.number}@mg.boutique.example"}}}},'
        f'"user-variables":{{"campaign_id":"{m.campaign}","topic":"{m.topic}"}}{more}}}}}'
    )
    return Record(second, text, mark)


def postmark(mails: Mails, people: People) -> Iterator[Record]:
    """One object per webhook with seven digits of a second; sending is not reported, and bots are not flagged."""
    for m in mails_of(mails, people, 2):
        i, at = m.number, m.at
        if m.outcome == HARD:
            yield _bounce(m, "HardBounce", 1, at + 4, "true")
            cause = ',"SuppressSending":true,"SuppressionReason":"HardBounce","Origin":"Recipient"'
            yield _postmark(m, "SubscriptionChange", "Recipient", "ChangedAt", at + 5, cause)
            continue
        if m.outcome == SOFT:
            yield _bounce(m, "SoftBounce", 4096, at + 900, "false")
            continue
        yield _postmark(m, "Delivery", "Recipient", "DeliveredAt", at + 5, ',"Details":"250 2.0.0 OK"')
        seen_from = (
            f',"Platform":"{"Desktop" if m.device == 1 else "Mobile"}","UserAgent":"{AGENTS[m.device]}",'
            f'"Geo":{{"CountryISOCode":"FR","Country":"France","IP":"192.0.2.{i % 250}"}}'
        )
        if m.is_opened:
            more = f'{seen_from},"FirstOpen":true,"ReadSeconds":{5 + i % 20}'
            yield _postmark(m, "Open", "Recipient", "ReceivedAt", at + m.open_delay, more)
        if m.is_clicked:
            more = f'{seen_from},"ClickLocation":"HTML","OriginalLink":"{PAGE}?utm_campaign={m.campaign}"'
            yield _postmark(m, "Click", "Recipient", "ReceivedAt", at + m.click_delay, more)
        if m.outcome == COMPLAINT:
            yield _bounce(m, "SpamComplaint", 100001, at + m.click_delay + 60, "true", word="SpamComplaint")
        if m.outcome == UNSUBSCRIBE:
            cause = ',"SuppressSending":true,"SuppressionReason":"ManualSuppression","Origin":"Recipient"'
            yield _postmark(
                m, "SubscriptionChange", "Recipient", "ChangedAt", at + m.click_delay + 60, cause, mark="unsubscribe"
            )


def _postmark(m: Mail, word: str, who: str, key: str, second: int, more: str = "", mark: str = "") -> Record:
    text = (
        f'{{"RecordType":"{word}","{who}":"{m.email}","{key}":"{iso(second)}.{m.number * 7919 % 10_000_000:07d}Z",'
        f'"MessageID":"{m.number:08x}-5b1c-4f0a-9d2e-{m.number:012x}","ServerID":23,"MessageStream":"broadcast",'
        f'"Tag":"{m.topic}","Metadata":{{"campaign_id":"{m.campaign}","topic":"{m.topic}"}}{more}}}'
    )
    return Record(second, text, mark)


def _bounce(m: Mail, kind: str, code: int, second: int, inactive: str, word: str = "Bounce") -> Record:
    more = (
        f',"ID":{4_000_000 + m.number},"Type":"{kind}","TypeCode":{code},"Name":"{kind}","From":"{SENDER}",'
        f'"DumpAvailable":true,"Inactive":{inactive},"CanActivate":true,"Subject":"Nouveautés de la semaine"'
    )
    return _postmark(m, word, "Email", "BouncedAt", second, more, MARKS[kind])
