"""Two segments, or one on two days, compared by people and by their KPIs."""

import pytest
from builders import BUYERS, FIRST_DAY, SECOND_DAY, stored_shop

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.query.diff import diff_segments


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return stored_shop(tmp_path_factory.mktemp("compared") / "w")


def test_one_segment_on_two_days(shop: Workspace) -> None:
    found = diff_segments(shop, "buyers@2026-05-03", "Buyers")
    assert found == {
        "left": {"segment_id": BUYERS, "name": "Buyers", "segment_date": FIRST_DAY, "people": 1, "profile_is": "published"},
        "right": {"segment_id": BUYERS, "name": "Buyers", "segment_date": SECOND_DAY, "people": 2, "profile_is": "published"},
        "entered": 1, "left_it": 0, "stayed": 1,
        # The click rate was unknown on the first day, and is_contactable not measured.
        "kpis": [{"measure": "orders_30d", "left": 1.0, "right": 3.0, "difference": 2.0}],
    }  # fmt: skip


def test_the_other_way_round_whoever_entered_has_left(shop: Workspace) -> None:
    found = diff_segments(shop, "buyers@2026-05-05", "buyers@2026-05-03")
    assert (found["entered"], found["left_it"], found["stayed"]) == (0, 1, 1)
    assert found["kpis"][0]["difference"] == -2.0


def test_two_segments_on_one_day(shop: Workspace) -> None:
    found = diff_segments(shop, "active", "buyers")
    assert (found["left"]["name"], found["entered"], found["left_it"], found["stayed"]) == ("Active", 1, 0, 1)
    assert [k["measure"] for k in found["kpis"]] == ["orders_30d"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("buyers@yesterday", "'yesterday' is no date; write NAME@2026-06-01"),
        ("buyers@2026-05-04", "no segments of 2026-05-04"),
        ("bayers", "no segment 'bayers'"),
    ],
)
def test_what_is_not_there_is_told(shop: Workspace, said: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        diff_segments(shop, "buyers", said)
