"""Outcomes of a workspace: from a few lines of YAML to models, and what is wrong with those lines."""

from typing import Any

import pytest

from segspark.config.models import Models
from segspark.features.catalogue import build_catalogue
from segspark.models.propensity.config import Inputs, OwnOutcome
from segspark.models.propensity.own import input_issues, outcome_issues, outcome_of, own_models

CATALOGUE = build_catalogue((30, 90, 365))


def own(**config: Any) -> OwnOutcome:
    return OwnOutcome(**{"measure": "n_order", **config})


def models(**outcomes: OwnOutcome) -> Models:
    return Models(outcomes=dict(outcomes))


def test_an_outcome_is_what_its_lines_say() -> None:
    config = own(population="n_order_day_lifetime = 1", exclude="n_complaint_365d > 0", label_days=60)
    found = outcome_of("second_order", config)
    assert (found.name, found.measure, found.is_absence) == ("second_order", "n_order", False)
    assert found.population == "(n_order_day_lifetime = 1) AND NOT coalesce(n_complaint_365d > 0, false)"
    assert set(found.needs) == {"n_order_day_lifetime", "n_complaint_365d", "days_since_active"}


def test_everybody_is_a_population() -> None:
    assert outcome_of("x", own(population="")).population == "true"
    assert outcome_of("x", own()).needs == ("days_since_active",)


def test_each_outcome_has_a_model_with_its_score_and_the_same_lines_the_same_model() -> None:
    config = models(second_order=own(), buys=own(is_absence=True))
    buys, second = own_models(config)
    assert [m.name for m in (buys, second)] == ["buys", "second_order"]
    assert [score.column for score in second.scores] == ["second_order"]
    assert own_models(models(second_order=own()))[0] is second
    assert own_models(models(second_order=own(label_days=9)))[0] is not second
    assert config.of(second) == own()


def test_words_come_from_the_lines_or_from_the_name() -> None:
    said = outcome_of("x", own(title={"fr": "Deuxième commande"}, did={"en": "ordered again"})).words
    assert said.title == {"fr": "Deuxième commande dans les {days} jours", "en": "x within {days} days"}
    assert said.did["en"] == "ordered again"
    plain = outcome_of("second_order", own()).words
    assert plain.short == {"fr": "second order", "en": "second order"}
    assert plain.did["en"] == "had this outcome (second order: yes)"
    assert outcome_of("x", own(is_absence=True)).words.did["en"] == "had this outcome (x: no)"
    assert plain.population["en"] == "people with days_since_active <= {days}"


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"measure": "n_ordr"}, "models.outcomes.x.measure: there is no 'n_ordr'; did you mean n_order?"),
        ({"after": "n_post"}, "models.outcomes.x.after: there is no 'n_post'"),
        ({"recency": "days_since_ordr"}, "did you mean days_since_order?"),
        ({"population": "n_order_91d > 0"}, "models.outcomes.x.population: there is no 'n_order_91d'"),
        ({"exclude": "n_order_90d >"}, "models.outcomes.x.exclude: "),
    ],
)
def test_what_does_not_exist_is_told_with_what_does(config: dict[str, Any], told: str) -> None:
    (issue,) = outcome_issues(models(x=own(**config)), CATALOGUE, ())
    assert told in issue


def test_a_name_that_is_taken_is_told() -> None:
    (issue,) = outcome_issues(models(churn=own()), CATALOGUE, ("churn",))
    assert issue.startswith("models.outcomes.churn: there is a value or a model of this name already")
    assert outcome_issues(models(second_order=own()), CATALOGUE, ("churn",)) == []


def test_an_input_that_does_not_exist_is_told() -> None:
    inputs = Inputs(catalogue=("days_since_order", "overdu"), features=("n_click_30d", "n_clik_30d"), attributes={})
    assert input_issues("models.churn.inputs", inputs, CATALOGUE) == [
        "models.churn.inputs.catalogue: there is no 'overdu'; did you mean overdue?",
        "models.churn.inputs.features: there is no 'n_clik_30d'; did you mean n_click_30d?",
    ]
