"""Reading a YAML file of definitions as its form, with the line of everything in it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segspark.config.load import substitute
from segspark.config.yaml_lines import load_yaml, problems_of, raise_all
from segspark.errors import ConfigError
from segspark.segments.rules.yaml import Place, Where
from segspark.segments.validation_errors import ValidationIssue, issues_of

M = TypeVar("M", bound=BaseModel)


class Form(BaseModel):
    """Base of all forms: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NameForm(Form):
    """A text in both languages."""

    fr: str = Field(description="In French")
    en: str = Field(description="In English")


def read_form(path: Path, form: type[M], issues: list[ValidationIssue]) -> tuple[M, Where] | None:
    """A YAML file as its form, with the location of each of its keys and items; None if it cannot be read."""
    try:
        data, lines = load_yaml(path)
        data, problems = substitute(data, os.environ, str(path), lines)
        raise_all(problems)
        try:
            read = form.model_validate({} if data is None else data)
        except ValidationError as error:
            raise_all(problems_of(error, str(path), lines, form))
            raise
    except ConfigError as error:
        issues += issues_of(error, path)
        return None

    def where(place: Place) -> str:
        while place and place not in lines:
            place = place[:-1]
        return f"{path.name}:{lines.get(place, 1)}"

    return read, where


def below(where: Where, place: Place) -> Where:
    """Locations below a place."""
    return lambda more: where((*place, *more))


def doubled(what: str, keys: Sequence[tuple[str, str]]) -> list[ValidationIssue]:
    """An error for each repeated name, located where it is repeated.

    Args:
        keys: names with their locations.
    """
    first: dict[str, str] = {}
    issues = []
    for key, where in keys:
        if key in first:
            message = f"{what} {key!r} is there already, at {first[key]}."
            issues.append(ValidationIssue("double_name", message, where, f"Give one of them another name than {key}."))
        first.setdefault(key, where)
    return issues
