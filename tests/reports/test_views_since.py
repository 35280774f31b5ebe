"""What a page says of a model since its training: alarms by name, and one line where there is none."""

from dataclasses import replace
from datetime import date

from models.monitoring.test_since import ENDED
from models.propensity.test_documents import DOCUMENTS

from segspark.models.monitoring.since import Moved, SinceTraining
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.sections import PropensityQuality
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts
from segspark.reports.views_since import COLUMNS, since_lines, since_windows

PAGE = Page(Formats("en", "EUR"), Texts("en"), 20)
FRENCH = Page(Formats("fr", "EUR"), Texts("fr"), 20)
QUIET = SinceTraining((), (), 30, date(2026, 8, 30), 0.05)


def content(since: SinceTraining | None) -> PropensityQuality:
    return PropensityQuality(90, NO_ORDER.words, DOCUMENTS, "small_churn/1", since)


def test_without_an_alarm_it_is_one_line_that_says_when_there_is_more() -> None:
    ((how, text),) = since_lines(content(QUIET), PAGE)
    assert how == "muted"
    assert text == (
        "Nothing alarming: the 30 measures that are compared are spread as at the training. No score can be verified yet: "
        "the first 90 days that were predicted end on 30 August 2026."
    )


def test_alarms_name_the_inputs_in_words() -> None:
    moved = (
        Moved("n_order_90d", False, 0.31, "alarm"),
        Moved("churn", True, 0.27, "alarm"),
        Moved("n_click_30d", False, 0.12, "look"),
    )
    (how, alarm), (_, calm) = since_lines(content(replace(QUIET, moved=moved)), PAGE)
    assert how == "verdict bad"
    assert "Orders, 90\u00a0d (0.31), the score itself (0.27)" in alarm
    assert "To be watched, no alarm (stability index): Human clicks, 30\u00a0d (0.12)." in calm
    assert "Nothing alarming" not in calm


def test_a_rate_that_has_changed_is_told_with_both_rates() -> None:
    changed = replace(ENDED, trained_rate=0.6, n_people=10_000)
    lines = since_lines(content(replace(QUIET, ended=(changed,))), FRENCH)
    assert lines[0][0] == "verdict bad"
    assert (
        "70\u00a0% des personnes du 3 mars 2026 n'ont rien commandé, contre 60\u00a0% à l'entraînement" in lines[0][1]
    )
    assert "encore vérifié" not in lines[1][1]


def test_a_day_that_was_not_compared_says_so() -> None:
    ((_, text),) = since_lines(content(replace(QUIET, n_compared=0)), PAGE)
    assert text.startswith("The people of this day were not compared")


def test_windows_have_a_cell_for_each_column_and_round_their_people() -> None:
    ((day, cells),) = since_windows(content(replace(QUIET, ended=(replace(ENDED, n_people=10_013),))), PAGE)
    assert len(cells) == len(COLUMNS) - 1
    assert day == "3 March 2026"
    assert cells == ("10,000", "70%", "0.810 (0.780 – 0.840)", "0.010", "0.500")


def test_without_a_model_there_is_nothing() -> None:
    assert since_lines(content(None), PAGE) == []
    assert since_windows(content(None), PAGE) == []
