"""Opens and clicks of addresses that nothing introduces, and what becomes of them when something does."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from builders import SEGSPARK, make_workspace, rows_of, write_mails, write_orders
from lakes import Lakes, Moment
from pyspark.sql import SparkSession

from segspark.app.run import daily
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.features.flow import FEATURES_BACKFILL
from segspark.ingest.flow import INGEST
from segspark.pipeline.flow import Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.tables.contracts import gold, privacy, silver
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
FORGED = tuple(f"invented{n}@example.com" for n in range(100))
MET = FORGED[:10]


def begin(folder: Path) -> object:
    make_workspace(folder)
    text = SEGSPARK.replace("[profiling, email_marketing]", "[profiling, email_marketing, open_tracking]")
    (folder / "segspark.yaml").write_text(text)
    return open_workspace(folder, {})


def be_attacked(workspace: Workspace, lake: SparkLake) -> None:
    """Ann and bob order; opens of a hundred invented addresses come, a click and a complaint of some of them."""
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "10.00"),
                 ("2", "bob@example.com", "2026-05-02 11:00:00", "20.00"))  # fmt: skip
    write_mails(
        workspace, MAY[2], *[(f"o{n}", who, "open", "2026-05-02 12:00:00") for n, who in enumerate(FORGED)],
        *[(f"c{n}", who, "click", "2026-05-02 12:01:00") for n, who in enumerate(MET)],
        ("x", MET[0], "complaint", "2026-05-02 13:00:00"), ("a", "ann@example.com", "open", "2026-05-02 14:00:00"),
    )  # fmt: skip
    daily(workspace, lake, MAY[3], Quiet())


def be_introduced(workspace: Workspace, lake: SparkLake) -> None:
    """Mails are delivered to ten of them, and one click comes on the same day."""
    write_mails(
        workspace, MAY[3], *[(f"d{n}", who, "delivered", "2026-05-03 09:00:00") for n, who in enumerate(MET)],
        ("c", MET[1], "click", "2026-05-03 10:00:00"),
    )  # fmt: skip
    daily(workspace, lake, MAY[4], Quiet())


ATTACKED = Moment("attacked", None, be_attacked, begin)
INTRODUCED = Moment("introduced", ATTACKED, be_introduced)


@pytest.fixture(scope="module")
def attacked(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    return lakes.copy(ATTACKED, tmp_path_factory.mktemp("attacked") / "w")


@pytest.fixture(scope="module")
def introduced(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    return lakes.copy(INTRODUCED, tmp_path_factory.mktemp("introduced") / "w")


def pseudonyms(workspace: Workspace, *addresses: str) -> list[str]:
    made = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file, create=False))
    return [str(made.identifier_id("email", address)) for address in addresses]


def people(lake: SparkLake, day: date) -> set[str]:
    return {r["person_id"] for r in rows_of(lake, gold.FEATURES, day)}


def test_invented_addresses_make_no_person_no_vault_entry_no_tile_and_no_score(
    attacked: tuple[Workspace, SparkLake],
) -> None:
    workspace, lake = attacked
    known = set(pseudonyms(workspace, "ann@example.com", "bob@example.com"))
    forged = set(pseudonyms(workspace, *FORGED))
    assert {r["identifier_id"] for r in rows_of(lake, privacy.IDENTITIES)} == known
    assert {r["identifier_id"] for r in rows_of(lake, silver.IDENTITY_LINKS)} == known
    for table in (gold.FEATURES, gold.SCORES, gold.SEGMENTS):
        assert {r["person_id"] for r in rows_of(lake, table)} == known, table.name
    assert {r["person_id"] for r in rows_of(lake, gold.ACTIVITY_DAILY)} <= known
    # Their records are accepted all the same, under their pseudonyms.
    assert forged <= {r["identifier_id"] for r in rows_of(lake, silver.EVENTS)}
    assert {r["identifier_id"] for r in rows_of(lake, silver.UNINTRODUCED)} == forged


def test_a_delivery_introduces_and_what_came_before_counts_from_then_on(
    introduced: tuple[Workspace, SparkLake],
) -> None:
    workspace, lake = introduced
    met = pseudonyms(workspace, *MET)
    known = {*pseudonyms(workspace, "ann@example.com", "bob@example.com"), *met}
    assert {r["identifier_id"] for r in rows_of(lake, privacy.IDENTITIES)} == known == people(lake, MAY[4])
    assert not people(lake, MAY[3]) & set(met)
    of_day = {r["person_id"]: r for r in rows_of(lake, gold.FEATURES, MAY[4])}
    clicks = {who: of_day[who]["n_click_30d"] for who in met}
    assert clicks == {who: 2 if who == met[1] else 1 for who in met}
    assert {of_day[who]["n_delivered_30d"] for who in met} == {1}
    late = [r for r in rows_of(lake, gold.ACTIVITY_CORRECTIONS) if r["person_id"] in met]
    assert {(r["activity_date"], r["applied_as_of"], r["reason"]) for r in late} == {(MAY[2], MAY[4], "late")}
    assert {r["person_id"] for r in late} == set(met)


def test_a_complaint_holds_also_where_it_came_before_the_introduction(
    introduced: tuple[Workspace, SparkLake],
) -> None:
    workspace, lake = introduced
    who = pseudonyms(workspace, MET[0])[0]
    reasons = {r["person_id"]: r["not_contactable_reason"] for r in rows_of(lake, gold.SEGMENTS, MAY[4])}
    assert reasons[who] == "complained"


def test_days_computed_again_from_the_beginning_are_the_days_carried_on(
    introduced: tuple[Workspace, SparkLake],
) -> None:
    workspace, lake = introduced
    carried = {day: rows_of(lake, gold.FEATURES, day) for day in (MAY[3], MAY[4])}
    run_flow(FEATURES_BACKFILL, workspace, lake, MAY[4], request=Request(days=(MAY[3], MAY[4])))
    assert {day: rows_of(lake, gold.FEATURES, day) for day in carried} == carried


def test_a_future_introduction_changes_nothing_of_earlier_days(
    introduced: tuple[Workspace, SparkLake], lakes: Lakes, tmp_path: Path
) -> None:
    """The same two days, while the lake holds an introduction of other invented addresses, known four days later."""
    _, lake = introduced
    other, planted = lakes.copy(ATTACKED, tmp_path / "w")
    a_link = planted.read_small(silver.IDENTITY_LINKS).to_pylist()[0]
    future = [{**a_link, "identifier_id": who, "person_id": who, "known_as_of": MAY[8]}
              for who in pseudonyms(other, *FORGED[20:])]  # fmt: skip
    planted.append_small(silver.IDENTITY_LINKS, pa.Table.from_pylist(future), once="planted")
    be_introduced(other, planted)
    for table in (gold.FEATURES, gold.SCORES, gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS):
        assert rows_of(planted, table) == rows_of(lake, table), table.name


def test_what_one_run_takes_in_is_what_two_runs_take_in(spark: SparkSession, tmp_path: Path) -> None:
    """The introduction lies in an earlier file of the same run, or in the run before."""
    found = []
    for name, days in (("one", (MAY[4],)), ("two", (MAY[3], MAY[4]))):
        workspace = begin(tmp_path / name)
        assert isinstance(workspace, Workspace)
        (workspace.folder / "keys").mkdir(exist_ok=True)
        found.append((workspace, days))
    rows = []
    for workspace, days in found:
        lake = SparkLake(workspace.lake, spark)
        write_mails(workspace, MAY[3], ("d", MET[0], "delivered", "2026-05-03 09:00:00"))
        write_mails(workspace, MAY[2], ("o", MET[0], "open", "2026-05-02 09:00:00"))
        for day in days:
            run_flow(INGEST, workspace, lake, day)
        links = rows_of(lake, silver.IDENTITY_LINKS)
        assert {r["identifier_id"] for r in links} == set(pseudonyms(workspace, MET[0]))
        rows.append([(r["known_as_of"], r["rule"], r["step"]) for r in links])
        assert [r["known_as_of"] for r in rows_of(lake, silver.UNINTRODUCED)] == [MAY[3]]
    assert rows[0] == rows[1] == [(MAY[4], "first_seen", 0)]
