"""A KPI is one value: the toys below stand in the profiles and in the report, and nothing else knows of them."""

import sys
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import rows_of
from lakes import FIRST, FIRST_DAY, Lakes
from pyspark import cloudpickle

from segspark.measure.intervals import PER_HEAD, WELCH, Interval
from segspark.measure.kpi import Kpi, Place, Words
from segspark.measure.quantities import HasAny, Sum, Values
from segspark.measure.registry import KPIS
from segspark.measure.significance import Moments
from segspark.pipeline.runner import run_flow
from segspark.reports.gather import write_day_report
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold

# Workers cannot import a test.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


@dataclass(frozen=True)
class Twice:
    """A quantity of its own: the units of a column, each counted twice."""

    column: str
    is_of_people: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, values: Values, n: int) -> np.ndarray:
        return np.nan_to_num(values[self.column]) * 2


@dataclass(frozen=True)
class Raising(Twice):
    def of(self, values: Values, n: int) -> np.ndarray:
        raise OverflowError("what ann@example.com did")


def _a_tenth(mine: Moments, everybody: Moments) -> tuple[np.ndarray, np.ndarray]:
    return mine.ratio - 0.1, mine.ratio + 0.1


def _even(mine: Moments, rest: Moments, everybody: Moments) -> np.ndarray:
    return np.full(len(mine.n), 1.0)


# Only ann agreed to open tracking: of the twelve orders of Buyers three are hers.
TRACKED = Kpi(
    "tracked_order_share",
    counts=Twice("n_order_30d"),
    denominator=Twice("n_order_30d"),
    purpose="open_tracking",
    interval=Interval(_a_tenth, _even),
    words=Words(
        title=("Commandes suivies", "Orders tracked"),
        unit="share",
        days=30,
        places=(
            Place("results", at=2, heading=("Suivies", "Tracked"), digits=3, is_secondary=True),
            Place("shares", at=1, chart=("Suivies, en image", "Tracked, drawn")),
        ),
    ),
    has_median=True,
    stored_as="tracked",
)
# A mean of those who bought, with a median.
BASKET = Kpi(
    "basket_cents_7d", Sum("order_cents_7d"), HasAny("n_order_7d"), "profiling", WELCH,
    Words(("Panier", "Basket"), "cents", 7, (Place("means"), Place("results", at=3))), has_median=True,
)  # fmt: skip
# A total, by which the results are ordered and of which a sentence tells.
ITEMS = Kpi(
    "items_30d", Sum("n_item_30d"), None, "profiling", PER_HEAD,
    Words(("Articles", "Items"), places=(Place("results", digits=0, rank=1, takeaway=("{name} {part}", "Most items: {name}, {part}.")),)),
)  # fmt: skip
GONE = Kpi("moons", Sum("n_moon_30d"), None, "profiling", PER_HEAD, Words(("", "")))
SOLD = Kpi("sold", Sum("n_order_30d"), None, "resale", PER_HEAD, Words(("", "")))  # type: ignore[arg-type]
BROKEN = Kpi(
    "broken",
    Raising("n_order_30d"),
    None,
    "profiling",
    PER_HEAD,
    Words(("Cassé", "Broken"), places=(Place("results"),)),
)
TOYS = (TRACKED, BASKET, ITEMS, GONE, SOLD, BROKEN)


@dataclass(frozen=True)
class Shop:
    with_toys: list[dict[str, Any]]
    without: list[dict[str, Any]]
    outcome: dict[str, Any]
    page: str


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The first day of the shop: of the twelve orders of its buyers ann has three."""
    folder = tmp_path_factory.mktemp("toys")
    workspace, lake = lakes.copy(FIRST_DAY, folder / "w")
    without = rows_of(lake, gold.SEGMENT_PROFILES, FIRST)
    with KPIS.added(*TOYS):
        outcome = run_flow(SEGMENTS, workspace, lake, FIRST)
        page = Path(write_day_report(workspace, FIRST, "en", folder / "page.html")).read_text()
    return Shop(rows_of(lake, gold.SEGMENT_PROFILES, FIRST), without, outcome, page)


def of_buyers(shop: Shop, measure: str) -> dict[str, Any]:
    return next(r for r in shop.with_toys if (r["segment_name"], r["measure"]) == ("Buyers", measure))


def test_a_rate_of_units_counts_those_who_permit_it_and_has_its_own_interval(shop: Shop) -> None:
    row = of_buyers(shop, "tracked")
    assert (row["numerator"], row["denominator"], row["value"]) == (6, 24, 0.25)
    # Buyers are who has ordered: orders do not tell them from others by chance.
    assert (row["low"], row["high"], row["p_value"]) == (pytest.approx(0.15), pytest.approx(0.35), None)
    # Ann's own ratio is one, those of the others are none; units have no distance in sigmas.
    assert (row["median"], row["z_score"]) == (0, None)


def test_a_mean_is_of_the_people_below_it_and_has_a_median(shop: Shop) -> None:
    row = of_buyers(shop, "basket_cents_7d")
    assert (row["numerator"], row["denominator"], row["value"], row["median"]) == (19_200, 8, 2_400, 1_000)
    # 2,400 and 1.96 times the root of 9,540,000 / 8.
    assert (row["low"], row["high"]) == (pytest.approx(259.7, abs=0.1), pytest.approx(4_540.3, abs=0.1))


def test_a_total_has_no_denominator(shop: Shop) -> None:
    row = of_buyers(shop, "items_30d")
    assert (row["value"], row["denominator"], row["low"]) == (12, None, None)


def test_what_cannot_be_computed_is_left_out_and_the_others_go_on(shop: Shop) -> None:
    assert shop.outcome["kpis_left_out"] == {
        "sold": "nobody is asked to permit resale", "broken": "its sums raised OverflowError",
    }  # fmt: skip
    good = {"tracked", "basket_cents_7d", "items_30d"}
    assert {r["measure"] for r in shop.with_toys} - {r["measure"] for r in shop.without} == good

    # p-values are adjusted over all comparisons of a scheme, so more KPIs move them.
    def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        others = [{k: v for k, v in r.items() if k != "p_value"} for r in rows if r["measure"] not in good]
        return sorted(others, key=str)

    assert plain(shop.with_toys) == plain(shop.without) != []


def test_the_toys_stand_in_the_report_where_they_say(shop: Shop) -> None:
    results = shop.page[shop.page.index('<section id="kpis">') : shop.page.index('<section id="profiles">')]
    heads = [h.partition("</th>")[0] for h in results.partition("</thead>")[0].split('<th scope="col">')[1:]]
    # A KPI that raised has no column.
    assert heads[:8] == [
        "Segment", "People", "Items", "Delivered", "Click rate", "Tracked", "Orders", "Basket, 7\u00a0d",
    ]  # fmt: skip
    rules = results[results.index("Named segments") :]
    line = rules[rules.index('<th scope="row">Buyers</th>') :].partition("</tr>")[0]
    assert "<td>12</td>" in line
    assert '<td class="muted">25.000%</td>' in line
    assert "<td>€24</td>" in line
    profiles = shop.page[shop.page.index('<section id="profiles">') :]
    assert "Basket, 7\u00a0d" in profiles
    assert "Orders tracked, 30\u00a0d" in profiles
    assert "Tracked, drawn" in profiles
    assert "Most items: " in shop.page[: shop.page.index('<section id="headline">')]


@pytest.mark.parametrize("kind", [Kpi, Words, Place])
def test_the_toys_use_every_field(kind: type) -> None:
    words = [toy.words for toy in TOYS]
    used: dict[type, list[Any]] = {Kpi: list(TOYS), Words: words, Place: [p for w in words for p in w.places]}
    idle = [
        f.name for f in fields(kind) if f.default is not MISSING and all(getattr(v, f.name) == f.default for v in used[kind])
    ]  # fmt: skip
    assert idle == []


def test_nothing_is_left_of_the_toys(shop: Shop) -> None:
    assert not {t.name for t in TOYS} & set(KPIS.names())
    assert not {t.key for t in TOYS} & {r["measure"] for r in shop.without}
