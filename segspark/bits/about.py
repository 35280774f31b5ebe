"""What rows of bitmaps say of themselves: one row of JSON per table and as-of day."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class About:
    """What a day's bitmaps hold.

    Attributes:
        features: whose slices are stored; of gold.bits.
        acts: whose days are stored; of gold.day_bits.
        kept_days: how many local days before the as-of day; of gold.day_bits.
        previous: the as-of day whose state this one changes; None where everything is set afresh.
    """

    features: Sequence[str] = ()
    acts: Sequence[str] = ()
    kept_days: int = 0
    previous: date | None = None

    def content(self) -> bytes:
        """The row's bytes."""
        return json.dumps(asdict(self), default=str, sort_keys=True).encode()

    @classmethod
    def of(cls, content: bytes) -> "About":
        """What ``content`` wrote."""
        found = json.loads(content)
        previous = found["previous"]
        return cls(
            tuple(found["features"]),
            tuple(found["acts"]),
            found["kept_days"],
            date.fromisoformat(previous) if previous else None,
        )
