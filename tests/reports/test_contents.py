"""Which sections the page has, and in which order."""

from datetime import date

from reports.sample import sample

from segspark.reports.contents import AFTER, BEFORE, sections_of
from segspark.reports.data import ReportData
from segspark.sections import Section


def test_sections_of_schemes_and_models_stand_between_the_reports_own():
    data = sample()
    assert sections_of(data) == [*sections_of(data)[:2], *data.sections, *sections_of(data)[-4:]]
    assert [s.name for s in sections_of(data)] == [*BEFORE, *(s.name for s in data.sections), *AFTER]


def test_a_section_of_any_name_has_its_place():
    toy = Section("toy", {"fr": "Jouet", "en": "Toy"}, object())
    data = ReportData("w", date(2026, 6, 1), sections=(toy,))
    assert sections_of(data)[len(BEFORE)] is toy


def test_profiles_are_left_out_if_there_are_none_and_no_other_section_is():
    names = [s.name for s in sections_of(sample(profiles=None, headline=None, kpis=None, ledger=None))]
    assert "profiles" not in names
    assert {"headline", "kpis", "intake", "glossary"} <= set(names)


def test_own_sections_have_a_short_title_for_the_contents():
    headline = sections_of(sample())[0]
    assert (headline.title["fr"], headline.short["fr"], headline.template) == ("La liste", "Liste", "headline")
