"""Days that the demo did not draw: a later day is the day a week before once more, times moved and ids made new, so that
nothing is a duplicate."""

import csv
import gzip
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

DAY = timedelta(days=1)
# The demo's newest day; its files end on the day before.
AS_OF = date(2026, 6, 1)
WEEK = timedelta(days=7)
NEW_IDS = {
    "sendgrid": ((r'"sg(\d)', r'"sg9\1'), (r'"sgm(\d)', r'"sgm9\1')),
    "mailgun": ((r'"mg(\d)', r'"mg9\1'), (r'"tmg(\d)', r'"tmg9\1')),
    "postmark": ((r"-5b1c-4f0a-", r"-5b1c-4f09-"),),
    "segment": ((r'"seg-(\d)', r'"seg-9\1'), (r'"s(\d+)"', r'"s9\1"')),
    "shopify": ((r'"(id|line_item_id)":(\d{8})\b', r'"\1":9\2'), (r'"#(\d)', r'"#9\1'), (r'mber":(\d)', r'mber":9\1')),
}


def lay_day(data: Path, day: date) -> None:
    """Files of one day more: mail, visits and orders, some of which are late; people changed, joined and withdrew."""
    for source, rules in NEW_IDS.items():
        lines = [moved(line, WEEK) for line in lines_of(data, source, day - WEEK)]
        # What happened before and is told only now; the first lines of a day are enough.
        lines += lines_of(data, source, day - WEEK - 5 * DAY)[:5]
        for pattern, new in rules:
            lines = [re.sub(pattern, new, line) for line in lines]
        if lines:
            path = data / source / f"{source}-{day}.json.gz"
            path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 1, mtime=0))
    lay_people(data / "crm", day)
    lay_consents(data / "consents", day)


def lines_of(data: Path, source: str, day: date) -> list[str]:
    path = data / source / f"{source}-{day}.json.gz"
    return gzip.decompress(path.read_bytes()).decode().splitlines() if path.exists() else []


def moved(line: str, by: timedelta) -> str:
    """A record's times, later by so much: dates of the year as text, and epoch seconds."""
    dates = re.sub(r"2026-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)", lambda m: str(date.fromisoformat(m[0]) + by), line)
    return re.sub(r"\b17[789]\d{7}\b", lambda m: str(int(m[0]) + int(by.total_seconds())), dates)


def lay_people(folder: Path, day: date) -> None:
    """Some change their town; some customer numbers turn up with another person's address, which joins two people."""
    rows = read_csv(folder / "crm-history.csv")
    start = 40 * (day - AS_OF).days + 40
    changed = [r | {"city": "Brest", "region": "Bretagne"} for r in rows[start : start + 10]]
    emails = [r["email"] for r in rows[start + 20 : start + 24]]
    joined = [r | {"email": e} for r, e in zip(rows[start + 10 : start + 14], emails, strict=True)]
    write_csv(folder / f"crm-{day}.csv", [r | {"updated_at": f"{day} 10:00:00"} for r in [*changed, *joined]])


def lay_consents(folder: Path, day: date) -> None:
    """Some who said yes say no, of every purpose, and the other way round."""
    rows = read_csv(folder / "consents-history.csv")
    start = 90 * (day - AS_OF).days + 90
    other = {"granted": "withdrawn", "withdrawn": "granted"}
    when = {"effective_at": f"{day} 11:00:00", "recorded_at": f"{day} 11:00:00", "proof": "call"}
    said = [r | when | {"value": other[r["value"]]} for r in rows[start : start + 60] if r["value"] in other]
    write_csv(folder / f"consents-{day}.csv", said)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
