"""Why a person is in each of its segments, and has its scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from html import escape
from typing import Any

from segspark.api.words import WORDS
from segspark.query.explain_scores import SCORES
from segspark.reports.labels import scheme_label
from segspark.reports.page import Page


@dataclass(frozen=True)
class Reason:
    """Why a person is in a segment, or has a score.

    Attributes:
        scheme: of the segment; ``scores`` for a score.
        sentence: in words, where a condition made the segment.
        lines: each condition with the value it had.
        would_need: of a segment that was asked for and that the person is not in: the one condition that fails.
    """

    scheme: str
    segment_name: str
    segment_id: str | None
    branch_id: str | None
    definition_version: str | None
    sentence: str | None
    lines: tuple[str, ...]
    would_need: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Reason":
        return cls(**{field.name: row[field.name] for field in fields(cls)} | {"lines": tuple(row["lines"])})

    def __str__(self) -> str:
        need = [f"  {self.would_need}"] if self.would_need else []
        return "\n".join(
            [f"{self.scheme}: {self.sentence or self.segment_name}", *(f"  {x}" for x in self.lines), *need]
        )


@dataclass(frozen=True, repr=False)
class Reasons:
    """All reasons of one person on a day: ``print`` them, or let a notebook show them."""

    as_of: date
    reasons: tuple[Reason, ...]
    _page: Page

    def __iter__(self) -> Iterator[Reason]:
        return iter(self.reasons)

    def __len__(self) -> int:
        return len(self.reasons)

    def __str__(self) -> str:
        return "\n".join(map(str, self.reasons))

    def __repr__(self) -> str:
        n_scores = sum(reason.scheme == SCORES for reason in self.reasons)
        return f"Reasons({self.as_of}, segments: {len(self) - n_scores}, scores: {n_scores}; print them)"

    def _repr_html_(self) -> str:
        caption = self._page.texts.say(WORDS["reasons"], day=self._page.formats.day(self.as_of))
        return f"<p><b>{escape(caption)}</b></p>{''.join(map(self._part, self.reasons))}"

    def _part(self, reason: Reason) -> str:
        lines = [*reason.lines, *([reason.would_need] if reason.would_need else [])]
        items = "".join(f'<li style="list-style:none">{escape(line)}</li>' for line in lines)
        title = f"{scheme_label(reason.scheme, self._page.language)} · {reason.segment_name}"
        said = f"<br>{escape(reason.sentence)}" if reason.sentence and reason.sentence != reason.segment_name else ""
        return f"<p><b>{escape(title)}</b>{said}</p><ul>{items}</ul>"
