"""Words of a challenger: the same fields in both languages, a text for each outcome, figures as each language writes them."""

from string import Formatter

import pytest
from models.propensity.test_trees_contest import CONTEST, FAILED, with_gain

from segspark.models.evaluate.judgement import Estimate
from segspark.models.notes import noted
from segspark.models.propensity.challenger_words import JUDGED, TITLE, VERDICT, WHY, sentences
from segspark.models.propensity.trees_contest import TreesContest
from segspark.sections import Words


@pytest.mark.parametrize("words", [TITLE, JUDGED, *VERDICT.values(), *WHY.values()])
def test_both_languages_say_the_same_figures(words: Words) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(words[language]) if name} for language in ("fr", "en")]
    assert fields[0] == fields[1]


def test_the_figures_of_both_and_who_is_better() -> None:
    judged, verdict = map(noted, sentences(CONTEST))
    assert "With XGBoost in the place of the model's trees" in judged["en"]
    assert "the log-loss is 0.410, the AUC 0.830, and the calibration error beyond chance 0.012" in judged["en"]
    assert "La log-loss".lower() in judged["fr"]
    assert "de 0,410, l'AUC de 0,830" in judged["fr"]
    assert judged["en"].endswith("The model has a log-loss of 0.430 and an AUC of 0.810.")
    assert verdict["en"].startswith("XGBoost predicts clearly better")
    assert "ne donne aucun score" in verdict["fr"]


@pytest.mark.parametrize(
    ("gain", "told"),
    [(Estimate(0.01, -0.01, 0.02), "Neither"), (Estimate(-0.03, -0.04, -0.01), "XGBoost predicts clearly worse")],
)
def test_the_verdict_is_by_the_interval(gain: Estimate, told: str) -> None:
    assert noted(sentences(with_gain(gain))[1])["en"].startswith(told)


def test_without_a_comparison_it_says_why() -> None:
    (failed,) = map(noted, sentences(FAILED))
    assert failed["en"] == "XGBoost was not compared: its fit failed (ValueError). The model does not depend on it."
    assert "son ajustement a échoué (ValueError)" in failed["fr"]
    for why in ("connect", "dynamic_allocation"):
        (said,) = map(noted, sentences(TreesContest("XGBoost", why)))
        assert said["en"].startswith("XGBoost was not compared: it cannot be fitted")
