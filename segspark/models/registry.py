"""Every model that can be trained; light, so that configuration and conditions can be checked without Spark."""

from typing import Any

from segspark.features.value import Value
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.model import Model
from segspark.models.propensity.model import CHURN, ENGAGEMENT_CHURN
from segspark.models.send_hour.model import SEND_HOUR
from segspark.models.value.model import VALUE
from segspark.sockets import Socket

MODELS: Socket[Model[Any, Any]] = Socket("model", BEHAVIOUR, CHURN, ENGAGEMENT_CHURN, VALUE, SEND_HOUR)


def scoring_models() -> tuple[Model[Any, Any], ...]:
    """The models that give scores."""
    return tuple(model for model in MODELS.all() if model.scores)


def model_values() -> dict[str, Value]:
    """The columns of models that conditions may use."""
    return {name: value for model in MODELS.all() for name, value in model.values.items()}
