"""The report of a stored day, from small tables and recorded outcomes, without Spark."""

from datetime import date
from pathlib import Path

import pytest
from builders import ACTIVE, BUYERS, FIRST_DAY, SECOND_DAY, store_rows, stored_shop
from reports.sample import content

from segspark.config.models import Workspace
from segspark.models.clustering.sections import NO_MODEL
from segspark.pipeline.runs import record
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    Scheme,
    SegmentSize,
)
from segspark.reports.gather import gather, write_day_report
from segspark.sections import Missing, Reason, Refused
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import RfmCell, RfmSquare
from segspark.tables.contracts import bronze, gold, ops
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The stored shop with its runs, a tile, a change, and records that went different ways."""
    workspace = stored_shop(tmp_path_factory.mktemp("reported") / "w")
    lake = Lake(workspace.lake)

    def ran(flow: str, day: date, **outputs: object) -> None:
        record(lake, run_id=flow, flow=flow, as_of=day, state="done", outputs=outputs)

    gate = {"code": "history", "values": {"days": 3, "needed": 60, "ready": "2026-08-01"}}
    ran("train", FIRST_DAY, churn_refused=[{"code": "no_order", "values": {}}])
    ran("train", SECOND_DAY, churn_refused=[gate])
    ran("train", date(2026, 5, 6), churn_refused=[{"code": "of_a_later_day", "values": {}}])
    ran("features", FIRST_DAY, people=9)
    ran("features", SECOND_DAY, people=7)
    # Another attempt of the same day.
    ran("features", SECOND_DAY, people=3)
    ran("segments", SECOND_DAY, contactable={"contactable": 1, "complained": 2})
    squares = [
        {"recency": 5, "frequency": 4, "cell": "champions", "n": 2, "cents": 300},
        {"recency": 5, "frequency": 5, "cell": "champions", "n": 1, "cents": 600},
        {"recency": None, "frequency": None, "cell": "never_bought", "n": 4, "cents": 0},
    ]
    ran("scores", SECOND_DAY, rfm_squares=squares)
    for day in (date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)):
        store_rows(lake, gold.ACTIVITY_DAILY, {"person_id": "ann", "activity_date": day})
    moved = {"segment_date": SECOND_DAY, "scheme": "rules", "segment_id": BUYERS}
    store_rows(lake, gold.SEGMENT_CHANGES, {**moved, "person_id": "bob", "change": "entered"},
               {**moved, "person_id": "zoe", "change": "moved_in"},
               {**moved, "person_id": "eve", "change": "moved_out"}, {**moved, "person_id": "tim", "change": "left"})  # fmt: skip
    store_rows(lake, ops.FILES, {"source": "orders", "n_records": 8}, {"source": "orders", "n_records": 4},
               {"source": "mails", "n_records": 5})  # fmt: skip
    store_rows(
        lake,
        ops.LEDGER,
        *[
            {"source": source, "disposition": disposition, "n_records": n}
            for source, disposition, n in (("orders", "accepted", 7), ("orders", "accepted", 2), ("orders", "quarantined", 3),
                                           ("mails", "accepted", 4))
        ],
    )  # fmt: skip
    store_rows(lake, bronze.QUARANTINE, {"source": "orders", "reasons": ["type:amount", "missing:id"]},
               {"source": "orders", "reasons": ["type:amount"]}, {"source": "mails", "reasons": ["json"]})  # fmt: skip
    return workspace


def test_the_headline_is_what_the_last_attempts_recorded(shop: Workspace) -> None:
    # Thirteen records were accepted; the day itself is not over.
    assert gather(shop, SECOND_DAY, "en").headline == Headline(
        3, 1, {"complained": 2}, 13, date(2026, 5, 1), date(2026, 5, 4)
    )


def test_before_the_first_tile_there_is_no_headline(shop: Workspace) -> None:
    assert gather(shop, date(2026, 5, 1), "en").headline is None


def test_sizes_stand_beside_those_of_the_previous_stored_day(shop: Workspace) -> None:
    sizes = gather(shop, SECOND_DAY, "en").sizes
    assert sizes is not None
    assert (sizes.n_people, sizes.previous_date) == (3, FIRST_DAY)
    assert sizes.schemes == (
        # Of a segment that was not there the day before nobody was in it.
        Scheme("levels", (SegmentSize("Active", 1, None, 0, 0, 0, "active"),), True),
        Scheme("rules", (SegmentSize("Buyers", 2, 1, 1, 2, 2),), False),
    )


def test_the_first_stored_day_has_nothing_to_be_compared_with(shop: Workspace) -> None:
    sizes = gather(shop, FIRST_DAY, "fr").sizes
    assert sizes is not None
    assert sizes.previous_date is None
    assert sizes.schemes == (Scheme("rules", (SegmentSize("Acheteurs", 1),), False),)


def test_kpis_are_measures_of_the_day_and_none_where_nothing_was_delivered(shop: Workspace) -> None:
    data = gather(shop, SECOND_DAY, "en")
    assert data.kpis == Kpis(
        30,
        (
            ("levels", (KpiRow("Active", 1, {"orders_30d": 2}, "active"),)),
            ("rules", (KpiRow("Buyers", 2, {"click_rate_30d": 0.5, "orders_30d": 3}),)),
        ),
    )
    assert content(data, "levels") == LevelSizes(("1",), (PathSize(("Active",), 1),))
    assert data.profiles is not None
    assert [scheme for scheme, _ in data.profiles] == ["rules", "levels"]


def test_rfm_squares_are_means_and_whoever_never_bought_has_a_cell_and_no_square(shop: Workspace) -> None:
    rfm = content(gather(shop, SECOND_DAY, "fr"), "rfm")
    assert rfm.squares == (RfmSquare(5, 4, 2, 150.0), RfmSquare(5, 5, 1, 600.0))
    assert rfm.cells == (RfmCell("Jamais acheté", 4, 0.0), RfmCell("Champions", 3, 300.0))
    none = content(gather(shop, FIRST_DAY, "fr"), "rfm")
    assert isinstance(none, Missing)
    assert none.why["en"].startswith("No purchase is known")


def test_why_there_is_no_churn_model_is_the_last_word_of_that_day(shop: Workspace) -> None:
    refused = content(gather(shop, FIRST_DAY, "en"), "churn")
    assert isinstance(refused, Refused)
    assert refused.reasons == (Reason("no_order"),)
    # Days are text in what a run records.
    later = content(gather(shop, SECOND_DAY, "en"), "churn")
    assert later.reasons == (Reason("history", {"days": 3, "needed": 60, "ready": date(2026, 8, 1)}),)


def test_sections_of_schemes_and_models_are_values_in_the_order_of_the_page(shop: Workspace) -> None:
    sections = gather(shop, SECOND_DAY, "en").sections
    # Without a model nothing is said about rare groups.
    assert [s.name for s in sections] == ["levels", "rfm", "clusters", "churn", "value"]
    assert content(gather(shop, SECOND_DAY, "en"), "clusters") is NO_MODEL


def test_the_page_is_named_by_workspace_day_and_language_and_lies_in_the_workspace(
    shop: Workspace, tmp_path: Path
) -> None:
    page = Path(write_day_report(shop, None, None, None))
    assert page == shop.folder / "reports" / "small-2026-05-05.en.html"
    assert '<html lang="en">' in page.read_text()
    elsewhere = Path(write_day_report(shop, FIRST_DAY, "fr", tmp_path / "page.html"))
    assert elsewhere == tmp_path / "page.html"
    assert "Segments du 3 mai 2026" in elsewhere.read_text()


def test_a_day_of_an_hourly_run_is_provisional(shop: Workspace) -> None:
    assert not gather(shop, SECOND_DAY, "en").is_provisional
    day = date(2026, 5, 7)
    store_rows(Lake(shop.lake), gold.SEGMENTS, {"segment_date": day, "person_id": "ann", "is_provisional": True})
    assert gather(shop, day, "en").is_provisional


def test_profiles_that_are_not_rounded_for_the_floor_are_left_out_with_the_reason(shop: Workspace) -> None:
    floor = shop.model_copy(update={"segments": shop.segments.model_copy(update={"min_size": 3})})
    data = gather(floor, SECOND_DAY, "en")
    assert (data.kpis, data.profiles, data.min_group) == (None, None, 3)
    assert "make the day again" in data.why_missing["kpis"]


def test_the_groups_of_levels_are_counted_from_their_members_and_not_from_rounded_sizes(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "w")
    more = {"segment_date": SECOND_DAY, "scheme": "levels", "segment_id": ACTIVE, "segment_name": "Active"}
    store_rows(Lake(workspace.lake), gold.SEGMENTS, {**more, "person_id": "bob"}, {**more, "person_id": "zoe"})
    assert content(gather(workspace, SECOND_DAY, "en"), "levels") == LevelSizes(("1",), (PathSize(("Active",), 3),))
