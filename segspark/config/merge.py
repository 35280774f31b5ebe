"""Settings over settings, as nested mappings."""

from collections.abc import Sequence
from typing import Any


def merge(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    """The lower settings, overridden by the higher; mappings are merged, lists replaced."""
    merged = dict(low)
    for key, value in high.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged


def nested(place: Sequence[str | int], value: Any) -> dict[str, Any]:
    """The settings in which a place, of at least one key, has a value and nothing else is set."""
    for key in reversed(place):
        value = {key: value}
    settings: dict[str, Any] = value
    return settings
