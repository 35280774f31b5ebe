"""Segments by name, and stored days, without Spark."""

from datetime import date
from pathlib import Path

import pytest
from builders import ACTIVE, BUYERS, FIRST_DAY, SECOND_DAY, make_workspace, store_rows, stored_shop

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pipeline.view import Question, View, look
from segspark.segments.lookup import find_segment, is_provisional_day, newest_day, previous_day
from segspark.tables import statistics
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

ASKED = Question("test", ("gold.segments", "gold.segment_registry"))


def view_of(workspace: Workspace) -> View:
    return look(ASKED, workspace, Lake(workspace.lake))


@pytest.mark.parametrize("name", [BUYERS, "buyers", "Buyers", " ACHETEURS "])
def test_a_segment_is_found_by_id_key_or_either_name(tmp_path: Path, name: str) -> None:
    found = find_segment(view_of(stored_shop(tmp_path / "w")), name)
    assert (found["segment_id"], found["scheme"]) == (BUYERS, "rules")


def test_an_unknown_name_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no segment 'bayers'. There are \['buyers'\]"):
        find_segment(view_of(stored_shop(tmp_path / "w")), "bayers")


def test_a_name_of_two_segments_is_refused_with_their_ids_and_an_id_is_not(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "w")
    store_rows(
        Lake(workspace.lake),
        gold.SEGMENT_REGISTRY,
        {"scheme": "rfm", "segment_id": "another", "segment_key": "b", "name_fr": "Actifs", "name_en": "Busy"},
    )
    with pytest.raises(ConfigError, match="2 segments; use an id") as refused:
        find_segment(view_of(workspace), "actifs")
    assert ACTIVE in str(refused.value)
    assert "another" in str(refused.value)
    assert find_segment(view_of(workspace), "another")["name_en"] == "Busy"


def test_the_newest_day_is_meant_where_none_is_given(tmp_path: Path) -> None:
    view = view_of(stored_shop(tmp_path / "w"))
    assert newest_day(view, None) == SECOND_DAY
    assert newest_day(view, FIRST_DAY) == FIRST_DAY
    with pytest.raises(ConfigError, match="no segments of 2026-05-04; stored days are 2026-05-03 to 2026-05-05"):
        newest_day(view, date(2026, 5, 4))


def test_an_empty_lake_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Run: segspark run daily"):
        newest_day(view_of(make_workspace(tmp_path / "w")), None)


def test_the_previous_day_is_the_newest_earlier_one_that_is_not_provisional(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "w")
    provisional = {"segment_date": date(2026, 5, 6), "person_id": "ann", "is_provisional": True}
    store_rows(Lake(workspace.lake), gold.SEGMENTS, provisional)
    view = view_of(workspace)
    assert [is_provisional_day(view, date(2026, 5, d)) for d in (5, 6)] == [False, True]
    assert previous_day(view, date(2026, 5, 7)) == SECOND_DAY
    assert previous_day(view, SECOND_DAY) == FIRST_DAY
    assert previous_day(view, FIRST_DAY) is None


def test_one_file_tells_whether_a_day_is_provisional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = stored_shop(tmp_path / "w")
    lake = Lake(workspace.lake)
    for n in range(5):
        member = {"segment_date": date(2026, 5, 6), "person_id": f"p{n}", "is_provisional": True}
        store_rows(lake, gold.SEGMENTS, member)
    opened: list[str] = []
    through = statistics.open_parquet
    monkeypatch.setattr(statistics, "open_parquet", lambda url: opened.append(url) or through(url))
    monkeypatch.setattr(Lake, "read_small", lambda *asked, **how: pytest.fail("rows are read"))
    view = view_of(workspace)
    assert is_provisional_day(view, date(2026, 5, 6))
    assert len(opened) == 1
    assert "2026-05-06" in opened[0]
    assert not is_provisional_day(view, SECOND_DAY)
    assert not is_provisional_day(view, date(2026, 6, 1))
    assert len(opened) == 2
