"""Day by day over a small shop: what is known when, that repeating and lateness do no harm, and what commands say."""

import csv
import runpy
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import deltalake
import polars
import pyarrow as pa
import pytest
from builders import make_workspace, rows_of, segment_named, write_consents, write_mails, write_orders
from lakes import BUYERS, FIRST_DAY, Lakes
from pyspark.sql import SparkSession

from segspark.activation.audience import export_audience
from segspark.app.run import backfill, daily
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest import flow as ingest
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.query.diff import diff_segments
from segspark.query.explain import explain
from segspark.query.look import list_tables, plan_of_features, segment_sizes
from segspark.query.plan import plan_segments
from segspark.query.preview import preview
from segspark.query.targets import rules_named
from segspark.tables.contracts import gold, ops, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.statistics import columns_in_log

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def person(workspace: Workspace, email: str) -> str:
    key = load_key(workspace.keys.environment, workspace.keys.file)
    return Pseudonymiser(key).identifier_id("email", email) or ""


def features(lake: Lake, workspace: Workspace, email: str, day: date) -> dict[str, Any]:
    who = person(workspace, email)
    return next(r for r in rows_of(lake, gold.FEATURES, day) if r["person_id"] == who)


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Three days: the first with orders, the second without anything, the third with a late order of the first."""
    workspace = make_workspace(tmp_path_factory.mktemp("shop") / "w")
    lake = SparkLake(workspace.lake, spark)
    write_consents(workspace, MAY[1], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"),
                   ("eve@example.com", "email_marketing", "withdrawn", "2026-05-01 09:00:00"))  # fmt: skip
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-02 23:30:00", "30.00"), ("3", "eve@example.com", "2026-05-02 12:00:00", "x"),
                 ("4", "", "2026-05-02 12:00:00", "15.00"))  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"),
                ("m2", "bob@example.com", "open", "2026-05-02 11:00:00"), ("m3", "bob@example.com", "complaint", "2026-05-02 11:30:00"),
                ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"), ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"))  # fmt: skip
    write_orders(workspace, MAY[4], ("5", "bob@example.com", "2026-05-02 09:00:00", "50.00"))
    for day in (3, 4, 5):
        daily(workspace, lake, MAY[day], Quiet())
    return workspace, lake


def test_every_record_has_one_disposition(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    counts: dict[str, int] = {}
    for row in rows_of(lake, ops.LEDGER):
        counts[row["disposition"]] = counts.get(row["disposition"], 0) + row["n_records"]
    # bob's open is withheld, the repeated click a duplicate, the order over x euros in quarantine.
    assert counts == {"accepted": 9, "duplicate": 1, "quarantined": 1, "withheld": 1}
    assert sum(r["n_records"] for r in rows_of(lake, ops.FILES)) == sum(counts.values())


def test_a_day_knows_what_was_received_before_it_and_nothing_else(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    assert features(lake, workspace, "ann@example.com", MAY[3])["n_order_7d"] == 1
    # The order of 2 May that came on 4 May is known on 5 May, on its own day.
    assert [features(lake, workspace, "bob@example.com", MAY[d])["order_cents_30d"] for d in (3, 4, 5)] == [
        3000,
        3000,
        8000,
    ]


def test_local_days_decide_not_utc_days(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    assert features(lake, workspace, "bob@example.com", MAY[3])["last_order_date"] == MAY[2]


def test_a_late_event_is_a_correction_and_rewrites_no_stored_day(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    corrections = rows_of(lake, gold.ACTIVITY_CORRECTIONS)
    assert [(r["activity_date"], r["applied_as_of"], r["reason"], r["n_order"]) for r in corrections] == [
        (MAY[2], MAY[5], "late", 1)
    ]


def test_opens_are_seen_only_with_their_own_consent(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    assert features(lake, workspace, "ann@example.com", MAY[3])["n_open_7d"] == 1
    assert features(lake, workspace, "bob@example.com", MAY[3])["n_open_7d"] == 0


def test_a_day_without_data_has_an_empty_tile_full_features_and_segments(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    assert rows_of(lake, gold.ACTIVITY_DAILY, MAY[3]) == []
    assert len(rows_of(lake, gold.FEATURES, MAY[4])) == len(rows_of(lake, gold.FEATURES, MAY[3])) == 3
    assert len(rows_of(lake, gold.SEGMENTS, MAY[4])) == len(rows_of(lake, gold.SEGMENTS, MAY[3]))


def test_rerunning_a_published_day_leaves_the_same_rows(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    tables = [c for c in ALL if c.layer in ("bronze", "silver", "gold") and lake.exists(c)]
    before = {c.name: rows_of(lake, c) for c in tables}
    daily(workspace, lake, MAY[5], Quiet())
    assert {c.name: rows_of(lake, c) for c in tables} == before


def test_segments_keep_everybody_with_the_reason_not_to_write(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    rows = [r for r in rows_of(lake, gold.SEGMENTS, MAY[5]) if r["scheme"] == "levels"]
    reasons = {r["person_id"]: r["not_contactable_reason"] for r in rows}
    assert reasons == {
        person(workspace, "ann@example.com"): None,
        person(workspace, "bob@example.com"): "complained",
        person(workspace, "eve@example.com"): "no_consent",
    }


def test_a_change_carries_the_values_that_decided(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    assert rows_of(lake, gold.SEGMENT_CHANGES, MAY[4]) == []
    buyers = [r for r in rows_of(lake, gold.SEGMENTS, MAY[5]) if r["path"] == "big_spenders"]
    assert [r["branch_id"] for r in buyers] == ["when"]


def test_a_membership_says_until_when_it_holds_without_an_event(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    rows = [r for r in rows_of(lake, gold.SEGMENTS, MAY[5]) if r["person_id"] == person(workspace, "ann@example.com")]
    told = {r["path"]: r["valid_until"] for r in rows if r["scheme"] in ("rules", "levels")}
    # Orders since ever stay, a mean over a year may move tomorrow, the click of 2 May is seen for 90 days.
    assert told == {
        "buyers": date(2027, 5, 5), "big_spenders": MAY[6], "fast_buyers": date(2026, 8, 1), "active": date(2026, 6, 2)
    }  # fmt: skip


def test_only_those_who_may_be_written_to_are_exported(shop: tuple[Workspace, Lake], tmp_path: Path) -> None:
    workspace, lake = shop
    manifest = export_audience(workspace, lake, segment_named(workspace, lake, "Buyers"), None, tmp_path / "buyers.csv")
    lines = (tmp_path / "buyers.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["ann@example.com"]
    assert manifest["removed"] == {"complained": 1}
    small = workspace.model_copy(update={"segments": workspace.segments.model_copy(update={"min_size": 20})})
    with pytest.raises(GateClosed, match="20"):
        export_audience(small, lake, segment_named(workspace, lake, "buyers"), None, tmp_path / "few.csv")


def test_a_membership_is_explained_with_its_actual_values(
    shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = shop
    found = explain(workspace, person(workspace, "ann@example.com"), MAY[5], "en")
    lines = {m["segment_name"]: m["lines"] for m in found}
    assert explain(workspace, "Bob@Example.com ", MAY[5], "en")[-1]["segment_name"] == "Buyers"
    with pytest.raises(ConfigError, match="address is not known on 2026-05-05") as unknown:
        explain(workspace, "tim@example.com", MAY[5], "en")
    assert "tim" not in str(unknown.value)
    assert lines["Buyers"] == ["✓ n_order_lifetime >= 1  (value 1)"]
    assert lines["Big spenders"] == ["✓ avg_order_cents_365d >= 10000  (value 12000)"]
    assert lines["Fast buyers"] == ["✓ did_then('click', 'order', 2, 90)  (value 2026-05-02 / then 2026-05-02)"]
    assert {m["sentence"] for m in found if m["scheme"] == "rules"} == {
        "Is in “Buyers”: orders, ever: 1 (at least 1)",
        "Is in “Big spenders”: average order, 365\u00a0d: 120.00 (at least 100.00)",
        "Is in “Fast buyers”: click on 2026-05-02, then order on 2026-05-02 (within 2 days)",
    }
    outside = explain(workspace, person(workspace, "bob@example.com"), MAY[5], "en", "big_spenders")[-1]
    assert outside["lines"] == ["✗ avg_order_cents_365d >= 10000  (value 4000)"]
    assert outside["would_need"].startswith("needed: avg_order_cents_365d >= 10000 (")
    with pytest.raises(ConfigError, match="only rules are explained"):
        explain(workspace, person(workspace, "bob@example.com"), MAY[5], "en", "lost")


def test_a_rule_is_previewed_with_who_is_left_out_and_what_it_shares(
    shop: tuple[Workspace, Lake], tmp_path: Path
) -> None:
    workspace, lake = shop
    before = lake.version(gold.SEGMENTS)
    file = tmp_path / "new.yaml"
    file.write_text(
        "segments:\n"
        "  - {name: any_order, title: {fr: a, en: a}, when: n_order_lifetime >= 1}\n"
        "  - {name: rich, title: {fr: r, en: r}, when: avg_order_cents_365d >= 10000}\n"
        "  - {name: nobody, title: {fr: n, en: n}, when: n_order_lifetime > 99}\n"
    )
    any_order, rich, nobody = preview(workspace, lake, rules_named(workspace, str(file)), MAY[5])
    assert (any_order["people"], any_order["contactable"], any_order["left_out"]) == (2, 1, {"complained": 1})
    assert any_order["among_previewed"] == {"rich": 1, "nobody": 0}
    assert {"scheme": "rules", "segment": "Buyers", "people": 2} in any_order["overlaps"]
    assert rich["sample"] == [person(workspace, "ann@example.com")]
    assert (nobody["people"], nobody["contactable"], nobody["left_out"], nobody["overlaps"]) == (0, 0, {}, [])
    assert [r["name"] for r in preview(workspace, lake, rules_named(workspace, "Big spenders"), None)] == [
        "big_spenders"
    ]
    with pytest.raises(ConfigError, match=r"no rule 'bg_spenders'\. Did you mean big_spenders"):
        rules_named(workspace, "bg_spenders")
    with pytest.raises(ConfigError, match="no features of 2026-04-01"):
        preview(workspace, lake, rules_named(workspace, "buyers"), date(2026, 4, 1))
    assert lake.version(gold.SEGMENTS) == before


def test_a_plan_says_who_would_move_and_what_would_break(shop: tuple[Workspace, Lake]) -> None:
    workspace, lake = shop
    assert plan_segments(workspace, lake, MAY[5]) == []
    path = workspace.folder / "rules.yaml"
    text = path.read_text()
    path.write_text(text.replace("10000", "3000").replace("name: buyers", "name: purchasers"))
    try:
        rows = plan_segments(workspace, lake, None)
    finally:
        path.write_text(text)
    told = {
        (r["segment"], r["change"]): (r["before"], r["after"], r["entered"], r["left"], r["is_breaking"]) for r in rows
    }
    assert told == {
        ("Buyers", "gone"): (2, 0, 0, 2, True),
        ("Buyers", "new"): (0, 2, 2, 0, False),
        ("Big spenders", "redefined"): (1, 2, 1, 0, False),
    }


def test_two_segments_are_compared_by_people_and_kpis(shop: tuple[Workspace, Lake]) -> None:
    workspace, _ = shop
    found = diff_segments(workspace, "big_spenders@2026-05-03", "Buyers")
    assert (found["left"]["people"], found["right"]["people"]) == (1, 2)
    assert (found["right"]["segment_date"], found["entered"], found["left_it"], found["stayed"]) == (MAY[5], 1, 0, 1)
    orders = next(k for k in found["kpis"] if k["measure"] == "orders_30d")
    assert (orders["left"], orders["right"], orders["difference"]) == (1, 3, 2)
    with pytest.raises(ConfigError, match="is no date"):
        diff_segments(workspace, "buyers@yesterday", "buyers")


def test_a_segments_profile_stands_beside_everybody_elses(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    profiles = rows_of(lake, gold.SEGMENT_PROFILES, MAY[5])
    buyers = {r["measure"]: r for r in profiles if r["segment_name"] == "Buyers"}
    # Of ann and bob only ann clicked, in a mail of which no delivery is known.
    clicked = buyers["clicked_share_30d"]
    assert (clicked["numerator"], clicked["denominator"], clicked["value"], clicked["rest_value"]) == (1, 2, 0.5, 0)
    assert clicked["low"] < 0.5 < clicked["high"]
    assert buyers["reactivity_1h_30d"]["value"] is None
    assert buyers["click_rate_30d"]["value"] is None


def test_a_new_window_is_made_from_the_tiles_that_are_there(shop: tuple[Workspace, SparkLake], tmp_path: Path) -> None:
    workspace, lake = shop
    assert plan_of_features(workspace) == {
        "tiles": "the tiles carry every feature; nothing is read from silver again", "measures": [], "columns": []
    }  # fmt: skip
    more = workspace.model_copy(
        update={"features": workspace.features.model_copy(update={"windows": (7, 30, 90, 365, 3)})}
    )
    planned = plan_of_features(more)
    assert planned["measures"] == []
    assert "n_order_3d" in planned["columns"]
    before = rows_of(lake, gold.FEATURES, MAY[4])
    # The lake itself stays as it is for the other tests.
    shutil.copytree(lake.store.url, tmp_path / "lake")
    lake, more = SparkLake(tmp_path / "lake", lake.spark), more.model_copy(update={"lake": tmp_path / "lake"})
    closed: list[str] = []
    told = type("Told", (Quiet,), {"stage": lambda self, name, s, rows, note: closed.append(f"{name}: {note}")})()
    for flow in (TILES, FEATURES):
        run_flow(flow, more, lake, MAY[5], told)
    assert closed[0].startswith("tiles: days from 2026-05-04 to 2026-05-04")
    assert features(lake, workspace, "bob@example.com", MAY[5])["n_order_3d"] == 2
    # Earlier days keep what they were; the new column is unknown there.
    assert [{**r, "n_order_3d": None} for r in before] == [
        {k: v for k, v in r.items() if k in before[0] or k == "n_order_3d"}
        for r in rows_of(lake, gold.FEATURES, MAY[4])
    ]


def test_looking_needs_no_spark(shop: tuple[Workspace, Lake]) -> None:
    workspace, _ = shop
    sizes = {
        r["segment_name"]: (r["people"], r["contactable"])
        for r in segment_sizes(workspace, MAY[5])
        if r["scheme"] == "rules"
    }
    assert sizes == {"Buyers": (2, 1), "Big spenders": (1, 1), "Fast buyers": (1, 1)}
    tables = {r["table"]: r["rows"] for r in list_tables(workspace)}
    assert tables["bronze.quarantine"] == 1


def test_any_delta_reader_opens_every_table(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    stored = [c for c in ALL if lake.exists(c)]
    assert {"gold.segments", "silver.events", "ops.runs"} <= {c.name for c in stored}
    for contract in stored:
        assert (
            polars.read_delta(lake.path(contract)).height
            == deltalake.DeltaTable(lake.path(contract)).to_pyarrow_table().num_rows
        )


def test_no_address_is_left_outside_of_the_vault(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    for contract in ALL:
        if lake.exists(contract):
            assert "example.com" not in str(lake.read_small(contract).to_pylist()), contract.name
    logs = [p.read_text() for p in Path(lake.store.url).rglob("_delta_log/*.json")]
    assert not any("example.com" in text for text in logs)


def test_the_notebook_runs_and_writes_nothing(shop: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, lake = shop
    before = sorted(p for p in workspace.folder.rglob("*"))
    monkeypatch.setenv("SEGSPARK_WORKSPACE", str(workspace.folder))
    notebook = Path(__file__).parents[2] / "notebooks" / "first_segment.py"
    made = runpy.run_path(str(notebook))
    assert len(made["segments"]) == len(segment_sizes(workspace, None))
    assert made["from_file"].people == made["rule"].people
    assert sorted(p for p in workspace.folder.rglob("*")) == before


def test_whoever_complains_or_withdraws_after_the_day_is_not_exported(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(FIRST_DAY, tmp_path / "w")

    def exported() -> tuple[dict[str, int], set[str]]:
        manifest = export_audience(
            workspace, lake, segment_named(workspace, lake, "Buyers"), MAY[3], tmp_path / "b.csv"
        )
        with open(tmp_path / "b.csv", newline="") as file:
            names = {row["email"].removesuffix("@example.com") for row in csv.DictReader(file)}
        assert manifest["rows"] == len(names)
        return manifest["removed"], names

    # tim had complained on the day already.
    assert exported() == ({"complained": 1}, set(BUYERS) - {"tim"})
    write_mails(workspace, MAY[3], ("c1", "ann@example.com", "complaint", "2026-05-03 10:00:00"),
                ("u1", "bob@example.com", "unsubscribe", "2026-05-03 11:00:00"))  # fmt: skip
    run_flow(ingest.INGEST, workspace, lake, MAY[4])
    # In a lake from before the table of objections they are found among its events.
    shutil.rmtree(lake.path(silver.OBJECTIONS))
    assert exported() == (
        {"complained": 1, "complained_since": 1, "unsubscribed_since": 1}, set(BUYERS) - {"tim", "ann", "bob"}
    )  # fmt: skip
    write_mails(workspace, MAY[4], ("c2", "eve@example.com", "complaint", "2026-05-04 10:00:00"))
    write_consents(workspace, MAY[4], ("ida@example.com", "email_marketing", "withdrawn", "2026-05-04 09:00:00"))
    run_flow(ingest.INGEST, workspace, lake, MAY[5])
    assert {r["event_id"] for r in rows_of(lake, silver.OBJECTIONS)} == {"m3", "c1", "u1", "c2"}
    assert exported() == (
        {"complained": 1, "complained_since": 2, "no_consent_since": 1, "unsubscribed_since": 1}, {"zoe", "joe", "lou"}
    )  # fmt: skip


def test_no_value_about_a_person_stands_in_the_log(shop: tuple[Workspace, Lake]) -> None:
    _, lake = shop
    for contract in filter(lake.exists, ALL):
        actions = pa.table(lake.table(contract).get_add_actions(flatten=True))
        bounds = {n.partition(".")[2] for n in actions.column_names if n.startswith(("min.", "max."))}
        known = {n for n in bounds if any(actions[f"{end}.{n}"].null_count < len(actions) for end in ("min", "max"))}
        assert known <= set(columns_in_log(contract)), contract.name


def test_a_backfill_of_a_day_on_which_nobody_is_known_has_no_rows(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(FIRST_DAY, tmp_path / "w")
    before = MAY[1] - (MAY[2] - MAY[1])
    assert backfill(workspace, lake, before, before, Quiet())["days"] == 1
    assert rows_of(lake, gold.FEATURES, before) == rows_of(lake, gold.SEGMENT_PROFILES, before) == []
