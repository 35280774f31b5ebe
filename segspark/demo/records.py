"""From acts to records in the providers' own forms, as JSON text with the day each was received."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from segspark.demo.behaviour import Acts, Behaviour
from segspark.demo.people import People

PARIS = ZoneInfo("Europe/Paris")
TOPICS = ("newsletter", "soldes", "fidelite")
AGENTS = {
    0: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    1: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36",
    2: "Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15",
}
CATEGORIES = ("mode/robes", "mode/manteaux", "mode/denim", "chaussures", "accessoires", "maison")
CATEGORY_SHARES = (0.27, 0.12, 0.18, 0.18, 0.15, 0.10)
PRICES = (7990, 14990, 6990, 8990, 2990, 3990)
SITE = "https://www.boutique.example"


@dataclass(frozen=True)
class Record:
    """One raw record: UTC second it happened, its text."""

    at: int
    text: str


class Clock:
    """Seconds since the first local midnight to UTC seconds; the offset of each day is that of its noon."""

    def __init__(self, first: date, n_days: int) -> None:
        days = [first + timedelta(days=i) for i in range(n_days + 2)]
        noon = [datetime(d.year, d.month, d.day, 12, tzinfo=PARIS) for d in days]
        self._offset = np.array([int(n.utcoffset().total_seconds()) for n in noon])  # type: ignore[union-attr]
        self._base = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())

    def utc(self, second: np.ndarray) -> np.ndarray:
        result: np.ndarray = self._base + second - self._offset[second // 86400]
        return result


@dataclass(frozen=True)
class Mail:
    """Columns over the mails: recipient, UTC second, what became of it."""

    who: np.ndarray
    at: np.ndarray
    outcome: np.ndarray
    is_clicked: np.ndarray
    is_opened: np.ndarray
    is_machine: np.ndarray
    delay: np.ndarray


DELIVERED, HARD, SOFT, COMPLAINT, UNSUBSCRIBE = range(5)


def draw_mails(people: People, behaviour: Behaviour, clock: Clock, rng: np.random.Generator) -> Mail:
    """What becomes of each mail; nobody is written to after a hard bounce, a complaint or an unsubscription."""
    mails = behaviour.mails
    n = len(mails.who)
    outcome = rng.choice(5, n, p=[0.9778, 0.006, 0.01, 0.0012, 0.005])
    outcome[behaviour.is_clicked & (outcome != DELIVERED)] = DELIVERED
    ends = np.isin(outcome, (HARD, COMPLAINT, UNSUBSCRIBE))
    last = np.full(len(people), np.iinfo(np.int64).max)
    np.minimum.at(last, mails.who[ends], mails.second[ends])
    keep = mails.second <= last[mails.who]
    who = mails.who[keep]
    tracked = people.may_open[who] | (rng.random(len(who)) < 0.04)
    clicked = behaviour.is_clicked[keep]
    return Mail(
        who=who,
        at=clock.utc(mails.second[keep]),
        outcome=outcome[keep],
        is_clicked=clicked,
        is_opened=tracked & (clicked | (rng.random(len(who)) < 0.22)),
        is_machine=rng.random(len(who)) < 0.10,
        delay=(rng.gamma(1.2, 9000, len(who)) + 30).astype(np.int64),
    )


def _mail_rows(mail: Mail, people: People, provider: int) -> Iterator[tuple[int, str, int, int, bool, bool, bool, int, int]]:
    for i in np.flatnonzero(people.provider[mail.who] == provider).tolist():
        w = int(mail.who[i])
        yield (
            i, people.emails[w], int(mail.at[i]), int(mail.outcome[i]), bool(mail.is_clicked[i]),
            bool(mail.is_opened[i]), bool(mail.is_machine[i]), int(mail.delay[i]), int(people.device[w]),
        )  # fmt: skip


def _campaign(at: int) -> tuple[str, str]:
    return f"c{at // 302400}", TOPICS[at // 302400 % 3]


def sendgrid(mail: Mail, people: People) -> Iterator[Record]:
    for i, email, at, outcome, clicked, opened, machine, delay, device in _mail_rows(mail, people, 0):
        campaign, topic = _campaign(at)
        common = f'"email":"{email}","sg_message_id":"sgm{i}.recvd-7f-1","marketing_campaign_id":"{campaign}","topic":"{topic}"'

        def event(word: str, second: int, more: str = "", common: str = common, i: int = i) -> Record:
            return Record(second, f'{{{common},"event":"{word}","timestamp":{second},"sg_event_id":"sg{i}-{word}"{more}}}')

        yield event("processed", at)
        if outcome == HARD:
            yield event("bounce", at + 4, ',"type":"bounce","status":"5.1.1","reason":"550 5.1.1 unknown user"')
            continue
        if outcome == SOFT:
            yield event("bounce", at + 900, ',"type":"expired","status":"4.2.2","reason":"452 4.2.2 mailbox full"')
            continue
        yield event("delivered", at + 6, ',"response":"250 OK"')
        agent = f',"useragent":"{AGENTS[device]}","ip":"192.0.2.{i % 250}"'
        if opened:
            flag = "true" if machine and not clicked else "false"
            yield event("open", at + delay, f'{agent},"sg_machine_open":{flag}')
        if clicked:
            yield event("click", at + delay + 20, f'{agent},"url":"{SITE}/nouveautes?utm_campaign={campaign}"')
        if outcome == COMPLAINT:
            yield event("spamreport", at + delay + 60)
        if outcome == UNSUBSCRIBE:
            yield event("unsubscribe", at + delay + 60)


def mailgun(mail: Mail, people: People) -> Iterator[Record]:
    for i, email, at, outcome, clicked, opened, machine, delay, device in _mail_rows(mail, people, 1):
        campaign, topic = _campaign(at)
        tail = (
            f'"recipient":"{email}","message":{{"headers":{{"message-id":"mg{i}@mg.boutique.example"}}}},'
            f'"user-variables":{{"campaign_id":"{campaign}","topic":"{topic}"}}'
        )

        def event(word: str, second: int, more: str = "", tail: str = tail, i: int = i) -> Record:
            data = f'"event":"{word}","timestamp":{second}.25,"id":"mg{i}{word}",{tail}{more}'
            signature = f'"signature":{{"timestamp":"{second}","token":"t{i}{word}","signature":"00"}}'
            return Record(second, f'{{{signature},"event-data":{{{data}}}}}')

        yield event("accepted", at)
        if outcome == HARD:
            yield event("failed", at + 4, ',"severity":"permanent","reason":"bounce","delivery-status":{"code":550,"enhanced-code":"5.1.1"}')
            continue
        if outcome == SOFT:
            yield event("failed", at + 900, ',"severity":"permanent","reason":"old","delivery-status":{"code":452}')
            continue
        yield event("delivered", at + 5)
        bot = "apple" if machine and not clicked else ""
        kind = ("mobile", "desktop", "tablet")[device]
        client = f',"ip":"192.0.2.{i % 250}","geolocation":{{"country":"FR"}},"client-info":{{"device-type":"{kind}","bot":"{bot}"}}'
        if opened:
            yield event("opened", at + delay, client)
        if clicked:
            yield event("clicked", at + delay + 20, f'{client},"url":"{SITE}/nouveautes"')
        elif machine:
            yield event("clicked", at + 8, f'{client.replace(chr(34) + bot + chr(34), chr(34) + "generic" + chr(34))},"url":"{SITE}/nouveautes"')
        if outcome == COMPLAINT:
            yield event("complained", at + delay + 60)
        if outcome == UNSUBSCRIBE:
            yield event("unsubscribed", at + delay + 60)


def postmark(mail: Mail, people: People) -> Iterator[Record]:
    for i, email, at, outcome, clicked, opened, _, delay, device in _mail_rows(mail, people, 2):
        campaign, topic = _campaign(at)
        common = f'"MessageID":"pm-{i}","ServerID":23,"MessageStream":"broadcast","Metadata":{{"campaign_id":"{campaign}","topic":"{topic}"}}'

        def event(word: str, who: str, key: str, second: int, more: str = "", common: str = common, email: str = email) -> Record:
            moment = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            return Record(second, f'{{"RecordType":"{word}","{who}":"{email}","{key}":"{moment}.1234567Z",{common}{more}}}')

        if outcome == HARD:
            yield event("Bounce", "Email", "BouncedAt", at + 4, f',"ID":{i},"Type":"HardBounce","TypeCode":1,"Inactive":true')
            continue
        if outcome == SOFT:
            yield event("Bounce", "Email", "BouncedAt", at + 900, f',"ID":{i},"Type":"SoftBounce","TypeCode":4096,"Inactive":false')
            continue
        yield event("Delivery", "Recipient", "DeliveredAt", at + 5)
        platform = f',"Platform":"{"Desktop" if device == 1 else "Mobile"}","Geo":{{"CountryISOCode":"FR"}}'
        if opened:
            yield event("Open", "Recipient", "ReceivedAt", at + delay, f'{platform},"FirstOpen":true,"ReadSeconds":{5 + i % 20}')
        if clicked:
            yield event("Click", "Recipient", "ReceivedAt", at + delay + 20, f'{platform},"OriginalLink":"{SITE}/nouveautes"')
        if outcome == COMPLAINT:
            yield event("SpamComplaint", "Email", "BouncedAt", at + delay + 60, f',"ID":{i},"Type":"SpamComplaint","TypeCode":100001')
        if outcome == UNSUBSCRIBE:
            yield event("SubscriptionChange", "Recipient", "ChangedAt", at + delay + 60, ',"SuppressSending":true,"SuppressionReason":"ManualSuppression","Origin":"Recipient"')


def segment(sessions: Acts, people: People, clock: Clock, rng: np.random.Generator) -> Iterator[Record]:
    """Two to three calls a session: a page, a product, sometimes a cart; a third of the sessions are logged in."""
    n = len(sessions.who)
    at = clock.utc(sessions.second)
    logged, more, cart = rng.random(n) < 0.35, rng.random(n) < 0.75, rng.random(n) < 0.28
    dwell, category, second_device = rng.gamma(2.0, 45, n), rng.choice(6, n, p=CATEGORY_SHARES), rng.random(n) < 0.2
    seen: set[int] = set()
    for i, (w, t) in enumerate(zip(sessions.who.tolist(), at.tolist(), strict=True)):
        device = int(people.device[w])
        anonymous = f"a{w:07x}-{int(second_device[i])}"
        # The first session of everybody is logged in, so that the cookie is known.
        user = f'"userId":"{people.numbers[w]}",' if logged[i] or w * 2 + int(second_device[i]) not in seen else ""
        seen.add(w * 2 + int(second_device[i]))
        kind = CATEGORIES[category[i]]
        head = f'{user}"anonymousId":"{anonymous}","context":{{"ip":"198.51.100.{i % 250}","userAgent":"{AGENTS[device]}","sessionId":"s{i}"}}'

        def call(n: int, second: int, body: str, head: str = head, i: int = i) -> Record:
            moment = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            return Record(second, f'{{"messageId":"seg-{i}-{n}",{body},{head},"timestamp":"{moment}.000Z","receivedAt":"{moment}.900Z"}}')

        yield call(0, t, f'"type":"page","properties":{{"url":"{SITE}/{kind}?c=1","duration_s":{dwell[i]:.0f}}}')
        if more[i]:
            yield call(1, t + 40, f'"type":"track","event":"Product Viewed","properties":{{"product_id":"p{i % 400}","category":"{kind}","duration_s":{dwell[i] / 2:.0f}}}')
        if cart[i]:
            yield call(2, t + 80, f'"type":"track","event":"Product Added","properties":{{"product_id":"p{i % 400}","category":"{kind}"}}')


def shopify(orders: Acts, people: People, clock: Clock, in_sales: np.ndarray, rng: np.random.Generator) -> Iterator[Record]:
    n = len(orders.who)
    at = clock.utc(orders.second)
    category, quantity = rng.choice(6, n, p=CATEGORY_SHARES), rng.integers(1, 4, n)
    factor, refunded = rng.lognormal(0, 0.25, n), rng.random(n) < 0.05
    for i, (w, t) in enumerate(zip(orders.who.tolist(), at.tolist(), strict=True)):
        price = round(PRICES[category[i]] * float(factor[i]) * (0.6 if in_sales[i] else 1.0))
        q = int(quantity[i])
        total = f"{price * q / 100:.2f}"
        moment = datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        refund = ""
        if refunded[i]:
            later = datetime.fromtimestamp(t + 9 * 86400, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
            refund = f'{{"id":{90_000_000 + i},"processed_at":"{later}","transactions":[{{"kind":"refund","status":"success","amount":"{total}"}}],"refund_line_items":[{{"quantity":{q}}}]}}'
        yield Record(
            t + (9 * 86400 + 60 if refund else 0),
            f'{{"id":{50_000_000 + i},"name":"#{i}","email":"{people.emails[w]}","created_at":"{moment}","processed_at":"{moment}",'
            f'"updated_at":"{moment}","currency":"EUR","financial_status":"{"refunded" if refund else "paid"}","test":false,'
            f'"subtotal_price":"{total}","total_price":"{total}","customer":{{"id":{people.numbers[w]}}},'
            f'"shipping_address":{{"country_code":"FR"}},"line_items":[{{"id":{70_000_000 + i},"product_id":{i % 400},'
            f'"title":"Article {i % 400}","product_type":"{CATEGORIES[category[i]]}","quantity":{q},"price":"{price / 100:.2f}","total_discount":"0.00"}}],'
            f'"refunds":[{refund}]}}',
        )  # fmt: skip


def spoil(text: str, how: int) -> tuple[str, str]:
    """A record as a broken sender would deliver it, and the reason family it must be refused for."""
    if how == 0:
        return text[: len(text) // 2], "json"
    if how == 1:
        return text + " garbage", "trailing"
    key = next(iter(json.loads(text)))
    return f'{{{json.dumps(key)}:"x",{text[1:]}', "dup_key"
