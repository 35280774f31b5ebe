"""Three days of a small shop with a withdrawal, a late event, a merge and a new grant: bitmaps give what tables give."""

from collections import defaultdict
from datetime import date
from random import Random
from typing import Any

import pytest
from builders import make_workspace, rows_of, write_consents, write_mails, write_orders
from delta.tables import DeltaTable
from lakes import MAY
from pyspark.sql import SparkSession
from query.duck.any_rules import any_rules

from segspark.bits.flow import BITS
from segspark.config.models import Workspace
from segspark.features.acts import acts_of
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import look
from segspark.query import curves
from segspark.query.bits.rules import NotInBits, features_read, stored_names
from segspark.query.bits.stored import NoBits, days_of_act, features_stored
from segspark.query.curves import CURVE, curve
from segspark.query.preview import preview
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.segments.values import values_of
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

DAYS = (MAY[3], MAY[4], MAY[5])
LAST = DAYS[-1]
CARDS = """
name: cards
kind: mapped
path: ../data/cards-*.csv
format: csv
time_zone: Europe/Paris
received: {from: file_name}
records:
  - target: profiles
    identifier: {kind: email, value: email}
    links: [{kind: customer, value: card, rule: crm}]
    columns: {valid_from: at}
"""
Shop = tuple[Workspace, SparkLake]


def at(who: str) -> str:
    return f"{who}@example.com"


def write_card(workspace: Workspace, day: date, who: str) -> None:
    text = f"email,card,at\n{at(who)},C1,{day} 09:00:00\n"
    (workspace.folder / "data" / f"cards-{day}.csv").write_text(text)


def deliver(workspace: Workspace, as_of: date) -> None:
    """What is received on the day before an as-of day."""
    match as_of.day:
        case 3:
            write_orders(workspace, MAY[2], *[(f"o{n}", at(who), f"2026-05-02 1{n}:00:00", "10.00")
                                              for n, who in enumerate(("ann", "bob", "eve", "ida"))])  # fmt: skip
            write_mails(workspace, MAY[2], ("m1", at("ann"), "click", "2026-05-02 11:00:00"),
                        ("m2", at("bob"), "click", "2026-05-02 11:00:00"),
                        ("m3", at("ida"), "click", "2026-05-02 11:00:00"))  # fmt: skip
            write_card(workspace, MAY[2], "ann")
        case 4:
            # bob permits no profile any more: his order counts no longer, his clicks do.
            write_consents(workspace, MAY[3], (at("bob"), "profiling", "withdrawn", "2026-05-03 09:00:00"))
            # eve had clicked on 2 May; ida has ann's card, so she is ann; kim is new.
            write_mails(workspace, MAY[3], ("m4", at("bob"), "click", "2026-05-03 11:00:00"),
                        ("m5", at("eve"), "click", "2026-05-02 18:00:00"))  # fmt: skip
            write_card(workspace, MAY[3], "ida")
            write_orders(workspace, MAY[3], ("o9", at("kim"), "2026-05-03 10:00:00", "70.00"))
        case 5:
            # The grant counts from 5 May, when it is known.
            write_consents(workspace, MAY[4], (at("bob"), "profiling", "granted", "2026-05-04 00:00:00"))
            write_orders(workspace, MAY[4], ("o10", at("bob"), "2026-05-04 10:00:00", "30.00"),
                         ("o11", at("eve"), "2026-05-04 10:00:00", "30.00"))  # fmt: skip


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace = make_workspace(tmp_path_factory.mktemp("bits") / "w")
    (workspace.folder / "sources" / "cards.yaml").write_text(CARDS)
    lake = SparkLake(workspace.lake, spark)
    for as_of in DAYS:
        deliver(workspace, as_of)
        for flow in (INGEST, TILES, FEATURES, *((SCORES, SEGMENTS) if as_of in (DAYS[0], LAST) else ()), BITS):
            run_flow(flow, workspace, lake, as_of)
    return workspace, lake


def done(shop: Shop, act: str, as_of: date = LAST) -> dict[date, set[str]]:
    """Day -> who did it, by the bitmaps; somebody who has no name any more is called by the ordinal."""
    names = {row["ordinal"]: row["person_id"] for row in rows_of(shop[1], gold.ORDINALS)}
    with look(CURVE, *shop, as_of) as view:
        _, by_block = days_of_act(view, act, None)
    return {day: {names[n] or str(n) for n in who} for day, who in by_block.get(0, {}).items()}


def counted(shop: Shop, act: str, as_of: date = LAST) -> dict[date, set[str]]:
    """The same from tiles, corrections and permissions, from scratch."""
    workspace, lake = shop
    catalogue = load_catalogue(workspace)
    measure = acts_of(catalogue)[act]
    start = f"{catalogue.by_measure[measure].purpose}_from"
    may = {row["person_id"]: row[start] for row in rows_of(lake, gold.FEATURES, as_of)}
    sums: dict[tuple[str, date], int] = defaultdict(int)
    corrections = [row for row in rows_of(lake, gold.ACTIVITY_CORRECTIONS) if row["applied_as_of"] <= as_of]
    for row in (*rows_of(lake, gold.ACTIVITY_DAILY), *corrections):
        if row["activity_date"] < as_of:
            sums[row["person_id"], row["activity_date"]] += row[measure]
    found: dict[date, set[str]] = defaultdict(set)
    for (person, day), n in sums.items():
        if n > 0 and may.get(person) is not None and day >= may[person]:
            found[day].add(person)
    return dict(found)


def test_who_did_what_when_is_what_tiles_and_corrections_say(shop: Shop) -> None:
    acts = [act for act in acts_of(load_catalogue(shop[0])) if counted(shop, act)]
    assert {"order", "click", "delivered"} & set(acts) >= {"order", "click"}
    for act in acts:
        assert done(shop, act) == counted(shop, act), act


def test_every_kind_of_change_is_in_them(shop: Shop) -> None:
    sizes = {(act, day): {d: len(who) for d, who in done(shop, act, day).items()}
             for act in ("order", "click") for day in DAYS}  # fmt: skip
    assert (sizes["order", DAYS[0]], sizes["click", DAYS[0]]) == ({MAY[2]: 4}, {MAY[2]: 3})
    # bob's order is gone with his permission, and ida's is ann's.
    assert sizes["order", DAYS[1]] == {MAY[2]: 2, MAY[3]: 1}
    # eve's late click has come, and ida's is ann's.
    assert sizes["click", DAYS[1]] == {MAY[2]: 3, MAY[3]: 1}
    # bob's new grant does not bring his order back.
    assert sizes["order", LAST] == {MAY[2]: 2, MAY[3]: 1, MAY[4]: 1}
    assert sizes["click", LAST] == sizes["click", DAYS[1]]


def test_the_ordinal_of_who_was_merged_away_stays_without_the_person(shop: Shop) -> None:
    rows = rows_of(shop[1], gold.ORDINALS)
    assert sorted(row["ordinal"] for row in rows) == [0, 1, 2, 3, 4]
    (gone,) = [row for row in rows if row["person_id"] is None]
    assert (gone["since_date"], gone["ended_date"]) == (DAYS[0], DAYS[1])
    assert {row["person_id"] for row in rows} - {None} == {
        r["person_id"] for r in rows_of(shop[1], gold.FEATURES, LAST)
    }


@pytest.mark.parametrize("as_of", DAYS)
def test_a_past_day_answers_as_it_did(shop: Shop, as_of: date) -> None:
    for act in ("order", "click"):
        sizes = {day: len(who) for day, who in done(shop, act, as_of).items()}
        assert sizes == {day: len(who) for day, who in counted(shop, act, as_of).items()}


def test_windows_and_distinct_days_of_random_questions(shop: Shop) -> None:
    random = Random(3)
    acts = [act for act in acts_of(load_catalogue(shop[0])) if counted(shop, act)]
    for _ in range(12):
        act, window = random.choice(acts), random.randrange(1, 9)
        by_day = {day: who for day, who in counted(shop, act).items() if (LAST - day).days <= window}
        everybody = set().union(*by_day.values())
        by_window = curve(*shop, None, act)
        assert by_window.points[window - 1].people == len(everybody)
        often = {point.threshold: point.people for point in curve(*shop, None, act, within=window).points}
        assert often == {
            k: n for k in range(1, window + 1)
            if (n := sum(sum(p in who for who in by_day.values()) >= k for p in everybody)) and k in often
        }  # fmt: skip


@pytest.fixture
def by_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "features_stored", lambda view: frozenset())


def rules_for_bits(shop: Shop, n: int) -> list[Any]:
    """Random rules, of which every condition is one that bitmaps hold."""
    workspace = shop[0]
    catalogue = load_catalogue(workspace)
    with look(CURVE, *shop, LAST) as view:
        names = stored_names(catalogue, features_stored(view))
    values = {name: value for name, value in values_of(catalogue, workspace.models).items() if name in names}
    values |= {
        name: v for name, v in values_of(catalogue, workspace.models).items() if v.kind in ("text", "date", "boolean")
    }
    found = []
    for rule in any_rules(40 * n, values, acts_of(catalogue), LAST):
        try:
            features_read(rule.when, names)
        except NotInBits:
            continue
        found.append(rule)
    return found[:n]


def test_random_rules_have_the_people_that_previews_count(shop: Shop) -> None:
    rules = rules_for_bits(shop, 100)
    assert len(rules) == 100
    n_inside = 0
    for first in range(0, 100, 25):
        some = rules[first : first + 25]
        for rule, seen in zip(some, preview(*shop, some, LAST), strict=True):
            # Nobody lacks this number, so its lowest threshold holds everybody.
            found = curve(*shop, rule, "n_click_365d")
            assert found.engine == "bitmaps"
            everybody = found.points[0] if found.points else None
            told = (everybody.people, everybody.contactable, everybody.revenue_cents) if everybody else (0, 0, 0)
            assert told == (seen["people"], seen["contactable"], seen["revenue_cents_365d"]), rule.when
            n_inside += seen["people"]
    assert n_inside > 100


@pytest.mark.parametrize("along", ["days_since_order", "order_cents_365d", "n_order_lifetime"])
def test_a_curve_is_the_same_by_duckdb(shop: Shop, along: str, request: pytest.FixtureRequest) -> None:
    by_bits = curve(*shop, None, along)
    request.getfixturevalue("by_duckdb")
    other = curve(*shop, None, along)
    assert (by_bits.engine, other.engine) == ("bitmaps", "DuckDB")
    assert by_bits.points == other.points
    assert by_bits.points


def test_a_day_may_be_run_again(shop: Shop) -> None:
    workspace, lake = shop
    tables = (gold.ORDINALS, gold.BITS, gold.DAY_BITS)
    before, of_last = [rows_of(lake, table) for table in tables], done(shop, "click")
    run_flow(BITS, workspace, lake, LAST)
    assert [rows_of(lake, table) for table in tables] == before
    # An older day numbers nobody, and lacks who is nobody any more; the days after it say what they said.
    run_flow(BITS, workspace, lake, DAYS[0])
    assert rows_of(lake, gold.ORDINALS) == before[0]
    assert len(done(shop, "click", DAYS[0])[MAY[2]]) == 2
    assert done(shop, "click") == of_last


def test_a_skipped_day_is_caught_up_with_and_a_day_that_is_lost_sets_everybody_afresh(shop: Shop) -> None:
    """Last: it runs further days."""
    workspace, lake = shop

    def run(as_of: date) -> dict[str, Any]:
        for flow in (INGEST, TILES, FEATURES):
            run_flow(flow, workspace, lake, as_of)
        return run_flow(BITS, workspace, lake, as_of)

    # Nobody has run 6 May, whose clicks are in by now.
    write_mails(workspace, MAY[5], ("m8", at("eve"), "click", "2026-05-05 11:00:00"))
    write_mails(workspace, MAY[6], ("m9", at("kim"), "click", "2026-05-06 11:00:00"))
    made = run(MAY[7])
    assert (made["follows_on"], made["set_afresh"]) == (LAST, 0)
    for act in ("order", "click"):
        assert done(shop, act, MAY[7]) == counted(shop, act, MAY[7])
    assert done(shop, "click", MAY[7]).keys() >= {MAY[5], MAY[6]}
    DeltaTable.forPath(lake.spark, lake.path(gold.DAY_BITS)).delete(f"as_of_date = '{DAYS[1]}'")
    with pytest.raises(NoBits, match=f"follows on {DAYS[1]}, which is missing"):
        done(shop, "click", MAY[7])
    made = run(MAY[8])
    assert (made["follows_on"], made["set_afresh"]) == (None, 4)
    for act in ("order", "click"):
        assert done(shop, act, MAY[8]) == counted(shop, act, MAY[8])
