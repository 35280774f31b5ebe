"""The report's section about RFM: people and spending by recency and frequency, and by named cell."""

from dataclasses import dataclass

from segspark.sections import Missing, Section
from segspark.segments.schemes.scheme import StoredDay

TITLE = {"fr": "Récence, fréquence, montant", "en": "Recency, frequency, monetary value"}
SHORT = {"fr": "RFM", "en": "RFM"}
NONE = Missing(
    {
        "fr": "Aucun achat connu : il n'y a ni récence ni fréquence à mesurer.",
        "en": "No purchase is known: there is no recency or frequency to measure.",
    }
)


@dataclass(frozen=True)
class RfmSquare:
    """People of one recency and one frequency score (1 to n_bins), with their mean net spending."""

    recency: int
    frequency: int
    n_people: int
    mean_cents: float | None


@dataclass(frozen=True)
class RfmCell:
    """A named region of the grid."""

    name: str
    n_people: int
    mean_cents: float | None = None


@dataclass(frozen=True)
class Rfm:
    """The RFM grid. Missing squares are empty; people without a purchase are in ``cells`` only."""

    n_bins: int
    window_days: int
    squares: tuple[RfmSquare, ...]
    cells: tuple[RfmCell, ...]


def rfm_section(name: str, day: StoredDay) -> Section:
    """The section, under the scheme's name."""
    return Section(name, TITLE, _grid(day) or NONE, "rfm", short=SHORT)


def _grid(day: StoredDay) -> Rfm | None:
    """The grid from the squares that the scores recorded; None if they recorded none."""
    from segspark.scoring.cells import NAMES

    rows = day.outcomes.get("rfm_squares")
    if not rows:
        return None
    config = day.settings.scoring.rfm
    squares = [
        RfmSquare(r["recency"], r["frequency"], r["n"], r["cents"] / r["n"]) for r in rows if r["recency"] is not None
    ]
    cells: dict[str, list[float]] = {}
    for row in rows:
        one = cells.setdefault(row["cell"], [0, 0])
        one[0] += row["n"]
        one[1] += row["cents"] or 0
    at = 0 if day.language == "fr" else 1
    named = [RfmCell(NAMES[c][at], int(n), cents / n if n else None) for c, (n, cents) in cells.items()]
    return Rfm(config.n_bins, config.window_days, tuple(squares), tuple(sorted(named, key=lambda c: -c.n_people)))
