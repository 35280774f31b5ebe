"""What the report says of send hours: in use, refused, or not there."""

from dataclasses import replace
from datetime import date

from segspark import sections
from segspark.models.evaluate.judgement import Estimate
from segspark.models.model import Refused, Trained
from segspark.models.send_hour.documents import Held, HourDocuments
from segspark.models.send_hour.sections import NO_MODEL, hour_sections
from segspark.sections import People, Share, Table

HELD = Held(900, 4000, 120, Estimate(0.021, 0.01, 0.03), Estimate(0.02, 0.01, 0.03), 0.4, 0.2, Estimate(0.2, 0.1, 0.3))
DOCUMENTS = HourDocuments({}, 9, 1000, 150, HELD, ("preferred_device",))


def shown(documents: HourDocuments) -> sections.Section:
    (section,) = hour_sections(Trained("shop_send_hour/3", date(2026, 6, 1), {}, documents))
    return section


def test_a_version_in_use() -> None:
    section = shown(DOCUMENTS)
    assert isinstance(section.content, Table)
    assert section.content.rows == ((People(120), Share(0.4), Share(0.2)),)
    french, english = ([note[language] for note in section.notes] for language in ("fr", "en"))
    assert french[0].startswith("L'heure de la liste est 9 h ; 15 % des personnes qui cliquent")
    assert english[0].startswith("The list's hour is 09:00; 15% of those who click")
    assert "0,021 (de 0,010 à 0,030)" in french[1]
    assert english[-1] == "Model shop_send_hour/3"


def test_nobody_has_an_hour_of_their_own() -> None:
    section = shown(replace(DOCUMENTS, n_published=0, held_out=replace(HELD, hit_rate=None, list_hit_rate=None)))
    assert isinstance(section.content, Table)
    assert section.content.rows[0][1:] == (Share(None), Share(None))


def test_a_refusal_and_nothing() -> None:
    reason = {"code": "few_with_two_days", "values": {"n": 3, "needed": 100}}
    (refused,) = hour_sections(Refused("refused", (reason,)))
    assert isinstance(refused.content, sections.Refused)
    assert refused.content.reasons[0] == sections.Reason("few_with_two_days", {"n": 3, "needed": 100})
    (nothing,) = hour_sections(None)
    assert nothing.content is NO_MODEL
