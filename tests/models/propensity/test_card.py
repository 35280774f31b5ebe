"""The card of a model of propensity says what its documents hold, and what they do not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from models.propensity.test_trees_contest import CONTEST, FAILED
from reports.card_samples import CHURN, JUDGED, RECORD, REVIEW, churn

from segspark.models.card import Content, Facts, Grid, InputName, Interval, Paragraph, Part, Said
from segspark.models.evaluate.judgement import HELD_OUT, Blend, LearningPoint, Threshold
from segspark.models.propensity.card import propensity_card
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.version import Version
from segspark.sections import Number, People, Share


def card(version: Version[Any] | None = None) -> Content:
    return propensity_card(NO_ORDER, version or churn())


def with_review(**changes: Any) -> Version[Any]:
    return churn(documents=replace(CHURN, review=replace(REVIEW, **changes)))


def part(content: Content, title: str) -> Part:
    return next(p for p in (*content.about, *content.evidence) if p.title.words["en"] == title)


def grids(part: Part) -> list[Grid]:
    return [block for block in part.blocks if isinstance(block, Grid)]


def said(found: object) -> Iterator[str]:
    """All English texts within something, figures written plainly."""
    match found:
        case Said(words, values):
            yield words["en"].format(**{k: " ".join(said(v)) or v for k, v in values.items()})
        case Number(value, digits):
            yield f"{value:.{digits}f}"
        case Share(value):
            yield f"{value:.1%}"
        case People(n):
            yield str(n)
        case str() | date():
            yield str(found)
        case InputName(name):
            yield name
        case tuple() | list():
            for each in found:
                yield from said(each)
        case _ if hasattr(found, "__dataclass_fields__"):
            yield from said([getattr(found, name) for name in found.__dataclass_fields__])


def test_every_card_says_what_it_is_for_and_what_not() -> None:
    told = " ".join(said(card().about))
    assert "no order within the next 90 days" in told
    assert "the score is about 90 days and no longer" in told
    assert "people who ordered within the last 365 days" in told
    assert "days_since_order <= 365" in told
    assert "newest consent known on the day of the training permits profiling" in told
    assert "68.0%" in told


def test_what_is_predicted_is_in_the_words_of_its_outcome() -> None:
    told = " ".join(said(propensity_card(NO_ACT, churn(record={**RECORD, "gap_days": "7", "label_days": "30"})).about))
    assert "no click, visit or order within the next 30 days" in told
    assert "30 days, after a gap of 7 days" in told
    assert "people who clicked, visited the site or ordered within the last 365 days" in told


def test_the_cuts_have_their_people_and_positives() -> None:
    (rows,) = [block.rows for block in card().data if isinstance(block, Grid)]
    assert rows[-1][0] == date(2026, 3, 3)
    assert rows[-1][2:] == (People(11_420), People(7_766), Share(7_766 / 11_420))
    assert "8f14e45fceea167a5a36dedd4bea2543" in " ".join(said(card().data[0]))


def test_quality_stands_with_intervals_beside_every_baseline() -> None:
    own, beside = grids(part(card(), "Quality, and beside what is simpler"))
    assert own.rows[0][1] == Interval(0.836, 0.828, 0.844)
    assert [next(said(row[0])) for row in beside.rows] == ["Recency alone", "Logistic regression on RFM", "BG/NBD"]
    assert beside.rows[2][3] == Interval(0.042, 0.036, 0.048)
    # Of those with an outcome in two of three, the other one is the rarer.
    assert "In the tenth where it is likeliest: ordered" in list(said(own.rows))


def test_the_cheapest_threshold_is_marked_also_where_it_is_none() -> None:
    """By hand: of 100 people 20 have the outcome. At .5 are 10, of whom 8 rightly: 2 in vain and 12 missed."""
    few = replace(JUDGED, n=100, base_rate=0.2)
    threshold = (Threshold(0.5, 10, 8, 12, 0.0),)

    def found(false: float, missed: float) -> tuple[int | None, list[float]]:
        cost = 2 * false + 12 * missed
        review = {"judged": few, "thresholds": (replace(threshold[0], cost=cost),)}
        record = {**RECORD, "cost_false": str(false), "cost_missed": str(missed)}
        (grid,) = grids(part(card(replace(with_review(**review), record=record)), "Where to put the threshold"))
        return grid.marked, [row[-1].value for row in grid.rows]  # type: ignore[union-attr]

    assert found(1, 2) == (1, [0.4, 0.26, 0.8])
    # Whoever is missed costs nothing: nobody is asked; being found in vain costs nothing: everybody is.
    assert found(1, 0) == (0, [0.0, 0.02, 0.8])
    assert found(0, 5) == (2, [1.0, 0.6, 0.0])


def test_the_threshold_table_counts_who_is_found_rightly_and_in_vain() -> None:
    (grid,) = grids(part(card(), "Where to put the threshold"))
    assert grid.rows[2][1:5] == (People(1_142), People(1_105), People(37), People(6_661))
    # That nobody is found in vain at a threshold is hidden as any small count is; in the outer rows it is no finding.
    spotless = (Threshold(0.9, 40, 40, 60, 1.0),)
    (one,) = grids(part(card(with_review(thresholds=spotless)), "Where to put the threshold"))
    assert one.rows[1][3] == People(0)
    assert grid.rows[0][1:4] == (Number(0),) * 3


@pytest.mark.parametrize(("half", "expected"), [(0.4762, "more data would probably help"), (0.4725, "hardly changes")])
def test_the_learning_curve_says_whether_more_data_would_help(half: float, expected: str) -> None:
    points = (LearningPoint(0.5, 100, 0.8, half), LearningPoint(1.0, 200, 0.81, 0.4721))
    assert expected in " ".join(said(part(card(with_review(learning=points)), "Would more data help?")))
    titles = [p.title.words["en"] for p in card(with_review(learning=points[1:])).evidence]
    assert "Would more data help?" not in titles


def test_a_blend_is_named_with_its_weights() -> None:
    title = "What weighs most"
    alone = part(card(with_review(blend=None)), title)
    assert not any(isinstance(block, Paragraph) for block in alone.blocks)
    blended = part(card(with_review(blend=Blend(0.1, 0.3, 0.64, -0.3), blended_with="bgnbd")), title)
    (paragraph,) = [block for block in blended.blocks if isinstance(block, Paragraph)]
    assert paragraph.said.values == {"model": InputName("bgnbd"), "weight": Number(0.3, 2), "of_other": Number(0.64, 2)}


def test_drift_names_the_inputs_of_another_population() -> None:
    moved = part(card(), "Have the inputs moved?")
    (paragraph,) = [b for b in moved.blocks if isinstance(b, Paragraph)]
    assert paragraph.tone == "bad"
    assert "one judged: n_visit_day_90d. Moved a little: 0" in " ".join(said(paragraph))
    assert [next(said(row[2])) for row in grids(moved)[0].rows] == ["alarm", "stable", "stable"]
    steady = part(card(with_review(drift=REVIEW.drift[1:])), "Have the inputs moved?")
    assert "no input has moved a lot" in " ".join(said(steady))


def limits(version: Version[Any]) -> str:
    return " ".join(said(card(version).limits))


def test_the_limits_say_what_was_not_seen() -> None:
    told = limits(churn())
    assert "between 2025-09-04 and 2026-03-03, less than a year" in told
    assert "40.0% of the people labelled positive came back in the 90 days" in told
    assert "It reads the configured calendar" in told
    assert "Not checked by: Region" in told
    assert "held out" not in told


def test_the_limits_follow_the_documents() -> None:
    held_out = with_review(judged=replace(JUDGED, how=HELD_OUT))
    assert "Another season has not been tried" in limits(held_out)
    long = churn(
        documents=replace(CHURN, train_cuts=(date(2025, 1, 1),), came_back=None, fill={"days_since_order": 1.0})
    )
    told = limits(long)
    assert "less than a year" not in told
    assert "came back" not in told
    assert "does not know the calendar" in told


def test_a_challenger_is_told_with_the_interval_and_both_times() -> None:
    title = "Other trees, for comparison: {name}"
    judged, verdict, facts = part(card(with_review(challenger=CONTEST)), title).blocks
    assert isinstance(facts, Facts)
    assert [value for _, value in facts.rows] == [
        People(900),
        Interval(0.02, 0.01, 0.03, 4),
        Number(12.4),
        Number(61.0),
    ]
    assert "is a comparison and gives no score" in " ".join(said(verdict))
    assert "the log-loss is 0.410" in " ".join(said(judged))
    (why,) = part(card(with_review(challenger=FAILED)), title).blocks
    assert isinstance(why, Paragraph)
    assert why.tone == "note"
    assert "its fit failed (ValueError)" in " ".join(said(why))
    assert title not in [p.title.words["en"] for p in card().evidence]


def test_a_version_of_an_earlier_release_says_what_is_missing() -> None:
    old = churn(documents=replace(CHURN, review=None, came_back=None))
    assert "intervals, baselines, reliability, thresholds and parts of the list were not kept" in limits(old)
    assert [p.title.words["en"] for p in card(old).evidence] == ["What weighs most"]
    younger = with_review(cuts=(), learning=(), drift=())
    assert "nor the drift of the inputs" in limits(younger)
    nothing = card(churn(documents=None, record={}))
    assert nothing.evidence == ()
    assert nothing.about
