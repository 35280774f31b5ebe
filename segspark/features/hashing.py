"""Hashes of the catalogue: of everything that changes stored values, not of descriptions."""

import hashlib
import json
from dataclasses import fields
from typing import Any

from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.item_aggregation import ItemAggregation

WORDS_ONLY = ("describe", "unit", "family")


def what_counts(entry: Any) -> dict[str, object]:
    """The fields of a measure, an item kind or a feature that change its values; an aggregation counts by its name."""
    return {f.name: _plain(getattr(entry, f.name)) for f in fields(entry) if f.name not in WORDS_ONLY}


def hash_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    return value.name if isinstance(value, Aggregation | ItemAggregation) else value
