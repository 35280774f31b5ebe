"""The workspace's type for the schemes, models and other variants that exist: their names and sections.

The rooms above know what exists. With the type they make here, the messages for wrong keys and values, the overrides
from the environment and the published schema know it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator, create_model
from pydantic.fields import FieldInfo

from segspark.config.models import Model, Models, Name, Workspace


@dataclass(frozen=True)
class Choice:
    """The names that a text field, or a list of texts, may hold.

    Attributes:
        place: the field, as ``segments.schemes``.
        names: what exists.
        default: what holds where nothing is given; a tuple for a list, and then also where the list is empty.
    """

    place: str
    names: tuple[str, ...]
    default: str | tuple[str, ...]


def workspace_type(
    choices: Sequence[Choice], models: Mapping[str, type[Model]], own: Mapping[str, type[Model]] | None = None
) -> type[Workspace]:
    """The Workspace whose fields hold names of what exists only, with a section for each model.

    Args:
        choices: fields that name variants.
        models: name of a model -> the type of its section below ``models``; every field of it needs a default.
        own: fields below ``models`` that hold the workspace's models by name -> the type of each.
    """
    return _workspace_type(tuple(choices), tuple(models.items()), tuple((own or {}).items()))


@cache
def _workspace_type(
    choices: tuple[Choice, ...], models: tuple[tuple[str, type[Model]], ...], own: tuple[tuple[str, type[Model]], ...]
) -> type[Workspace]:
    made: type[Workspace] = _with_fields(Workspace, {"models": _section(_with_own(dict(own)), dict(models))})
    for choice in choices:
        made = _with_choice(made, choice.place.split("."), choice)
    return made


def _with_own(own: Mapping[str, type[Any]]) -> type[Models]:
    """The section of models whose fields of this name hold entries of this type."""
    described = {name: Models.model_fields[name].description for name in own}
    fields = {n: (dict[Name, each], FieldInfo(default={}, description=described[n])) for n, each in own.items()}  # type: ignore[valid-type]
    return _with_fields(Models, fields)


def _section(base: type[Model], sections: Mapping[str, type[Model]]) -> tuple[type[Model], Model]:
    kind = _with_fields(base, {name: (section, section()) for name, section in sections.items()})
    return kind, kind()


def _with_choice(kind: type[Any], place: Sequence[str], choice: Choice) -> type[Any]:
    """The type with another field at a place; the types around it are made again."""
    name, below = place[0], place[1:]
    field: FieldInfo = kind.model_fields[name]
    if below:
        inner = _with_choice(field.annotation, below, choice)  # type: ignore[arg-type]
        return _with_fields(kind, {name: (inner, inner())})
    described: dict[str, Any] = {"description": field.description}
    annotation: Any = _named(field.annotation, choice.names)
    if isinstance(choice.default, tuple):
        # base.yaml shows an empty list, which is whatever exists.
        annotation = Annotated[annotation, BeforeValidator(lambda given: given or choice.default)]
    return _with_fields(kind, {name: (annotation, FieldInfo(default=choice.default, **described))})


def _named(annotation: Any, names: tuple[str, ...]) -> Any:
    """An annotation with the names in place of any text."""
    if annotation is str:
        return Literal[names]  # type: ignore[valid-type]
    return get_origin(annotation)[tuple(_named(a, names) if a is str else a for a in get_args(annotation))]


def _with_fields(base: type[Any], fields: Mapping[str, Any]) -> type[Any]:
    """A subtype that goes by its base's name, in messages and in the schema."""
    made: type[Any] = create_model(  # type: ignore[call-overload]
        base.__name__, __base__=base, __module__=base.__module__, __doc__=base.__doc__, **fields
    )
    return made
