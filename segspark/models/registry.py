"""Every model that can be trained; light, so that configuration and conditions can be checked without Spark."""

from typing import Any

from segspark.config.models import Models
from segspark.features.value import Value
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.model import Column, Model
from segspark.models.propensity.model import CHURN, ENGAGEMENT_CHURN
from segspark.models.propensity.own import own_models
from segspark.models.send_hour.model import SEND_HOUR
from segspark.models.table.model import table_models
from segspark.models.value.model import VALUE
from segspark.sockets import Socket
from segspark.tables.contracts.contract import Column as Stored
from segspark.tables.contracts.contract import personal

MODELS: Socket[Model[Any, Any]] = Socket("model", BEHAVIOUR, CHURN, ENGAGEMENT_CHURN, VALUE, SEND_HOUR)


def models_of(config: Models) -> tuple[Model[Any, Any], ...]:
    """Every model that a workspace may have trained: those of the program, and its own."""
    return (*MODELS.all(), *own_models(config), *table_models(config))


def find_model(config: Models, name: str) -> Model[Any, Any]:
    """The model of a name.

    Raises:
        ConfigError: there is none; lists what exists.
    """
    return Socket("model", *models_of(config)).find(name)


def scoring_models(config: Models) -> tuple[Model[Any, Any], ...]:
    """The models that give scores."""
    return tuple(model for model in models_of(config) if model.scores)


def model_values(config: Models) -> dict[str, Value]:
    """The columns of models that conditions may use."""
    return {name: value for model in models_of(config) for name, value in model.values.items()}


def columns_in_conditions() -> tuple[Stored, ...]:
    """The columns of models that conditions may look at, as a table stores them."""
    outputs = [output for model in MODELS.all() for output in model.outputs]
    return tuple(
        personal(o.column, o.stored_type, o.comment) for o in outputs if isinstance(o, Column) and o.value is not None
    )
