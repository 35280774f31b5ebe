"""Why a person has the scores of a day's models: the inputs that moved each most, in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from segspark.pipeline.view import View
from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.labels import feature_label
from segspark.segments.narrative import WORDS, value_in_words
from segspark.tables.contracts import gold

# What an effect above zero does to the outcome, and one below.
_EFFECT: Mapping[Language, tuple[str, str]] = {
    "fr": ("plus probable", "moins probable"), "en": ("likelier", "less likely"),
}  # fmt: skip
_BANDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {"low": "faible", "medium": "moyenne", "high": "élevée"},
    "en": {},
}
# What stands for the scheme of a score.
SCORES = "scores"


def explain_scores(view: View, person: str, day: date, language: str) -> list[dict[str, Any]]:
    """An entry for each score with reasons, as ``segments explain`` shows them.

    Args:
        view: of gold.scores.
    """
    filters = [("as_of_date", "=", day), ("person_id", "=", person)]
    rows = [row for row in view.read_small(gold.SCORES, filters=filters).to_pylist() if row.get("reasons")]
    spoken: Language = "fr" if language == "fr" else "en"
    return [_entry(row, spoken) for row in sorted(rows, key=lambda row: str(row["score"]))]


def _entry(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Scores are no segments: what those have is empty."""
    band = _BANDS[language].get(row["band"], row["band"])
    value = (
        feature_label(row["score"], language) + WORDS[language]["colon"] + Formats(language, "").number(row["value"], 2)
    )
    return {
        "scheme": SCORES,
        "segment_name": row["score"],
        "segment_id": None,
        "branch_id": None,
        "definition_version": row["model_version"],
        "sentence": value + (f" ({band})" if band else ""),
        "lines": said(row["reasons"], language),
        "would_need": None,
    }


def said(reasons: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    """A line for each reason: the person's value in words, and which way it moves the score, in log-odds."""
    more, less = _EFFECT[language]
    label = partial(feature_label, language=language)
    return [
        f"{value_in_words(r['input'], _known(r['value']), language, label)} → {more if r['effect'] > 0 else less} "
        f"({Formats(language, '').signed(r['effect'], 2)})"
        for r in reasons
    ]


def _known(value: float | None) -> float | None:
    """Versions of earlier releases say what they fill in place of a missing value, such as -1."""
    return None if value == -1 else value
