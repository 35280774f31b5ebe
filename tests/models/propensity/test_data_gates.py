"""A model is refused where the data cannot carry it, and each lack is told once."""

import json
from dataclasses import asdict
from datetime import date

from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import Cuts, choose_cuts
from segspark.models.propensity.data_gates import Count, Lack, history_lacks, people_lacks
from segspark.models.propensity.outcome import Window
from segspark.reports.texts import TEXTS
from segspark.time import DAY

CUTS = Cuts((date(2026, 1, 1),), date(2026, 4, 1))
CONFIG = Propensity(min_people=10, min_class=3, min_history_days=180, label_days=90)


def test_enough_of_everything() -> None:
    assert history_lacks(date(2025, 1, 1), CUTS, CONFIG) == []
    assert people_lacks({"train": Count(20, 5, 18), "validate": Count(20, 17, 3)}, CONFIG) == []


def test_of_270_days_a_model_of_90_days_may_be_made_by_default() -> None:
    as_of, config = date(2011, 8, 31), Propensity()
    for days, is_enough in ((270, True), (269, False)):
        first = as_of - days * DAY
        cuts = choose_cuts(as_of, Window(90), 12, 30, first, config.min_history_days)
        assert (history_lacks(first, cuts, config) == []) is is_enough


def test_each_lack_is_told_once() -> None:
    (short,) = history_lacks(date(2025, 12, 1), CUTS, CONFIG)
    assert short.values == {"days": 31, "needed": 180, "ready": date(2026, 11, 26)}
    assert "wait until 2026-11-26" in str(short)
    found = people_lacks({"train": Count(9, 4, 5), "validate": Count(30, 2, 28)}, CONFIG)
    assert [lack.code for lack in found] == ["few_people", "few_labels"]
    assert people_lacks({"train": Count(9, 4, 5), "validate": Count(9, 4, 5)}, CONFIG) == found[:1]
    assert history_lacks(None, CUTS, CONFIG) == [Lack("no_order", {})]


def test_people_at_several_cuts_are_counted_once() -> None:
    # Twenty people who had the label at each of twelve cuts, and five who also had it not: nothing is negative.
    assert people_lacks({"train": Count(20, 20, 5)}, CONFIG) == []


def test_every_lack_is_said_in_both_languages_and_outlives_a_record() -> None:
    for lack in (
        Lack("no_order", {}),
        Lack("history", {"days": 3, "needed": 180, "ready": date(2026, 11, 26)}),
        Lack("few_people", {"n": 3, "needed": 10}),
        Lack("few_labels", {"churned": 1, "n": 3, "needed": 10}),
    ):
        assert str(lack)
        for text in TEXTS[f"refused_{lack.code}"]:
            assert text.format(**{k: str(v) for k, v in lack.values.items()})
        assert json.loads(json.dumps(asdict(lack), default=str))["code"] == lack.code
