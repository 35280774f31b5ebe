"""RFM: cells of recency, frequency and monetary value, from the day's scores."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segspark.config.models import Settings
from segspark.ids import mint
from segspark.sections import Section
from segspark.segments.grouping import PURCHASES, Grouping, prepared
from segspark.segments.rfm_section import rfm_section
from segspark.segments.schemes.scheme import Prepared, Scheme, SchemeContext, StoredDay, Values
from segspark.segments.segment import Segment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

VALUES = ("recency", "frequency", "monetary", *PURCHASES)


def _prepare(context: SchemeContext, people: "DataFrame") -> Prepared:
    return prepared(rfm_grouping(context.settings), context, people, VALUES, looks_at={None: ("rfm_cell",)})


def rfm_grouping(settings: Settings) -> Grouping:
    """The cells; their version follows the settings."""
    from segspark.scoring.cells import NAMES, rfm_version

    segments = {
        key: Segment(RFM.name, mint(RFM.name, key), key, {"fr": fr, "en": en}) for key, (fr, en) in NAMES.items()
    }
    return Grouping(RFM.name, "rfm_cell", segments, rfm_version(settings.scoring.rfm), score="engagement")


def _explain(row: Mapping[str, Any], content: Any) -> Values:
    return Values(VALUES)


def _section(day: StoredDay) -> Section:
    return rfm_section(RFM.name, day)


RFM = Scheme(
    name="rfm",
    titles={"fr": "RFM", "en": "RFM"},
    order=2,
    exclusive=True,
    purpose="profiling",
    prepare=_prepare,
    explain=_explain,
    values=lambda context: (*VALUES, "rfm_cell", "engagement"),
    section=_section,
    in_summary=True,
    any_engine=True,
)
