"""Runs within the day: provisional, replaced by the nightly one, and without a trace in what is published."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from builders import MAILS
from lakes import FIRST_DAY, Lakes

from segspark.app import run as start
from segspark.app.run import daily, hourly
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import runs_of
from segspark.pipeline.view import look
from segspark.query.look import LOOK
from segspark.segments.lookup import is_provisional_day, previous_day
from segspark.tables.contracts import gold, ops, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
CRM = """
name: crm
kind: mapped
path: ../data/crm-*.csv
format: csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: profiles
    identifier: {kind: email, value: email}
    links: [{kind: customer, value: customer, rule: crm}]
    columns: {valid_from: at, recorded_at: at, country: country}
"""
# Another sender of mails, who delivers from the second day on.
LETTERS = MAILS.replace("mails", "letters")
HEADERS = {"orders": "id,email,at,total", "letters": "id,email,type,at", "crm": "email,customer,at,country"}
NEW = ("pia", "tom", "sue", "lea")


def deliver(workspace: Workspace, name: str, rows: Sequence[str]) -> None:
    (workspace.folder / "data" / f"{name}.csv").write_text("\n".join([HEADERS[name.split("-")[0]], *rows]) + "\n")


def rows_of(lake: Lake, contract: Contract, day: date | None = None, but: Sequence[str] = ("run_id",)) -> list[Any]:
    filters = [(contract.partition_by[0], "=", day)] if day else None
    rows = lake.read_small(contract, filters=filters).to_pylist()
    return sorted(({k: v for k, v in r.items() if k not in but} for r in rows), key=str)


def owners(lake: Lake) -> dict[str, str]:
    links = lake.read_small(silver.IDENTITY_LINKS).to_pylist()
    return {r["identifier_id"]: r["person_id"] for r in sorted(links, key=lambda r: (r["known_as_of"], r["step"]))}


@pytest.fixture(scope="module")
def first_day(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """3 May is published, and two sources are new."""
    made, lake = lakes.copy(FIRST_DAY, tmp_path_factory.mktemp("hourly") / "w")
    (made.folder / "sources" / "crm.yaml").write_text(CRM)
    (made.folder / "sources" / "letters.yaml").write_text(LETTERS)
    segments = made.segments.model_copy(update={"schemes": ("levels", "rules")})
    return made.model_copy(update={"segments": segments}), lake


@pytest.fixture(scope="module")
def workspace(first_day: tuple[Workspace, SparkLake]) -> Workspace:
    return first_day[0]


def short(run: Callable[..., Any], *arguments: Any) -> None:
    """A run as far as the features."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(start, "HOURLY", start.HOURLY[:3])
        patched.setattr(start, "DAILY", start.DAILY[:3])
        run(*arguments, Quiet())


@pytest.fixture(scope="module")
def seen(first_day: tuple[Workspace, SparkLake]) -> dict[str, Any]:
    """What stood there after each run: twice within the day for 4 May, then 4 May; and so on."""
    workspace, lake = first_day
    found: dict[str, Any] = {"lake": lake, "view": look(LOOK, workspace, lake)}
    deliver(workspace, "orders-2026-05-03",
            ["3,bob@example.com,2026-05-03 09:00:00,200.00", "4,eve@example.com,2026-05-03 09:30:00,5.00"])  # fmt: skip
    deliver(workspace, "letters-2026-05-03", [f"m{n},{n}@example.com,click,2026-05-03 10:00:00" for n in NEW])
    short(hourly, workspace, lake, MAY[4])
    found["first"] = rows_of(lake, gold.FEATURES, MAY[4])
    # Of the second load of a source, within the day of its first, nothing is too late either.
    deliver(workspace, "letters-2026-05-03-b", ["m9,ann@example.com,click,2026-01-03 10:00:00"])
    deliver(workspace, "crm-2026-05-03", [f"{n}@example.com,c-{n},2026-05-03 12:00:00,FR" for n in NEW])
    deliver(workspace, "orders-2026-05-03-b", ["5,eve@example.com,2026-05-02 20:00:00,7.00"])
    hourly(workspace, lake, MAY[4], Quiet())
    found["published"] = runs_of(lake).published_days()
    found["before"] = previous_day(found["view"], MAY[5])
    tables = (
        gold.SEGMENTS,
        gold.FEATURES,
        gold.SEGMENT_CHANGES,
        gold.SEGMENT_PROFILES,
        ops.SEGMENT_PROFILES,
        gold.SCORES,
    )
    found["second"] = {c.name: rows_of(lake, c, MAY[4]) for c in tables}
    daily(workspace, lake, MAY[4], Quiet())
    found["nightly"] = {c.name: rows_of(lake, c, MAY[4]) for c in tables}
    deliver(workspace, "orders-2026-05-04", ["6,ann@example.com,2026-05-04 09:00:00,10.00"])
    short(hourly, workspace, lake, MAY[5])
    # The nightly run of 5 May never comes, and the evening's order only with the next one.
    deliver(workspace, "orders-2026-05-04-b", ["7,ann@example.com,2026-05-04 21:00:00,1.00"])
    short(daily, workspace, lake, MAY[6])
    return found


@pytest.fixture(scope="module")
def plain(lakes: Lakes, workspace: Workspace, seen: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same files without a run within the day, or any run before all of them have arrived."""
    other, lake = lakes.copy(FIRST_DAY, tmp_path_factory.mktemp("plain") / "w")
    other = workspace.model_copy(update={"lake": other.lake})
    for flow, day in ((INGEST, 6), (TILES, 6), (FEATURES, 4), (FEATURES, 6)):
        run_flow(flow, other, lake, MAY[day])
    return lake


def test_a_run_within_the_day_takes_in_what_is_new_is_marked_and_publishes_nothing(seen: dict[str, Any]) -> None:
    spent = [
        sorted(r["order_cents_lifetime"] for r in rows) for rows in (seen["first"], seen["second"]["gold.features"])
    ]
    # On 3 May bob ordered for 200 and eve for 5; in the evening it was learnt that she had ordered for 7 the day before.
    assert spent == [
        [*[0] * 2, *[1000] * 5, 1600 + 500, 2700, 9900 + 20000],
        [*[0] * 6, *[1000] * 5, 2700, 1600 + 500 + 700, 9900 + 20000],
    ]
    assert {r["is_provisional"] for r in seen["second"]["gold.segments"]} == {True}
    assert seen["published"] == [MAY[3]]


def test_the_nightly_run_over_the_same_files_gives_the_same_rows_but_the_mark(seen: dict[str, Any]) -> None:
    mark = {"is_provisional": False}
    told = {n: [{**r, **mark} if n == "gold.segments" else r for r in rows] for n, rows in seen["second"].items()}
    assert told == seen["nightly"]
    assert not is_provisional_day(seen["view"], MAY[4])


def test_nothing_that_is_kept_tells_of_runs_within_the_day(seen: dict[str, Any], plain: Lake) -> None:
    lake = seen["lake"]
    for contract in (silver.EVENTS, silver.ORDERS, silver.PROFILES, gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS):
        assert rows_of(lake, contract) == rows_of(plain, contract), contract.name
    assert owners(lake) == owners(plain)
    assert {o for i, o in owners(lake).items() if i != o}, "nobody was joined"
    for day in (MAY[3], MAY[4], MAY[6]):
        assert rows_of(lake, gold.FEATURES, day) == rows_of(plain, gold.FEATURES, day), day
    corrected = {(r["activity_date"], r["applied_as_of"]) for r in rows_of(lake, gold.ACTIVITY_CORRECTIONS)}
    assert (MAY[2], MAY[4]) in corrected


def test_changes_are_told_against_a_day_that_stays(seen: dict[str, Any]) -> None:
    assert seen["before"] == MAY[3]
    assert previous_day(seen["view"], MAY[5]) == MAY[4]
    assert {r["previous_date"] for r in seen["second"]["gold.segment_changes"]} == {MAY[3]}


def test_a_run_within_the_day_carries_on_the_published_day_before(seen: dict[str, Any], workspace: Workspace) -> None:
    lake = seen["lake"]
    with pytest.raises(GateClosed, match=r"2026-05-06 is published.*The next day is 2026-05-07"):
        hourly(workspace, lake, MAY[6], Quiet())
    with pytest.raises(GateClosed, match=r"2026-05-08 is not published.*run daily --as-of 2026-05-08"):
        hourly(workspace, lake, MAY[9], Quiet())
