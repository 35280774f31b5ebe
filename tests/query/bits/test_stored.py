"""The stored bitmaps of a day are read by the log's files, slice by slice."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace
from pyroaring import BitMap
from query.bits.shop_of_bits import AS_OF, FEATURES, ago, make_shop

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.pipeline.view import View, look
from segspark.query.bits import stored
from segspark.query.bits.stored import NoBits, blocks_of_day, day_with_bits, days_of_act, features_stored
from segspark.query.curves import CURVE
from segspark.store.parquet import open_parquet
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_shop(tmp_path_factory.mktemp("stored") / "w")


@pytest.fixture
def view(shop: Workspace) -> Iterator[View]:
    with look(CURVE, shop, Lake(shop.lake), AS_OF) as view:
        yield view


def test_a_day_has_everybody_and_the_asked_features_only(view: View) -> None:
    (block,) = blocks_of_day(view, ("n_order_365d",)).values()
    assert (block.people, block.contactable) == (BitMap([0, 1, 2, 3]), BitMap([0, 2, 3]))
    assert block.numbers("n_order_365d").by_place()[:4].tolist() == [3, 2, 0, 5]
    assert {name.partition(":")[0] for kind, name in block.bitmaps if kind == "feature"} == {"n_order_365d"}
    assert block.segments() == {}
    assert features_stored(view) == set(FEATURES)
    assert features_stored(view.on(ago(2))) == set()


def test_members_are_there_where_they_are_asked_for(view: View) -> None:
    (block,) = blocks_of_day(view, (), has_segments=True).values()
    assert block.segments() == {"rules:loyal": BitMap([0, 1, 3]), "rules:recent": BitMap([0])}


def test_days_are_put_together_from_all_changes(view: View) -> None:
    kept, days = days_of_act(view, "click", None)
    assert kept == 30
    known = {day: set(who) for day, who in days[0].items()}
    assert known == {ago(1): {0}, ago(3): {2}, ago(9): {0}, ago(40): {3}}
    # Two days before, bob's click was there.
    _, then = days_of_act(view.on(ago(2)), "click", None)
    assert set(then[0][ago(3)]) == {1, 2}


def test_a_short_window_reads_no_older_changes(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[date] = []
    changes = stored._changes

    def noted(view: View, act: str, day: date) -> object:
        read.append(day)
        return changes(view, act, day)

    monkeypatch.setattr(stored, "_changes", noted)
    kept, days = days_of_act(view, "click", 1)
    assert (kept, read) == (1, [AS_OF])
    assert {day: set(who) for day, who in days[0].items()} == {ago(1): {0}}


def test_what_is_missing_is_said(view: View, shop: Workspace) -> None:
    with pytest.raises(NoBits, match="hold no order; they hold click"):
        days_of_act(view, "order", None)
    with pytest.raises(NoBits, match=r"gold\.day_bits has no rows of 2026-05-03"):
        days_of_act(view.on(date(2026, 5, 3)), "click", None)
    with pytest.raises(GateClosed, match="no bitmaps of 2026-05-03; stored days are 2026-05-10 to 2026-05-10"):
        day_with_bits(view, date(2026, 5, 3))
    assert day_with_bits(view, None) == AS_OF


def test_a_lake_without_bitmaps_says_what_to_run(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with pytest.raises(GateClosed, match="no bitmaps yet, by which windows are counted"):
        day_with_bits(look(CURVE, workspace, Lake(workspace.lake)), None)


def test_row_groups_without_a_wanted_slice_are_not_read(view: View) -> None:
    (part,) = [p for p in view.part_files(gold.BITS) if str(p.partition["as_of_date"]) == AS_OF.isoformat()]
    file = open_parquet(part.url)
    assert stored._may_hold(file, 0, {("feature", "n_order_365d:")})
    assert stored._may_hold(file, 0, {("member", "")})
    assert not stored._may_hold(file, 0, {("feature", "zzz:")})
    assert not stored._may_hold(file, 0, {("zzz", "n_order_365d:")})
