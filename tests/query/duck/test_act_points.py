"""Along an act daily tiles give what bitmaps give: on days that have none, or whose chain of days has a hole."""

from pathlib import Path

import deltalake
import pytest
from query.bits.shop_of_bits import AS_OF, ago, make_shop

from segspark.config.models import Bits, Workspace
from segspark.errors import ConfigError
from segspark.query.curves import curve_of
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

ASKED = [("everybody", None), ("n_order_365d >= 1", None), ("country = 'FR'", None), ("everybody", 9), ("everybody", 8),
         ("n_order_365d > 9", 9)]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_shop(tmp_path_factory.mktemp("acts") / "w")
    return workspace.model_copy(update={"bits": Bits(kept_days=30)})


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "w").model_copy(update={"bits": Bits(kept_days=30)})


def without(workspace: Workspace, table: Contract, days_ago: int) -> None:
    deltalake.DeltaTable(Lake(workspace.lake).path(table)).delete(f"as_of_date = '{ago(days_ago)}'")


@pytest.mark.parametrize(
    ("table", "days_ago", "why"),
    [
        (gold.DAY_BITS, 1, f"gold.day_bits of {AS_OF} follows on {ago(1)}, which is missing; the next daily run sets"),
        (gold.DAY_BITS, 2, f"gold.day_bits of {AS_OF} follows on {ago(2)}, which is missing"),
        (gold.DAY_BITS, 0, f"gold.day_bits has no rows of {AS_OF}"),
        (gold.BITS, 0, f"gold.bits has no rows of {AS_OF}"),
    ],
)
def test_where_bitmaps_are_not_whole_tiles_give_the_same_and_it_is_said(
    shop: Workspace, table: Contract, days_ago: int, why: str
) -> None:
    by_bits = [curve_of(shop, rule, "click", within=within) for rule, within in ASKED]
    without(shop, table, days_ago)
    by_tiles = [curve_of(shop, rule, "click", within=within) for rule, within in ASKED]
    assert [each.points for each in by_bits] == [each.points for each in by_tiles]
    assert all(each.engine.startswith("bitmaps") for each in by_bits)
    assert all(each.engine.startswith(f"DuckDB from daily tiles: {why}") for each in by_tiles)
    assert [(e.direction, e.is_window, e.unit) for e in by_bits] == [
        (e.direction, e.is_window, e.unit) for e in by_tiles
    ]
    # ann and eve: bob permits nothing, and joe's click lies before the kept days.
    assert by_tiles[0].points[-1].people == 2


def test_an_act_that_the_bitmaps_do_not_hold_is_counted_too(made: Workspace) -> None:
    found = curve_of(made, "everybody", "order")
    assert found.engine == f"DuckDB from daily tiles: the bitmaps of {AS_OF} hold no order; they hold click"
    assert {point.people for point in found.points} == {0}
    assert len(found.points) == 30


def test_no_more_days_are_counted_than_bitmaps_would_hold(shop: Workspace) -> None:
    without(shop, gold.BITS, 0)
    with pytest.raises(ConfigError, match=r"30 days are kept \(bits.kept_days\), and 31 are asked for"):
        curve_of(shop, "everybody", "click", within=31)
