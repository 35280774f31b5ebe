"""Days that are larger than usual: one person's million events, and 5,000 rules.

    python benchmarks/limit_days.py [--events 1000000] [--rules 5000] [person | rules ...]

Each makes a workspace of its own, runs a day by the command line, and adds its figures to ``results/limits.json``.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.limits import WORKSPACE, measured, record

SHOP = """
name: site
kind: mapped
path: ../data/*
format: csv
time_zone: UTC
received: {from: file_name}
records:
  - target: events
    identifier: {kind: email, value: email}
    columns: {event_type: kind, occurred_at: at, event_id: id}
"""
DAY, PERSON, PEOPLE = "2026-06-01", "busy@shop.example", 100
# Seconds between two events of the person with a million: some eleven months.
APART = 28
BEGIN = 1_748_736_000


def shop(folder: Path, events: int, rules: int) -> None:
    """A workspace of some people with one event each, and one person with many; rules over what all did."""
    for name in ("sources", "data", "segments"):
        (folder / name).mkdir(parents=True)
    (folder / "segspark.yaml").write_text(WORKSPACE + "segments: {rules: [segments/*.yaml], min_size: 1}\n")
    (folder / "sources" / "site.yaml").write_text(SHOP)
    with (folder / "data" / "visits-2026-05-30.csv").open("w") as file:
        file.write("email,kind,at,id\n")
        file.writelines(
            f"p{n}@shop.example,{'click' if n % 2 else 'page_view'},{_time(n * 86_400)},p{n}\n" for n in range(PEOPLE)
        )
        file.writelines(f"{PERSON},page_view,{_time(n * APART)},e{n}\n" for n in range(events))
    with (folder / "segments" / "rules.yaml").open("w") as file:
        file.write("segments:\n")
        for n in range(rules):
            name = f"rule_{n:05d}"
            when = f"n_visit_day_365d >= {n % 97} and days_since_visit < {7 + n // 97} or n_click_90d > {n % 11}"
            file.write(f"  - {{name: {name}, title: {{fr: {name}, en: {name}}}, when: '{when}'}}\n")


def _time(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(BEGIN + seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def one_person(folder: Path, events: int) -> dict[str, Any]:
    """A day of a person with so many events, and the person's explanation."""
    shop(folder, events, rules=3)
    day = measured(folder, "run", "daily", "--json", "--as-of", DAY)
    explained = measured(folder, "segments", "explain", PERSON, "--json")
    return {"events": events, "day": _short(day), "explain": _short(explained)}


def many_rules(folder: Path, rules: int) -> dict[str, Any]:
    """A day of so many rules, and their check."""
    shop(folder, events=100, rules=rules)
    checked = measured(folder, "segments", "check", "--json")
    day = measured(folder, "run", "daily", "--json", "--as-of", DAY)
    return {"rules": rules, "check": _short(checked), "day": _short(day)}


def _short(done: dict[str, Any]) -> dict[str, Any]:
    return {**done, "told": json.dumps(done["told"])[-400:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", default=["person", "rules"], choices=["person", "rules"])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="limits-") as scratch:
        for which in asked.which:
            at = Path(scratch) / which
            figures = one_person(at, asked.events) if which == "person" else many_rules(at, asked.rules)
            print(which, json.dumps(figures), flush=True)
            record(f"one_person_{asked.events}" if which == "person" else f"rules_{asked.rules}", figures)


if __name__ == "__main__":
    main()
