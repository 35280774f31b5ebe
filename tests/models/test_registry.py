"""Every model that can be trained, as values."""

from segspark.models.registry import MODELS


def test_the_names_of_models_stay() -> None:
    # Registered models, files of configuration and columns of scores bear them.
    assert MODELS.names() == ("behaviour", "churn")


def test_the_defaults_of_every_model_are_enough() -> None:
    for model in MODELS.all():
        assert model.config() == model.config.model_validate({})
