"""Frozen values as JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from segspark.sections import Words

Json = dict[str, Any]
"""A JSON object, as it is stored; only ``to_json`` and ``from_json`` handle it."""


def plain(value: object) -> Any:
    """A value of dataclasses, mappings and tuples as objects and arrays of JSON, fields in their order."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, tuple | list) else value


def words_of(content: Mapping[str, Any], what: str) -> Words:
    """A text in both languages from its two keys, ``<what>_fr`` and ``<what>_en``."""
    return {"fr": content[f"{what}_fr"], "en": content[f"{what}_en"]}


def flat(what: str, words: Words) -> Json:
    """The two keys of a text in both languages."""
    return {f"{what}_fr": words["fr"], f"{what}_en": words["en"]}
