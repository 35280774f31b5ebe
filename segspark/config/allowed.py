"""What a model allows at a place: the keys, the nearest key to a wrong one, and the description of a field."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from segspark.near import near

Place = tuple[str | int, ...]


def keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys allowed below a place, as they are written."""
    stands = _model_at(model, place)
    return [key for key, field in _fields(stands).items() if not _is_ours(field)] if stands else []


def field_at(model: type[BaseModel], place: Place) -> FieldInfo | None:
    """The field at a place; None below free mappings."""
    names = [step for step in place if isinstance(step, str)]
    if not names:
        return None
    stands = _model_at(model, tuple(names[:-1]))
    return _fields(stands).get(names[-1]) if stands else None


def hint_of(field: FieldInfo | None) -> str:
    """The description and the default of a field, as a sentence or two."""
    if field is None:
        return ""
    parts = [f"{field.description.rstrip('.')}." if field.description else ""]
    default = field.default
    if default is not PydanticUndefined and default not in (None, "", ()) and not isinstance(default, BaseModel):
        parts.append(f"Default: {list(default) if isinstance(default, tuple) else default}.")
    return " ".join(part for part in parts if part)


def suggestion(model: type[BaseModel], place: Place) -> str:
    """For an unknown key: a similar key at the same place, else the same key elsewhere, and all allowed keys."""
    wrong, allowed = str(place[-1]), keys_at(model, place[:-1])
    meant = near(wrong, allowed, 1) or [path for path in _paths(model) if path.rpartition(".")[2] == wrong]
    asked = f"Did you mean {meant[0]}? " if meant else ""
    return asked + (f"Allowed: {', '.join(sorted(allowed))}." if allowed else "")


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _is_ours(field: FieldInfo) -> bool:
    """Whether the program fills the field; a file may not set it."""
    return isinstance(field.json_schema_extra, dict) and "set_by" in field.json_schema_extra


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """The model at a place, through lists and optionals; a step that is not a field, such as a key of a free mapping,
    is skipped."""
    current: type[BaseModel] | None = model
    inside_mapping = False
    for step in place:
        if isinstance(step, int) or current is None:
            continue
        if inside_mapping:
            inside_mapping = False
            continue
        field = _fields(current).get(step)
        if field is None:
            return None
        inside_mapping = getattr(field.annotation, "__origin__", None) is dict
        current = _model_in(field.annotation)
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        model = _model_in(inner)
        if model is not None:
            return model
    return None


def _paths(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for key, field in _fields(model).items():
        yield before + key
        below = _model_in(field.annotation)
        if below is not None and below is not model:
            yield from _paths(below, f"{before}{key}.")
