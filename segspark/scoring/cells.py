"""The cells of RFM and their names, and the version of scores by rule."""

from dataclasses import dataclass

from segspark.config.models import Rfm
from segspark.ids import version_of
from segspark.pipeline.view import View


@dataclass(frozen=True)
class Cell:
    """A named region of the recency x frequency grid, in fifths; a person gets the first that matches.

    Attributes:
        least_orders: orders within the window without which the name does not hold, whatever the rank.
        first: whether the first order ever has to lie in the window; None if it does not matter.
    """

    key: str
    recency: tuple[int, int]
    frequency: tuple[int, int]
    name_fr: str
    name_en: str
    least_orders: int = 1
    first: bool | None = None


CELLS = (
    Cell("champions", (5, 5), (4, 5), "Champions", "Champions", least_orders=4),
    Cell("loyal", (3, 4), (4, 5), "Fidèles", "Loyal customers", least_orders=3),
    Cell("cannot_lose", (1, 1), (5, 5), "À ne pas perdre", "Cannot lose them", least_orders=4),
    Cell("at_risk", (1, 2), (3, 5), "À risque", "At risk", least_orders=2),
    Cell("potential_loyalist", (4, 5), (2, 5), "Fidèles en devenir", "Potential loyalists", least_orders=2),
    Cell("new_customers", (5, 5), (1, 5), "Nouveaux clients", "New customers", first=True),
    Cell("returned", (5, 5), (1, 5), "Clients revenus", "Returned customers", first=False),
    Cell("promising", (4, 4), (1, 5), "Prometteurs", "Promising"),
    Cell("need_attention", (3, 3), (3, 5), "À relancer", "Need attention", least_orders=2),
    Cell("about_to_sleep", (3, 3), (1, 5), "En train de s'endormir", "About to sleep"),
    Cell("hibernating", (2, 2), (1, 5), "En sommeil", "Hibernating"),
    Cell("lost", (1, 1), (1, 5), "Perdus", "Lost"),
)
# Nobody of these has a score.
LAPSED = Cell("lapsed", (0, 0), (0, 0), "Anciens clients", "Lapsed customers", least_orders=0, first=False)
NEVER_BOUGHT = Cell("never_bought", (0, 0), (0, 0), "Jamais acheté", "Never bought", least_orders=0)
NAMES = {c.key: (c.name_fr, c.name_en) for c in (*CELLS, LAPSED, NEVER_BOUGHT)}


def rfm_version(config: Rfm) -> str:
    """The version of scores and cells: of the settings, and of the rules above."""
    cells = {cell.key: [cell.recency, cell.frequency, cell.least_orders, cell.first] for cell in CELLS}
    return version_of(
        {"settings": config.model_dump(mode="json"), "frequency": "mid-ranks", "cells": cells, "names": sorted(NAMES)}
    )


def is_scored_otherwise(view: View) -> bool:
    """Whether the stored scores of the day were made by other rules than today's."""
    recorded = view.runs.outputs("scores", view.as_of)
    return recorded is not None and recorded.get("rfm_version") != rfm_version(view.settings.scoring.rfm)
