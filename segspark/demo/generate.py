"""The demo shop on disk: providers' files, CRM and consent extracts, the workspace, and the ground truth."""

import shutil
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import numpy as np

from segspark.demo import N_PEOPLE, N_RECORDS, defects
from segspark.demo.behaviour import sales_periods
from segspark.demo.budget import plan
from segspark.demo.clock import Clock
from segspark.demo.consents import draw_decisions
from segspark.demo.delivery import Feed, Planted, write_source
from segspark.demo.esp import mailgun, postmark, sendgrid
from segspark.demo.extracts import write_consents, write_crm
from segspark.demo.journeys import draw_journeys
from segspark.demo.mails import draw_mails
from segspark.demo.people import draw_people
from segspark.demo.shop import shopify
from segspark.demo.truth import write_truth
from segspark.demo.web import segment
from segspark.time import DAY_SECONDS

AS_OF = date(2026, 6, 1)


@dataclass(frozen=True)
class Summary:
    """What was written: the data files, records by source, planted oddities by ``source:kind``."""

    folder: Path
    files: tuple[Path, ...]
    records: dict[str, int]
    planted: dict[str, int]


def generate(
    folder: Path,
    *,
    people: int = N_PEOPLE,
    events: int = N_RECORDS,
    months: int = 25,
    as_of: date = AS_OF,
    seed: int = 7,
) -> Summary:
    """Draw the shop and write it below ``folder``: ``data/``, ``truth/`` and the workspace's YAML files.

    Args:
        folder: created if missing; files of the same names are overwritten.
        people: people on the list.
        events: approximate number of records of all providers together.
        months: history before as_of.
        as_of: first local day that is not delivered.
        seed: the same seed writes the same bytes.

    Returns:
        Counts; ``truth/planted.json`` holds them too, with how many records must be refused by reason, and
        ``truth/people.parquet`` each person's hidden type.
    """
    rng = np.random.default_rng(seed)
    first = _months_before(as_of, months)
    clock = Clock(first, (as_of - first).days)
    crowd = draw_people(people, clock.n_days, rng)
    budget = plan(crowd, events, clock.n_days)
    decisions = draw_decisions(crowd, clock.n_days, rng)
    mails = draw_mails(crowd, decisions, budget.mail_weeks, clock, rng)
    acts = draw_journeys(crowd, mails, first, clock.n_days, budget, rng)
    orders, campaigns, in_sales = acts.orders, mails.campaigns, _in_sales(acts.orders.second, clock)
    feeds = (
        Feed("sendgrid", sendgrid(mails, crowd), defects.OF_SENDGRID, in_arrays=True),
        Feed("mailgun", mailgun(mails, crowd), defects.OF_MAILGUN),
        Feed("postmark", postmark(mails, crowd), defects.OF_POSTMARK),
        Feed("segment", segment(acts.visits, campaigns, crowd, clock, rng), defects.OF_SEGMENT),
        Feed("shopify", shopify(orders, campaigns, crowd, clock, in_sales, rng), defects.OF_SHOPIFY),
    )
    planted, data = Planted(), folder / "data"
    written = {feed.name: write_source(data / feed.name, feed, clock, planted) for feed in feeds}
    written["crm"] = write_crm(data / "crm", crowd, clock, planted, rng)
    written["consents"] = write_consents(data / "consents", crowd, decisions, clock, planted)
    write_truth(folder / "truth", crowd, orders, clock, planted)
    copy_workspace(folder)
    return Summary(
        folder,
        files=tuple(path for paths, _ in written.values() for path in paths),
        records={name: n for name, (_, n) in written.items()},
        planted={f"{source}:{kind}": n for (source, kind), n in sorted(planted.kinds.items()) if n},
    )


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _in_sales(second: np.ndarray, clock: Clock) -> np.ndarray:
    day = second // DAY_SECONDS
    inside = np.zeros(len(day), dtype=bool)
    for start, end in sales_periods(clock.first, clock.date(clock.n_days)):
        inside |= (day >= (start - clock.first).days) & (day <= (end - clock.first).days)
    return inside


def copy_workspace(folder: Path) -> None:
    """The demo's YAML files, without its data."""
    with resources.as_file(resources.files("segspark.demo") / "workspace") as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
