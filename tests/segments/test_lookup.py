"""Segments by name, and stored days, without Spark."""

from datetime import date
from pathlib import Path

import pytest
from builders import BUYERS, FIRST_DAY, SECOND_DAY, make_workspace, store_rows, stored_shop

from segspark.config.models import Workspace
from segspark.errors import ConfigError, UnknownName
from segspark.pipeline.view import Question, View, look
from segspark.segments.lookup import find_segment, is_provisional_day, newest_day, previous_day, segment_named
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


def named(scheme: str, key: str, fr: str, en: str) -> dict[str, str]:
    return {"scheme": scheme, "segment_id": f"{scheme}-{key}", "segment_key": key, "name_fr": fr, "name_en": en}


REGISTRY = [
    named("levels", "cold", "Froids", "Cold"),
    named("rfm", "cold", "Clients à potentiel", "Potential loyalists"),
    named("rfm", "champions", "Champions", "Champions"),
    named("rules", "vip", "Œuvres : l’été", "Summer: works"),
    named("rules", "rfm:odd", "Étrange", "Odd"),
    named("rules", "a", "Été", "Summer A"),
    named("rules", "b", "Ete", "Summer B"),
]


@pytest.mark.parametrize(
    ("name", "segment_id"),
    [
        ("CHAMPIONS", "rfm-champions"),
        ("clients a potentiel", "rfm-cold"),
        ("clients-a-potentiel", "rfm-cold"),
        ("oeuvres : l'ete", "rules-vip"),
        # Of two schemes.
        ("levels:cold", "levels-cold"),
        ("RFM:Cold", "rfm-cold"),
        ("rfm: champions", "rfm-champions"),
        ("rfm:rfm-champions", "rfm-champions"),
        # Names with a colon of their own.
        ("Summer: works", "rules-vip"),
        ("rules:summer: works", "rules-vip"),
        ("rfm:odd", "rules-rfm:odd"),
        # Accents count where nothing else tells two of one scheme apart.
        ("Été", "rules-a"),
        ("rules:Ete", "rules-b"),
    ],
)
def test_a_segment_is_found_without_accents_and_case_and_after_its_scheme(name: str, segment_id: str) -> None:
    assert segment_named(REGISTRY, name)["segment_id"] == segment_id


@pytest.mark.parametrize(
    ("name", "suggestions"),
    [
        ("cold", ("levels:cold", "rfm:cold")),
        ("COLD", ("levels:cold", "rfm:cold")),
        ("ETE", ("rules:Été", "rules:Ete")),
        ("champion", ("champions",)),
        ("potentiel", ("Clients à potentiel",)),
        ("rfm:champion", ("rfm:champions",)),
        ("rmf:champions", ("rfm:champions",)),
        ("xyz", ()),
    ],
)
def test_a_name_of_none_or_of_several_is_answered_with_names_that_are_found(
    name: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownName) as told:
        segment_named(REGISTRY, name)
    assert told.value.suggestions[: len(suggestions)] == suggestions
    assert (not suggestions) == (not told.value.suggestions)
    assert all(one in str(told.value) for one in told.value.suggestions)
    for one in told.value.suggestions:
        assert segment_named(REGISTRY, one)["segment_id"]


def test_two_segments_of_one_name_and_scheme_are_told_apart_by_their_ids() -> None:
    rows = [{**named("behaviour", key, "Inactifs", "Inactive"), "segment_key": f"behaviour-{key}"} for key in "xy"]
    with pytest.raises(UnknownName) as told:
        segment_named(rows, "inactifs")
    assert told.value.suggestions == ("behaviour-x", "behaviour-y")


def test_an_unknown_name_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no segment 'bayers'\. Did you mean buyers\? There are: buyers\."):
        find_segment(view_of(stored_shop(tmp_path / "w")), "bayers")


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
