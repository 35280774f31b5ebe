"""Why a person has the scores of a day's models: the inputs that moved each most, in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from segspark.pipeline.view import View
from segspark.reports.labels import feature_label
from segspark.tables.contracts import gold

# Language -> what an effect above zero does to the outcome, and one below.
_EFFECT = {"fr": ("plus probable", "moins probable"), "en": ("likelier", "less likely")}
# What stands for the scheme of a score.
SCORES = "scores"
_NONE = {"fr": "inconnu", "en": "unknown"}
_NEVER = {"fr": "jamais", "en": "never"}
_SINCE = "days_since_"


def explain_scores(view: View, person: str, day: date, language: str) -> list[dict[str, Any]]:
    """An entry for each score with reasons, as ``segments explain`` shows them.

    Args:
        view: of gold.scores.
    """
    filters = [("as_of_date", "=", day), ("person_id", "=", person)]
    rows = [row for row in view.read_small(gold.SCORES, filters=filters).to_pylist() if row.get("reasons")]
    return [_entry(row, language) for row in sorted(rows, key=lambda row: str(row["score"]))]


def _entry(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Scores are no segments: what those have is empty."""
    return {
        "scheme": SCORES,
        "segment_name": row["score"],
        "segment_id": None,
        "branch_id": None,
        "definition_version": row["model_version"],
        "sentence": f"{row['score']} {row['value']:.2f}" + (f" ({row['band']})" if row["band"] else ""),
        "lines": said(row["reasons"], language),
        "would_need": None,
    }


def said(reasons: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """A line for each reason: what it is, the person's value, and which way it moves the score, in log-odds."""
    more, less = _EFFECT["fr" if language == "fr" else "en"]
    return [
        f"{feature_label(r['input'], 'fr' if language == 'fr' else 'en')} = {_value(r, language)}: "
        f"{more if r['effect'] > 0 else less} ({r['effect']:+.2f})"
        for r in reasons
    ]


def _value(reason: Mapping[str, Any], language: str) -> str:
    value = reason["value"]
    # Versions of earlier releases say what they fill in place of a missing value, as -1.
    if value is not None and value != -1:
        return f"{value:.10g}"
    missing = _NEVER if reason["input"].startswith(_SINCE) else _NONE
    return missing["fr" if language == "fr" else "en"]
