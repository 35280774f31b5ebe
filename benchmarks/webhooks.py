"""Seeded SendGrid events as webhooks deliver them: a JSON array per call, some hundred calls a file.

The first events of a mail are all sent and delivered; opens and clicks follow. A person's share of the mails is
Zipf-like. Field names and lengths are those of the provider's documentation.
"""

import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import orjson

SEED = 11
AS_OF = date(2026, 6, 1)
DAYS = 30
EVENTS_PER_CALL = 500
FILES_PER_DAY = 4
# Word, its share, seconds after the mail was handed over.
WORDS = (("processed", 0.3, 0), ("delivered", 0.29, 4), ("open", 0.34, 3_600), ("click", 0.03, 4_000), ("bounce", 0.02, 6),
         ("deferred", 0.018, 5), ("unsubscribe", 0.0015, 5_000), ("spamreport", 0.0005, 6_000))  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
)
DOMAINS = ("gmail.com", "orange.fr", "hotmail.fr", "free.fr", "yahoo.fr", "laposte.net", "exemple.fr")
MIDNIGHT = 1_777_672_800  # 2 May 2026 in Paris, the first of the days


def write_webhooks(folder: Path, events: int, *, zipped: bool = False) -> list[Path]:
    """So many events in files of the days before AS_OF, named by their day; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    n_files = max(1, min(DAYS * FILES_PER_DAY, events // EVENTS_PER_CALL))
    people = max(100, events // 40)
    weights = np.cumsum(1 / np.arange(1, people + 1) ** 0.7)
    paths, first = [], 0
    for number in range(n_files):
        n = events * (number + 1) // n_files - first
        day, part = divmod(number * DAYS * FILES_PER_DAY // n_files, FILES_PER_DAY)
        who = np.searchsorted(weights, rng.random(n) * weights[-1])
        words = rng.choice(len(WORDS), n, p=[share for _, share, _ in WORDS])
        seconds = np.sort(rng.integers(0, 20_000, n)) + MIDNIGHT + day * 86_400 + part * 20_000
        path = folder / f"events-{AS_OF - timedelta(DAYS - day)}-{part}.json{'.gz' if zipped else ''}"
        rows = _events(first, who.tolist(), words.tolist(), seconds.tolist())
        with gzip.open(path, "wb", 6) if zipped else path.open("wb") as out:
            for call in _calls(rows):
                out.write(call)
        paths.append(path)
        first += n
    return paths


def _calls(rows: Iterator[dict[str, object]]) -> Iterator[bytes]:
    call = []
    for row in rows:
        call.append(row)
        if len(call) == EVENTS_PER_CALL:
            yield orjson.dumps(call) + b"\n"
            call = []
    if call:
        yield orjson.dumps(call) + b"\n"


def _events(first: int, who: list[int], words: list[int], seconds: list[int]) -> Iterator[dict[str, object]]:
    for at, (person, word, second) in enumerate(zip(who, words, seconds, strict=True), first):
        name, _, delay = WORDS[word]
        event: dict[str, object] = {
            "email": f"personne.{person}@{DOMAINS[person % len(DOMAINS)]}",
            "timestamp": second + delay,
            "smtp-id": f"<{at:016x}@ismtpd-canary>",
            "event": name,
            "category": ["newsletter", f"week-{second // 604_800}"],
            "sg_event_id": f"ev{at:020x}",
            "sg_message_id": f"{at // 3:022x}.recvd-canary-{person % 97}-1",
        }
        if name in ("open", "click"):
            event |= {"useragent": AGENTS[person % len(AGENTS)], "ip": f"203.0.113.{person % 256}"}
            event["sg_machine_open"] = person % len(AGENTS) == 0
        if name == "click":
            event |= {"url": f"https://shop.example/p/{person % 400}?utm_source=newsletter", "url_offset": {"index": 0}}
        if name == "bounce":
            event |= {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 The account does not exist"}
        if name in ("delivered", "deferred"):
            event |= {"response": "250 2.0.0 OK 1778400000 a1b2c3", "tls": 1}
        yield event
