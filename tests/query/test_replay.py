"""Which version is replayed, and on which days. test_explain.py replays those of a whole shop."""

from datetime import date
from pathlib import Path

import pytest
from builders import FIRST_DAY, SECOND_DAY, make_workspace, store_rows, stored_shop

from segspark.config.models import Rfm, Workspace
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError, GateClosed
from segspark.features.resources import load_catalogue
from segspark.pipeline.runs import record
from segspark.pipeline.view import View, look
from segspark.query.replay import REPLAY, check_in_use, find_version, replay_stored
from segspark.query.replay_by_spark import with_day
from segspark.scoring.cells import is_scored_otherwise, rfm_version
from segspark.segments.schemes.behaviour import BEHAVIOUR
from segspark.segments.schemes.rfm import RFM
from segspark.segments.schemes.rules import RULES
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return stored_shop(tmp_path / "w")


def view_of(workspace: Workspace, day: date) -> View:
    return look(REPLAY, workspace, Lake(workspace.lake), day)


def version(workspace: Workspace, said: str, day: date) -> str:
    return str(find_version(view_of(workspace, day), said, day)["definition_version"])


def test_a_version_is_itself_on_any_day(shop: Workspace) -> None:
    assert version(shop, "v2", FIRST_DAY) == "v2"


def test_a_name_means_the_version_that_made_the_day_s_rows(shop: Workspace) -> None:
    assert [version(shop, "buyers", day) for day in (FIRST_DAY, SECOND_DAY)] == ["v1", "v2"]


def test_of_a_day_without_rows_a_name_means_the_newest_version_from_before(shop: Workspace) -> None:
    assert version(shop, "buyers", date(2026, 5, 4)) == "v1"
    assert version(shop, "buyers", date(2026, 5, 9)) == "v2"
    # A rule that nobody fulfilled on its first day has no rows either.
    new = {"definition_version": "v1 of quiet", "scheme": "rules", "name": "quiet", "first_date": SECOND_DAY}
    store_rows(Lake(shop.lake), gold.DEFINITIONS, new)
    assert version(shop, "quiet", SECOND_DAY) == "v1 of quiet"


def test_a_day_before_a_definition_was_used_needs_a_version_by_name(shop: Workspace) -> None:
    with pytest.raises(ConfigError, match="first used for 2026-05-03; name a version to use it on 2026-05-01"):
        version(shop, "buyers", date(2026, 5, 1))


def test_what_is_neither_is_answered_with_what_there_is(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no definition or version 'v3'.*There are: buyers\."):
        version(shop, "v3", SECOND_DAY)
    with pytest.raises(ConfigError, match=r"There are: none\."):
        version(make_workspace(tmp_path / "empty"), "v3", SECOND_DAY)


def test_a_day_that_is_kept_is_taken_as_it_is_stored(shop: Workspace) -> None:
    lake = Lake(shop.lake)
    store_rows(lake, gold.FEATURES, {"person_id": "ann", "as_of_date": FIRST_DAY})
    # Features alone are not the day.
    with pytest.raises(GateClosed):
        with_day(view_of(shop, FIRST_DAY))
    store_rows(lake, gold.SCORES, {"person_id": "ann", "as_of_date": FIRST_DAY, "score": "recency"})
    view = view_of(shop, FIRST_DAY)
    assert with_day(view) is view


def test_scores_of_other_rules_are_made_again_and_those_of_today_stay(shop: Workspace) -> None:
    lake = Lake(shop.lake)
    # Rows that no run has written are what they are.
    assert not is_scored_otherwise(view_of(shop, FIRST_DAY))
    record(lake, run_id="s1", flow="scores", as_of=FIRST_DAY, state="done", outputs={"rfm_squares": []})
    assert is_scored_otherwise(view_of(shop, FIRST_DAY))
    record(lake, run_id="s2", flow="scores", as_of=FIRST_DAY, state="done", outputs={"rfm_version": rfm_version(Rfm())})
    assert not is_scored_otherwise(view_of(shop, FIRST_DAY))


def test_a_day_that_was_never_closed_cannot_be_made_again(shop: Workspace) -> None:
    with pytest.raises(GateClosed, match="not closed; the last day that is known is None"):
        with_day(view_of(shop, FIRST_DAY))
    record(Lake(shop.lake), run_id="t", flow="tiles", as_of=FIRST_DAY, state="done", outputs={})
    with pytest.raises(GateClosed, match="before 2026-05-05 are not closed; the last day that is known is 2026-05-03"):
        with_day(view_of(shop, SECOND_DAY))


def test_groups_of_a_model_need_a_kept_day_and_the_model_in_use(shop: Workspace) -> None:
    lake, of_model = Lake(shop.lake), {"definition_version": "m1", "scheme": BEHAVIOUR.name, "name": BEHAVIOUR.name}
    store_rows(lake, gold.DEFINITIONS, {**of_model, "first_date": FIRST_DAY})
    with pytest.raises(OnlyBySpark, match=f"the features of {FIRST_DAY} are not kept"):
        replay_stored(shop, lake, "m1", FIRST_DAY)
    of_day = {"person_id": "ann", "as_of_date": FIRST_DAY}
    store_rows(lake, gold.FEATURES.with_columns(load_catalogue(shop).stored_columns()), of_day)
    store_rows(lake, gold.SCORES, {**of_day, "score": "engagement", "value": 1.0})
    if FIRST_DAY not in lake.days(gold.PEOPLE):
        store_rows(lake, gold.PEOPLE, of_day)
    # Nothing was trained: no Java is started to say so.
    with pytest.raises(GateClosed, match=r"behaviour of version m1 follows from settings or a model .* in use is none"):
        replay_stored(shop, lake, "m1", FIRST_DAY)


def test_a_version_of_other_settings_cannot_be_computed_and_a_written_one_can() -> None:
    check_in_use(RFM, {"definition_version": "v2"}, ["v2"], FIRST_DAY)
    check_in_use(RULES, {"definition_version": "v1"}, ["v2"], FIRST_DAY)
    with pytest.raises(GateClosed, match=r"rfm of version v1 follows from settings .* in use is v2"):
        check_in_use(RFM, {"definition_version": "v1"}, ["v2"], FIRST_DAY)
