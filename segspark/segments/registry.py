"""Identity of segments: minted once, never a cluster's label."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Segment:
    """One segment as the registry keeps it."""

    scheme: str
    segment_id: str
    key: str
    name: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    centre: tuple[float, ...] | None = None
    model_version: str | None = None


def mint(scheme: str, key: str) -> str:
    """The id of a segment that is defined by its key; equal in every lake, so that reruns agree."""
    return f"{scheme}-{hashlib.sha256(f'{scheme}:{key}'.encode()).hexdigest()[:10]}"
