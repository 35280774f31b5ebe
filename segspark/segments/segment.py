"""One segment as the registry keeps it."""

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
