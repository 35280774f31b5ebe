"""Columns of people that models give, besides scores: computed where people are, and stored nowhere."""

from collections.abc import Collection, Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.model import Column, Model
from segspark.models.registry import MODELS
from segspark.models.resources import model_in_use
from segspark.models.tracking import Loaded, read_inputs
from segspark.pipeline.view import View

Found = Mapping[Model[Any, Any], Loaded | None]


def column_models() -> tuple[Model[Any, Any], ...]:
    """The models that add columns to people themselves."""
    return tuple(model for model in MODELS.all() if model.columns is not None)


def models_for(view: View, wanted: Collection[str] | None) -> Found:
    """The versions in use of the models that give a wanted column; None is every column."""
    asked = (m for m in column_models() if wanted is None or any(c.column in wanted for c in _columns(m)))
    return {model: view.context[model_in_use(model)] for model in asked}


def inputs_of(view: View, found: Found) -> set[str]:
    """The columns of people that these versions look at."""
    mlflow = view.settings.mlflow
    return {name for m, loaded in found.items() if loaded for name in m.needs(read_inputs(mlflow, loaded))}


def with_model_columns(people: DataFrame, view: View, found: Found) -> DataFrame:
    """People with the columns of these models; null where no version may speak about the day.

    Args:
        people: person_id and ``inputs_of`` the models.
    """
    for model, loaded in found.items():
        if loaded is not None and model.columns is not None:
            people = model.columns(view, loaded, people)
        else:
            people = people.withColumns({c.column: F.lit(None).cast(c.stored_type) for c in _columns(model)})
    return people


def _columns(model: Model[Any, Any]) -> tuple[Column, ...]:
    return tuple(output for output in model.outputs if isinstance(output, Column))
