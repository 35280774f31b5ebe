"""Checking the outcomes and inputs of a workspace's models before Spark starts."""

from segspark.config.models import Models, Workspace
from segspark.errors import ConfigError
from segspark.features.resources import load_catalogue
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.own import input_issues, outcome_issues
from segspark.models.registry import MODELS, models_of
from segspark.segments.values import values_of


def check_outcomes(workspace: Workspace) -> None:
    """Check the names of measures and columns that the models of propensity look at.

    Raises:
        ConfigError: all errors at once.
    """
    catalogue, models = load_catalogue(workspace), workspace.models
    issues = outcome_issues(models, catalogue, (*values_of(catalogue, Models()), *MODELS.names(), *Models.model_fields))
    for model in models_of(models):
        config = models.of(model)
        if isinstance(config, Propensity):
            issues += input_issues(f"models.{model.name}.inputs", config.inputs, catalogue)
    if issues:
        raise ConfigError("\n".join(dict.fromkeys(issues)))
