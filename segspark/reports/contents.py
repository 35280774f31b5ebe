"""Which sections the page has, and their order: the report's own, with those of schemes and models between them."""

from collections.abc import Iterable

from segspark.reports.data import ReportData
from segspark.reports.texts import words_of
from segspark.sections import Section

# The report's own sections; their templates, which bear the same names, read ReportData.
BEFORE = ("headline", "sizes")
AFTER = ("kpis", "profiles", "intake", "glossary")


def sections_of(data: ReportData) -> list[Section]:
    """All sections of the page in their order."""
    # Profiles are left out if there are none; other sections say why there is nothing.
    after = [name for name in AFTER if name != "profiles" or data.profiles is not None]
    return [*_own(BEFORE, data), *data.sections, *_own(after, data)]


def _own(names: Iterable[str], data: ReportData) -> list[Section]:
    return [Section(name, words_of(name), data, name, short=words_of(f"nav_{name}")) for name in names]
