"""One segment: exact attributes, and a published profile where it is shown."""

from pathlib import Path

import pytest
from api.tiny import FIRST, SECOND, opened
from builders import BUYERS, store_rows

from segspark.errors import GateClosed
from segspark.tables.contracts import ops
from segspark.tables.lake import Lake

TOLD = 2.34567


def test_people_and_movement(tmp_path: Path) -> None:
    buyers = opened(tmp_path / "w").segment("rules:acheteurs")
    assert (buyers.n_people, buyers.n_contactable, buyers.condition) == (2, 1, "n_order_lifetime >= 2")
    found = buyers.changes()
    assert (found.since, found.as_of, found.entered, found.left, found.stayed) == (FIRST, SECOND, 1, 0, 1)
    assert buyers.changes(SECOND).stayed == 2


def test_the_first_day_has_no_changes(tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match=r"2026-05-03 is the first stored day.*segspark run daily"):
        opened(tmp_path / "w").segment("Buyers", FIRST).changes()


def test_a_profile_is_exact_and_shows_the_published_one(tmp_path: Path) -> None:
    ws = opened(tmp_path / "w")
    exact = {"segment_date": SECOND, "scheme": "rules", "segment_id": BUYERS, "segment_name": "Buyers", "n_people": 2}
    store_rows(Lake(ws.settings.lake), ops.SEGMENT_PROFILES, {**exact, "measure": "orders_30d", "value": TOLD})
    profile = ws.segment("Buyers").profile()
    assert [(m.measure, m.value) for m in profile.measures] == [("orders_30d", TOLD)]
    assert profile.is_exact
    html = profile._repr_html_()
    # The published profile of the shop has 3 orders and a rate of clicks.
    assert ">3.0<" in html
    assert "2.3" not in html
    assert "Click rate" in html


def test_a_profile_that_is_not_published_is_not_shown(tmp_path: Path) -> None:
    ws = opened(tmp_path / "w", least=20)
    of_day = {"segment_date": FIRST, "scheme": "levels", "segment_id": "id-of-active", "segment_name": "Active"}
    store_rows(
        Lake(ws.settings.lake), ops.SEGMENT_PROFILES, {**of_day, "measure": "orders_30d", "value": TOLD, "n_people": 1}
    )
    profile = ws.segment("Active", FIRST).profile()
    assert profile.measures[0].value == TOLD
    assert "Too few people" in profile._repr_html_()


def test_what_is_shown_hides_small_counts(tmp_path: Path) -> None:
    buyers = opened(tmp_path / "w", least=20).segment("Buyers")
    assert repr(buyers) == "Segment('Buyers' of rules, 2026-05-05: <\u00a020 people)"
    assert repr(buyers.changes()).endswith("entered <\u00a020, left <\u00a020, stayed <\u00a020)")
    for html in (buyers._repr_html_(), buyers.changes()._repr_html_()):
        assert "&lt;\u00a020" in html
        assert not any(f">{n}<" in html for n in (0, 1, 2))
