"""The columns beside people that scores by rule give, and where gold.scores holds them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ScoreColumn:
    """A column of people, from rows of one score.

    Attributes:
        part: the column of gold.scores.
        type: as Spark SQL names it.
    """

    name: str
    score: str
    part: Literal["value", "band"]
    type: str


BY_RULE = (
    *[ScoreColumn(name, name, "value", "int") for name in ("recency", "frequency", "monetary")],
    ScoreColumn("rfm_cell", "rfm", "band", "string"),
    ScoreColumn("engagement", "engagement", "value", "double"),
    ScoreColumn("engagement_tier", "engagement", "band", "string"),
)
