"""The verdict about a model is good only where everything asked for is met."""

from dataclasses import replace
from typing import Any

from models.propensity.test_documents import DOCUMENTS, REVIEW

from segspark.models.evaluate.judgement import HELD_OUT
from segspark.models.model import Trained
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.sections import PropensityQuality, propensity_sections
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts
from segspark.reports.views_propensity import how_key, propensity_metrics, verdict

PAGE = Page(Formats("en", "EUR"), Texts("en"), 1)
REVIEWED = replace(DOCUMENTS, review=REVIEW)


def test_open_gates_are_needed_too() -> None:
    assert verdict(REVIEWED) == ("good", "verdict_better")
    shut = replace(REVIEW, gates=(replace(REVIEW.gates[0], is_open=False),))
    assert verdict(replace(REVIEWED, review=shut)) == ("", "verdict_mixed")
    # Models of earlier releases had no gates of quality.
    assert verdict(DOCUMENTS) == ("good", "verdict_better")


def test_who_was_judged_is_said() -> None:
    assert how_key(DOCUMENTS) == how_key(REVIEWED) == "how_next_cut"
    held_out = replace(REVIEW, judged=replace(REVIEW.judged, how=HELD_OUT))
    assert how_key(replace(REVIEWED, review=held_out)) == "how_held_out"


def metrics(documents: Any) -> dict[str, tuple[str, str, str]]:
    (section,) = propensity_sections(
        NO_ORDER, Trained("m/1", documents.validation_cut, {"label_days": "90"}, documents)
    )
    assert isinstance(section.content, PropensityQuality)
    return {name: rest for name, *rest in propensity_metrics(section.content, PAGE)}  # type: ignore[misc]


def test_a_review_adds_the_loss_with_its_interval_and_the_calibration() -> None:
    found = metrics(REVIEWED)
    assert list(found["Log-loss"]) == [
        "0.400",
        "0.500",
        "Loss of the probabilities; lower is better. 95% interval: 0.300 – 0.500.",
    ]
    assert found["Calibration error beyond chance"][0] == "0.020"
    assert "Log-loss" not in metrics(DOCUMENTS)


def test_the_lift_is_of_the_rarer_outcome_in_its_own_words() -> None:
    # One of five had the outcome.
    assert "ordered nothing" in metrics(DOCUMENTS)["Lift of the likeliest tenth"][2]
