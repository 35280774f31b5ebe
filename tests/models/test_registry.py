"""Every model that can be trained, as values."""

import re

import pytest

from segspark.app.workspace import workspace_type
from segspark.config.models import Models
from segspark.features.value import Value
from segspark.models.model import Score
from segspark.models.propensity.model import CHURN
from segspark.models.registry import MODELS, model_values, score_columns, scoring_models


def test_the_names_of_models_stay() -> None:
    # Registered models, files of configuration and columns of scores bear them.
    assert {"behaviour", "churn", "engagement_churn", "customer_value"} <= set(MODELS.names())


def test_what_models_give_has_names_of_its_own() -> None:
    columns = [o.column for m in MODELS.all() for o in m.outputs] + [
        s.band for m in MODELS.all() for s in m.scores if s.band
    ]
    assert len(set(columns)) == len(columns)
    # Conditions in files of workspaces use these.
    stay = {"cluster": Value("number"), "churn": Value("number"), "churn_band": Value("text")}
    assert model_values(Models()) | stay == model_values(Models())


def test_whoever_declares_scores_gives_them() -> None:
    assert CHURN in scoring_models(Models())
    assert all((model.score is not None) == bool(model.scores) for model in MODELS.all())


@pytest.mark.parametrize(
    ("record", "name"), [({"label_days": "90"}, "churn_90d"), ({"label_days": "30"}, "churn_30d"), ({}, "churn")]
)
def test_a_score_is_named_by_the_record_of_its_model(record: dict[str, str], name: str) -> None:
    (churn,) = CHURN.scores
    assert churn.name(record) == name
    assert re.search(churn.stored_as, name)


@pytest.mark.parametrize("other", ["churn_band", "churn_90", "my_churn_90d", "churn_90d_old"])
def test_names_of_other_scores_are_not_taken_for_it(other: str) -> None:
    assert not re.search(CHURN.scores[0].stored_as, other)
    assert not re.search(Score("churn").stored_as, "churn_90d")


def test_the_defaults_of_every_model_are_enough() -> None:
    for model in MODELS.all():
        assert model.config() == model.config.model_validate({})


def test_a_score_that_looks_ahead_is_named_as_it_is_stored_and_by_its_former_name() -> None:
    models = type(workspace_type().model_fields["models"].default).model_validate({"churn": {"label_days": 30}})
    columns = {c.name: c for c in score_columns(models)}
    assert {"churn_30d", "churn", "churn_band", "p_alive", "value_cents_365d"} <= set(columns)
    assert "churn_90d" not in columns
    # A name with a horizon is the score of that horizon alone.
    assert not re.search(columns["churn_30d"].stored_as, "churn_90d")
    assert model_values(models)["churn_30d"] == Value("number")
