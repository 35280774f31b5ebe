"""The columns of the report's tables of KPIs, as each KPI says where it stands."""

from dataclasses import dataclass

from segspark.measure.kpi import RESULTS_DAYS, Place, Table, Unit
from segspark.measure.registry import KPIS
from segspark.reports.data import Language
from segspark.reports.labels import pick


@dataclass(frozen=True)
class KpiColumn:
    """A KPI in one table; ``key`` is its word in rows, ``title`` its heading."""

    key: str
    title: str
    unit: Unit
    place: Place


def kpi_columns(table: Table, language: Language) -> list[KpiColumn]:
    """The KPIs that stand in a table, in order."""
    placed = [(place, kpi) for kpi in KPIS.all() for place in kpi.words.places if place.table == table]
    return [
        KpiColumn(kpi.key, _title(place, kpi.words.title, kpi.words.days, language), kpi.words.unit, place)
        for place, kpi in sorted(placed, key=lambda p: p[0].at)
    ]


def _title(place: Place, title: tuple[str, str], days: int | None, language: Language) -> str:
    """The heading with the window, unless the table tells it for all."""
    heading = pick(place.heading or title, language)
    if days is None or (place.table == "results" and days == RESULTS_DAYS):
        return heading
    return f"{heading}, {days}\u00a0{'j' if language == 'fr' else 'd'}"
