"""The keys of a pydantic model and of all models below it, as sections of a page."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from docs.generate.markdown import anchor, code, codes, table, text

_HEADERS = ["key", "type", "default", "meaning"]
_PATTERNS = {
    "^[a-z][a-z0-9_]{0,62}$": "name (`a-z`, `0-9`, `_`)",
    "^[A-Z]{3}$": "ISO 4217 code",
}
_PLAIN = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true` or `false`"}
_PLURALS = {"whole number": "whole numbers", "number": "numbers", "text": "texts", "path": "paths", "name": "names"}
_FORMATS = {"path": "path", "date": "date"}


def sections_of(model: type[BaseModel]) -> list[str]:
    """A table of the model's keys, then a section for each model below it."""
    schema = model.model_json_schema()
    below = schema.get("$defs", {})
    lines = []
    for place, one in _models(schema, below, ""):
        if place:
            lines += [f"### {place}", "", text(one.get("description", "")), ""]
        keys = sorted(_keys(one), key=lambda item: "$ref" in item[1])
        lines += table(_HEADERS, [_row(place, key, value, one, below) for key, value in keys])
    return lines


def _keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The keys that a file may hold: not those that the program sets, nor models that are read otherwise."""
    yield from ((key, value) for key, value in schema.get("properties", {}).items() if "set_by" not in value)


def _models(schema: dict[str, Any], below: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield place, schema
    for key, value in _keys(schema):
        for name, each in _references(value):
            if not _is_inline(below[name]):
                where = _joined(place, key)
                yield from _models(below[name], below, f"each of {where}" if each else where)


def _joined(place: str, key: str) -> str:
    return f"{place.removeprefix('each of ')}.{key}" if place else key


def _references(value: Any, each: bool = False) -> Iterator[tuple[str, bool]]:
    """The names of the models in a value, and whether there may be several of each."""
    if isinstance(value, list):
        for one in value:
            yield from _references(one, each)
    elif isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2], each
        for key in ("anyOf", "items", "prefixItems", "additionalProperties"):
            yield from _references(value.get(key), each or key != "anyOf")


def _is_inline(schema: dict[str, Any]) -> bool:
    """A text in both languages needs no section."""
    return set(schema.get("properties", {})) == {"fr", "en"}


def _row(place: str, key: str, value: dict[str, Any], schema: dict[str, Any], below: dict[str, Any]) -> list[str]:
    where = _joined(place, key)
    meaning = text(value.get("description", ""))
    sections = [(name, each) for name, each in _references(value) if not _is_inline(below[name])]
    if not meaning and sections:
        meaning = text(below[sections[0][0]].get("description", ""))
    default = "needed" if key in schema.get("required", ()) else ""
    if not default and "default" in value and not ("$ref" in value and sections):
        default = code(json.dumps(value["default"], ensure_ascii=False))
    return [code(key), _type(value, where, below), default, meaning]


def _type(value: dict[str, Any], where: str, below: dict[str, Any], each: bool = False) -> str:
    """The type of a value in words, with a link to the section of a model."""
    if "$ref" in value:
        if _is_inline(below[value["$ref"].rpartition("/")[2]]):
            return "`{fr: …, en: …}`"
        place = f"each of {where}" if each else where
        return f"[{where}](#{anchor(place)})"
    if "anyOf" in value:
        kinds = list(dict.fromkeys(_type(one, where, below, each) for one in value["anyOf"]))
        return f"{'; '.join(kinds[:-1])}; or {kinds[-1]}" if any(", " in kind for kind in kinds) else " or ".join(kinds)
    if "enum" in value:
        return codes(value["enum"])
    if "const" in value:
        return code(value["const"])
    kind = value.get("type")
    if kind == "null":
        return "`null`"
    if kind == "array":
        return _list(value, where, below)
    if kind == "object":
        inner = value.get("additionalProperties")
        values = _type(inner, where, below, True) if isinstance(inner, dict) else "any value"
        return f"mapping of texts to {_plural(values)}"
    if kind is None:
        return "[condition](../how-to/write-rules.md#conditions)" if where.endswith("when") else "any"
    if value.get("pattern") in _PATTERNS:
        return _PATTERNS[value["pattern"]]
    return _FORMATS.get(value.get("format", ""), _PLAIN.get(kind, kind)) + _bounds(value)


def _list(value: dict[str, Any], where: str, below: dict[str, Any]) -> str:
    if "prefixItems" in value:
        kinds = [_type(one, where, below, True) for one in value["prefixItems"]]
        return f"list of {len(kinds)} {_plural(kinds[0])}"
    of = _type(value.get("items", {}), where, below, True)
    least = f", {value['minItems']} or more" if value.get("minItems") else ""
    return f"list of {_plural(of)}{least}"


def _plural(kind: str) -> str:
    """Several values of a type, whose bounds may follow."""
    first, comma, bounds = kind.partition(", ") if not kind.startswith("`") else (kind, "", "")
    return f"{_PLURALS.get(first, first)}{comma}{bounds}"


def _bounds(value: dict[str, Any]) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    above, under = value.get("exclusiveMinimum"), value.get("exclusiveMaximum")
    parts = []
    if low is not None and high is not None:
        return f", {low} to {high}"
    parts += [f"{low} or more"] if low is not None else []
    parts += [f"at most {high}"] if high is not None else []
    parts += [f"above {above}"] if above is not None else []
    parts += [f"below {under}"] if under is not None else []
    return f", {', '.join(parts)}" if parts else ""
