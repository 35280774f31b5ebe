"""The demo shop on disk: providers' files, CRM and consent extracts, the workspace, and the truth beside."""

import csv
import gzip
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segspark.demo.behaviour import draw_behaviour, sales_periods
from segspark.demo.people import FIRST_NAMES, LAST_NAMES, REGIONS, TYPES, People, birth_dates, draw_people
from segspark.demo.records import PARIS, Clock, Record, draw_mails, mailgun, postmark, segment, sendgrid, shopify, spoil

AS_OF = date(2026, 6, 1)
# The last days come as one file a day, the history before as one a month.
DAILY_FILES = 14


@dataclass(frozen=True)
class Summary:
    """What was written: records by source, planted defects by kind."""

    folder: Path
    records: dict[str, int]
    planted: dict[str, int]


def generate(
    folder: Path, *, people: int = 50_000, events: int = 1_000_000, months: int = 25, as_of: date = AS_OF, seed: int = 7
) -> Summary:
    """Draw the shop and write it below ``folder``.

    Args:
        people: people on the list.
        events: about so many records of all providers together.
        months: history before as_of.

    Returns:
        Counts; ``truth/`` holds them too, with each person's hidden type.
    """
    rng = np.random.default_rng(seed)
    first = _months_before(as_of, months)
    n_days = (as_of - first).days
    crowd = draw_people(people, n_days, rng)
    behaviour = draw_behaviour(crowd, first, n_days, events, rng)
    clock = Clock(first, n_days)
    mail = draw_mails(crowd, behaviour, clock, rng)
    in_sales = _in_sales(behaviour.orders.second, first, as_of)
    planted: Counter[str] = Counter()
    sources: dict[str, Iterable[Record]] = {
        "sendgrid": sendgrid(mail, crowd),
        "mailgun": mailgun(mail, crowd),
        "postmark": postmark(mail, crowd),
        "segment": segment(behaviour.sessions, crowd, clock, rng),
        "shopify": shopify(behaviour.orders, crowd, clock, in_sales, rng),
    }
    counts = {
        name: _write_source(folder / "data" / name, name, its, as_of, rng, planted) for name, its in sources.items()
    }
    counts["crm"] = _write_crm(folder / "data" / "crm", crowd, first, as_of, rng, planted)
    counts["consents"] = _write_consents(folder / "data" / "consents", crowd, first, as_of, rng)
    _write_truth(folder / "truth", crowd, planted)
    _copy_workspace(folder)
    return Summary(folder, counts, dict(planted))


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _in_sales(second: np.ndarray, first: date, last: date) -> np.ndarray:
    day = second // 86400
    inside = np.zeros(len(day), dtype=bool)
    for start, end in sales_periods(first, last):
        inside |= (day >= (start - first).days) & (day <= (end - first).days)
    return inside


def _write_source(
    folder: Path, name: str, records: Iterable[Record], as_of: date, rng: np.random.Generator, planted: Counter[str]
) -> int:
    """Records to files by month and day; what had not happened by as_of is left out; defects are planted."""
    end = int(datetime(as_of.year, as_of.month, as_of.day, tzinfo=PARIS).timestamp())
    recent = end - DAILY_FILES * 86400
    files: dict[str, list[str]] = {}
    for n, record in enumerate(records):
        if record.at >= end:
            continue
        moment = datetime.fromtimestamp(record.at, UTC)
        day = f"{moment:%Y-%m-%d}" if record.at >= recent else f"{moment:%Y-%m}"
        lines = files.setdefault(day, [])
        lines.append(record.text)
        if n % 331 == 7:
            lines.append(record.text)
            planted[f"{name}:replay"] += 1
        elif n % 997 == 11:
            spoiled, reason = spoil(record.text, n // 997 % 3)
            lines.append(spoiled)
            planted[f"{name}:{reason}"] += 1
        elif name == "segment" and n % 1499 == 3:
            lines.append(_late(record, n, 3 + n % 18))
            planted["segment:late"] += 1
        elif name == "sendgrid" and n % 2503 == 5:
            lines.append(_in_milliseconds(record, n))
            planted["sendgrid:time_unit"] += 1
        elif name == "shopify" and n % 1201 == 9:
            lines.append(_with_comma(record.text, n))
            planted["shopify:locale_decimal"] += 1
        elif name == "mailgun" and n % 1801 == 13:
            lines.append(record.text.replace('"event-data":{', '"event-data":{"flags":{"is-test-mode":true},').replace('"id":"', '"id":"test-'))
            planted["mailgun:test_mode"] += 1
    folder.mkdir(parents=True, exist_ok=True)
    for day, lines in sorted(files.items()):
        text = "\n".join(lines) + "\n"
        if name == "sendgrid":
            # As the webhook delivers them: arrays of events; a broken text travels alone.
            text = "\n".join(_batches(lines)) + "\n"
        with gzip.open(folder / f"{name}-{day}.json.gz", "wt", encoding="utf-8", compresslevel=1) as out:
            out.write(text)
    return sum(map(len, files.values()))


def _batches(lines: list[str]) -> list[str]:
    good, out = [], []
    for line in lines:
        if line.endswith("}") and line.count('"email"') == 1 and line.count("{") == line.count("}"):
            good.append(line)
        else:
            out.append(line)
    return [f"[{','.join(good[i : i + 50])}]" for i in range(0, len(good), 50)] + out


def _late(record: Record, n: int, days: int) -> str:
    said = json.loads(record.text)
    said["messageId"] = f"late-{n}"
    received = datetime.fromtimestamp(record.at + days * 86400, UTC)
    said["receivedAt"] = f"{received:%Y-%m-%dT%H:%M:%S}.000Z"
    return json.dumps(said, separators=(",", ":"))


def _in_milliseconds(record: Record, n: int) -> str:
    said = json.loads(record.text)
    said["timestamp"], said["sg_event_id"] = said["timestamp"] * 1000, f"ms-{n}"
    return json.dumps(said, separators=(",", ":"))


def _with_comma(text: str, n: int) -> str:
    said = json.loads(text)
    said["id"], said["subtotal_price"] = 40_000_000 + n, said["subtotal_price"].replace(".", ",")
    return json.dumps(said, separators=(",", ":"))


def _write_crm(
    folder: Path, crowd: People, first: date, as_of: date, rng: np.random.Generator, planted: Counter[str]
) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    n = len(crowd)
    births, region = birth_dates(n, rng), rng.integers(0, len(REGIONS), n)
    gender, a, b = rng.choice(4, n, p=[0.68, 0.24, 0.02, 0.06]), rng.integers(0, 12, n), rng.integers(0, 10, n)
    card = rng.random(n) < 0.3
    header = "customer_no,email,first_name,last_name,birth_date,gender,city,postal_code,country,region,language,signup_at,updated_at,loyalty_card"
    with (folder / "crm-history.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header.split(","))
        for i in range(n):
            place = REGIONS[region[i]]
            signed = _signup(crowd, first, i)
            writer.writerow(
                [crowd.numbers[i], crowd.emails[i], FIRST_NAMES[a[i]], LAST_NAMES[b[i]], births[i],
                 ("F", "M", "X", "")[gender[i]], place[1], place[2], "FR", place[0], "fr", signed, signed,
                 "or" if card[i] else ""]
            )  # fmt: skip
        for i in range(0, n, 2003):
            signed = _signup(crowd, first, i)
            writer.writerow([crowd.numbers[i], crowd.emails[i], "x", "x", "31/12/1980", "F", "", "", "FR", "", "fr", signed, signed, ""])
            planted["crm:time_format"] += 1
    planted["crm:absurd_birth"] += sum(d.startswith(("1890", "2031")) for d in births)
    return n + planted["crm:time_format"]


def _signup(crowd: People, first: date, i: int) -> str:
    """Local wall-clock time, naive, as CRMs write it."""
    day = first + timedelta(days=int(crowd.joined_day[i]))
    return f"{day.isoformat()} {8 + i % 12:02d}:{i % 60:02d}:00"


def _write_consents(folder: Path, crowd: People, first: date, as_of: date, rng: np.random.Generator) -> int:
    """Decisions at sign-up, some withdrawn or given again later, some that expire."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    n_days = (as_of - first).days
    changes = rng.random((len(crowd), 3))
    for i in range(len(crowd)):
        signed = _signup(crowd, first, i)
        for p, (purpose, may) in enumerate(
            (("email_marketing", crowd.may_mail), ("open_tracking", crowd.may_open), ("profiling", crowd.may_profile))
        ):
            value = "granted" if may[i] else "withdrawn"
            expires = "2027-12-31 00:00:00" if value == "granted" and changes[i, p] > 0.97 else ""
            rows.append([crowd.emails[i], purpose, "", value, "consent", signed, signed, expires, f"form-{i}"])
            if may[i] and changes[i, p] < 0.02:
                start = max(int(crowd.joined_day[i]) + 1, 1)
                day = first + timedelta(days=int(min(start + changes[i, p] * 50 * (n_days - start), n_days - 2)))
                at = f"{day.isoformat()} 12:00:00"
                rows.append([crowd.emails[i], purpose, "", "withdrawn", "consent", at, at, "", f"page-{i}"])
    with (folder / "consents-history.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow("email,purpose,topic,value,basis,effective_at,recorded_at,expires_at,proof".split(","))
        writer.writerows(rows)
    return len(rows)


def _write_truth(folder: Path, crowd: People, planted: Counter[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table(
        {"email": crowd.emails, "customer_no": crowd.numbers, "type": [TYPES[t] for t in crowd.type.tolist()]}
    )
    pq.write_table(table, folder / "people.parquet")
    (folder / "planted.json").write_text(json.dumps(dict(sorted(planted.items())), indent=2) + "\n")


def _copy_workspace(folder: Path) -> None:
    with resources.as_file(resources.files("segspark.demo") / "workspace") as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
