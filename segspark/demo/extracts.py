"""CSV extracts of the CRM and the consent register: naive French wall-clock times, realistic gaps and nonsense."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from segspark.demo.clock import Clock
from segspark.demo.consents import NEVER, Decisions
from segspark.demo.delivery import DAILY_FILES, Planted, file_label
from segspark.demo.people import FIRST_NAMES, LAST_NAMES, REGIONS, People

CRM_COLUMNS = (
    "customer_no", "email", "first_name", "last_name", "birth_date", "gender", "city", "postal_code", "country",
    "region", "language", "signup_at", "updated_at", "loyalty_card",
)  # fmt: skip
CONSENT_COLUMNS = (
    "email", "purpose", "topic", "value", "basis", "effective_at", "recorded_at", "expires_at", "proof",
)  # fmt: skip
GENDERS, GENDER_SHARES = ("F", "M", "X", ""), (0.68, 0.24, 0.02, 0.06)
NO_BIRTH_SHARE, ABSURD_BIRTH_SHARE, MOVED_SHARE = 0.05, 0.003, 0.05
ABSURD_BIRTHS = ("1890-01-01", "2031-07-14")
# Wall-clock times that exist twice, and that do not exist.
TWICE, NEVER_WAS = "2025-10-26 02:30:00", "2026-03-29 02:30:00"
Rows = dict[int, list[list[str]]]


def write_crm(
    folder: Path, people: People, clock: Clock, planted: Planted, rng: np.random.Generator
) -> tuple[list[Path], int]:
    """One row per person at sign-up, another for those who moved, and rows that must be refused."""
    n = len(people)
    births = _births(n, rng)
    planted.kinds["crm", "absurd_birth"] += sum(b in ABSURD_BIRTHS for b in births)
    region = rng.integers(0, len(REGIONS), (n, 2)).tolist()
    gender = rng.choice(len(GENDERS), n, p=GENDER_SHARES).tolist()
    has_card = (rng.random(n) < 0.3).tolist()
    moved = np.flatnonzero(rng.random(n) < MOVED_SHARE).tolist()
    moved_day = rng.integers(0, clock.n_days, len(moved)).tolist()
    rows: Rows = {}

    def row(i: int, day: int, updated: str, nth: int) -> list[str]:
        place = REGIONS[region[i][nth]]
        cells = [
            people.numbers[i], people.emails[i], FIRST_NAMES[people.first_name[i]], LAST_NAMES[people.last_name[i]],
            births[i], GENDERS[gender[i]], place[1], place[2], "FR", place[0], "fr", signup(people, clock, i), updated,
            "or" if has_card[i] else "",
        ]  # fmt: skip
        rows.setdefault(day, []).append(cells)
        return cells

    for i in range(n):
        first = row(i, int(people.joined_day[i]), signup(people, clock, i), 0)
        for nth, (name, reason, spoiled) in enumerate(_refused(first)):
            if i % 2003 == 7 + nth:
                rows[int(people.joined_day[i])].append(spoiled)
                planted.kinds["crm", name] += 1
                planted.refused["crm", reason] += 1
        if i % 997 == 3:
            rows[int(people.joined_day[i])].append(first)
            planted.kinds["crm", "replay"] += 1
    for nth, (i, day) in enumerate(zip(moved, moved_day, strict=True)):
        if day > people.joined_day[i]:
            row(i, day, f"{clock.date(day)} {9 + nth % 9:02d}:{nth % 60:02d}:00", 1)
    return _write(folder, "crm", CRM_COLUMNS, rows, clock)


def _refused(row: list[str]) -> list[tuple[str, str, list[str]]]:
    """Rows as in a careless export: name, family of the reason, cells."""
    french, short, no_at = row.copy(), row[:-3], row.copy()
    french[4] = "31/12/1980"
    no_at[1] = row[1].replace("@", " chez ")
    return [
        ("french_date", "time_format", french),
        ("cells_missing", "columns", short),
        ("no_at_sign", "address", no_at),
    ]


def _births(n: int, rng: np.random.Generator) -> list[str]:
    start = date(1945, 1, 1)
    dates = [(start + timedelta(days=d)).isoformat() for d in rng.integers(0, 62 * 365, n).tolist()]
    fate = rng.random(n)
    for i in np.flatnonzero(fate < NO_BIRTH_SHARE):
        dates[i] = ""
    for i in np.flatnonzero(fate > 1 - ABSURD_BIRTH_SHARE):
        dates[i] = ABSURD_BIRTHS[i % 2]
    return dates


def signup(people: People, clock: Clock, i: int) -> str:
    """Local wall-clock time of sign-up, without an offset."""
    return f"{clock.date(int(people.joined_day[i]))} {8 + i % 12:02d}:{i % 60:02d}:00"


def write_consents(
    folder: Path, people: People, decisions: dict[str, Decisions], clock: Clock, planted: Planted
) -> tuple[list[Path], int]:
    """Every decision at sign-up, withdrawals, and permissions given again."""
    rows: Rows = {}
    for purpose, decided in decisions.items():
        columns = (decided.is_granted, decided.withdrawn_day, decided.again_day, decided.expires_day)
        for i, (granted, withdrawn, again, expires) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            until = f"{clock.date(expires)} 00:00:00" if expires < NEVER else ""
            value = "granted" if granted else "withdrawn"
            first = [
                people.emails[i],
                purpose,
                "",
                value,
                "consent",
                *[signup(people, clock, i)] * 2,
                until,
                f"form-{i}",
            ]
            rows.setdefault(int(people.joined_day[i]), []).append(first)
            changes = [("withdrawn", withdrawn, "unsubscribe page"), ("granted", again, "preference page")]
            for word, day, proof in changes:
                if day < NEVER:
                    at = _at_noon_or_odd(clock, day)
                    planted.kinds["consents", "hour_twice"] += at == TWICE
                    planted.kinds["consents", "hour_never"] += at == NEVER_WAS
                    change = [people.emails[i], purpose, "", word, "consent", at, at, "", f"{proof} {i}"]
                    rows.setdefault(day, []).append(change)
            planted.kinds["consents", "withdrawal"] += withdrawn < NEVER
            planted.kinds["consents", "given_again"] += again < NEVER
            planted.kinds["consents", "expiry"] += expires < clock.n_days
    return _write(folder, "consents", CONSENT_COLUMNS, rows, clock)


def _at_noon_or_odd(clock: Clock, day: int) -> str:
    """Decisions are at noon, but on days of clock changes in the odd hour."""
    text = clock.date(day).isoformat()
    return next((odd for odd in (TWICE, NEVER_WAS) if odd.startswith(text)), f"{text} 12:00:00")


def _write(folder: Path, name: str, columns: tuple[str, ...], rows: Rows, clock: Clock) -> tuple[list[Path], int]:
    """Write one file with the history, then one per day for the last days."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[list[str]]] = {}
    for day, its in sorted(rows.items()):
        label = file_label(day, clock) if day >= clock.n_days - DAILY_FILES else "history"
        files.setdefault(label, []).extend(its)
    for label, its in files.items():
        with (folder / f"{name}-{label}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            writer.writerows(its)
    return [folder / f"{name}-{label}.csv" for label in files], sum(map(len, files.values()))
