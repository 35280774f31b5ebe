"""Ids derived from content: of runs, definitions and segments."""

import hashlib
import json
from typing import Any


def identity(*parts: object) -> str:
    """An id of 24 hexadecimal digits; equal inputs give equal ids."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:24]


def mint(scheme: str, key: str) -> str:
    """The id of a segment defined by its key; it is equal in every lake, so that reruns agree."""
    return f"{scheme}-{hashlib.sha256(f'{scheme}:{key}'.encode()).hexdigest()[:10]}"


def version_of(content: Any) -> str:
    """Content hash of a definition: 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
