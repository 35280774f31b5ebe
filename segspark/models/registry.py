"""Every model that can be trained; light, so that configuration and conditions can be checked without Spark."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

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


@dataclass(frozen=True)
class ScoreColumn:
    """A column of people, from the stored scores of a model.

    Attributes:
        stored_as: a regular expression for the names in gold.scores.
        part: the column of gold.scores.
    """

    name: str
    stored_as: str
    part: Literal["value", "band"]


def score_columns(config: Models) -> tuple[ScoreColumn, ...]:
    """The columns of all scores. A score that looks ahead has two: ``churn_90d``, as it is stored by the configured
    horizon, and ``churn``, its former name, which is the day's score whatever horizon it has."""
    columns = []
    for model in scoring_models(config):
        for score in model.scores:
            columns.append(ScoreColumn(score.column, score.stored_as, "value"))
            if score.horizon:
                name = f"{score.column}_{getattr(config.of(model), score.horizon)}d"
                columns.append(ScoreColumn(name, f"^{name}$", "value"))
            if score.band:
                columns.append(ScoreColumn(score.band, score.stored_as, "band"))
    return tuple(columns)


def model_values(config: Models) -> dict[str, Value]:
    """The columns of models that conditions may use."""
    of_models = {name: value for model in models_of(config) for name, value in model.values.items()}
    return of_models | {c.name: Value("number" if c.part == "value" else "text") for c in score_columns(config)}


def columns_in_conditions() -> tuple[Stored, ...]:
    """The columns of models that conditions may look at, as a table stores them."""
    return _stored(lambda column: column.value is not None)


def columns_of_people() -> tuple[Stored, ...]:
    """The columns of models that gold.people keeps: those of conditions, and those that only questions read."""
    return _stored(lambda column: column.value is not None or column.is_stored)


def _stored(is_wanted: Callable[[Column], bool]) -> tuple[Stored, ...]:
    outputs = [output for model in MODELS.all() for output in model.outputs]
    return tuple(
        personal(o.column, o.stored_type, o.comment) for o in outputs if isinstance(o, Column) and is_wanted(o)
    )
