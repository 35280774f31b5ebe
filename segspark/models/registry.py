"""Every model that can be trained; light, so that the configuration can be checked without Spark."""

from typing import Any

from segspark.models.churn.model import CHURN
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.model import Model
from segspark.sockets import Socket

MODELS: Socket[Model[Any]] = Socket("model", BEHAVIOUR, CHURN)
