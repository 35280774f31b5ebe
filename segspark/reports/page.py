"""A page's language, notation and least size of a group, for what is written and drawn on it."""

from dataclasses import dataclass

from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.texts import Texts


@dataclass(frozen=True)
class Page:
    """What the views of a page share; groups of fewer people than ``least`` are hidden."""

    formats: Formats
    texts: Texts
    least: int

    @property
    def language(self) -> Language:
        return self.texts.language
