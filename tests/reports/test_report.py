import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from reports.sample import sample

from segspark.reports.data import (
    Group,
    Headline,
    KpiRow,
    Kpis,
    LedgerRow,
    Reason,
    Refused,
    ReportData,
    Scheme,
    SegmentSize,
    Sizes,
)
from segspark.reports.report import SECTIONS, render_report, write_report

VOID = {"meta", "br", "link", "img", "input", "hr"}
EVIL = "<script>alert('bob')</script>\"&"


class Page(HTMLParser):
    """Text, ids and links of a page whose elements are all closed in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.tags, self.links, self.words = [], [], set(), [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [v for k, v in attrs if k in ("href", "src", "action", "poster", "srcset", "xlink:href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_well_formed_and_calls_no_network(language):
    html = render_report(sample(language))
    page = Page(html)
    assert f'<html lang="{language}">' in html
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not re.search(r"https?:|//[a-z]|url\(|@import", html)
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert set(SECTIONS) <= set(page.ids)


def test_equal_data_give_equal_pages():
    assert render_report(sample()) == render_report(sample())


def test_the_page_speaks_french_by_default_and_english_by_a_switch():
    french, english = Page(render_report(sample())).text, Page(render_report(sample("en"))).text
    assert "Segments du 1er juin 2026" in french
    assert "173 000 €" in french.replace("\u202f", " ")
    assert "Segments of 1 June 2026" in english
    assert "€173,000" in english
    assert "Joignables" not in english
    assert "May be e-mailed" not in french


def test_a_provisional_day_says_so():
    assert "Provisoire" not in Page(render_report(sample("fr"))).text
    said = Page(render_report(replace(sample("fr"), is_provisional=True))).text
    assert "Provisoire : la journée n'était pas terminée." in said


def test_hostile_names_stay_text():
    data = sample(
        workspace=EVIL,
        sizes=Sizes(100, None, (Scheme(EVIL, (SegmentSize(EVIL, 50, path=EVIL + "/x"),)),)),
        kpis=Kpis(30, ((EVIL, (KpiRow(EVIL, 50),)),)),
        ledger=(LedgerRow(EVIL, 1, 1),),
        churn=Refused((EVIL, Reason(EVIL, {EVIL: EVIL}))),
        why_missing={"rfm": EVIL},
        rfm=None,
    )
    html = render_report(data)
    assert "<script" not in html
    assert EVIL in Page(html).text


def test_missing_sections_say_why():
    text = Page(render_report(ReportData("vide", date(2026, 6, 1), why_missing={"kpis": "Pas d'envoi en mai."}))).text
    assert text.count("Cette partie manque") == 9
    assert "Pas d'envoi en mai." in text
    assert "lancez le flux d'entraînement" in text
    assert "None" not in text


def test_a_refused_model_is_a_result_with_its_reasons():
    reasons = (Reason("history", {"days": 41, "needed": 180, "ready": date(2026, 12, 1)}), "too many ties")
    text = Page(render_report(sample(churn=Refused(reasons), clusters=Refused(("12 people",))))).text
    assert "41 jours d'historique, il en faut 180" in text
    assert "possible à partir du 1er décembre 2026" in text
    assert "too many ties" in text
    assert "12 people" in text
    assert "Pas de score de départ aujourd'hui" in text


def test_groups_below_twenty_people_are_not_shown():
    text = Page(render_report(sample())).text
    assert "Testeurs internes <\u00a020".replace("\u00a0", " ") in text.replace("\u00a0", " ")
    # What the sample's group of seven did is nowhere on the page.
    assert "777" not in text
    assert "77,7" not in text


def test_cluster_profiles_of_small_groups_are_not_shown():
    clusters = sample().clusters
    odd = Group("Rares", 3, "peu nombreux", {"n_order_365d": 7.77})
    text = Page(render_report(sample(clusters=type(clusters)((*clusters.groups, odd), clusters.sweep, 4)))).text
    assert "+7,8" not in text


def test_the_headline_suppresses_small_reasons():
    head = Headline(100, 60, {"no_consent": 33, "complained": 7}, 10, date(2026, 5, 1), date(2026, 5, 31))
    text = Page(render_report(sample(headline=head))).text.replace("\u00a0", " ")
    assert "Ont signalé un courrier indésirable < 20" in text
    assert "Pas de consentement à l'e-mail ≈ 40" in text
    assert "31 jours couverts" in text
    assert "33" not in text.split("Segments et mouvements")[0]


def test_a_ledger_that_does_not_add_up_is_said_at_the_top_and_in_its_place():
    text = Page(render_report(sample("en", ledger=(LedgerRow("crm", 10, 7), LedgerRow("shop", 5, 5))))).text
    assert "Attention: the counts of a source do not add up" in text
    assert "The counts do not add up for: crm." in text
    assert "✗ off by −3" in text
    assert "✓ adds up" in text


def test_quarantine_explains_known_codes_and_shows_unknown_ones():
    text = Page(render_report(sample())).text
    assert "time_unit:timestamp 46 Heure en nombre dont l'unité" in text
    assert "moon_phase:birth_date 1 Code sans explication." in text
    assert "Aucun enregistrement en quarantaine." in Page(render_report(sample(quarantine=()))).text


def test_long_schemes_keep_their_tail_folded():
    segments = tuple(SegmentSize(f"Groupe {i}", 1000 - i) for i in range(14))
    html = render_report(sample(sizes=Sizes(20_000, None, (Scheme("levels", segments),))))
    assert "Voir les 4 autres" in html
    assert "Groupe 13" in html


def test_the_choice_of_k_is_explained():
    assert "proche de la meilleure (0,407 pour 5)" in Page(render_report(sample())).text
    clusters = sample().clusters
    fixed = type(clusters)(clusters.groups, clusters.sweep[:1], 2)
    assert "fixé par la configuration (silhouette 0,312)" in Page(render_report(sample(clusters=fixed))).text


def test_writing_replaces_the_page_in_one_step(tmp_path):
    path = tmp_path / "reports" / "2026-06-01.html"
    write_report("old", path)
    assert write_report("été", path) == path
    assert path.read_text("utf-8") == "été"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_failed_write_leaves_the_old_page_and_no_rest(tmp_path):
    path = tmp_path / "report.html"
    write_report("old", path)
    with pytest.raises(UnicodeEncodeError):
        write_report("\ud800", path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_parts_about_groups_are_there_only_where_they_have_something_to_say():
    full = Page(render_report(sample()))
    for title in ("Carte des personnes", "Comment les groupes se rejoignent", "Profils des segments", "Groupes rares"):
        assert title in full.text
    clusters = sample().clusters
    bare = replace(clusters, tree=None, people_map=None, migration=None, sweep=clusters.sweep[:1])
    empty = Page(render_report(sample(clusters=bare, rare=None, profiles=None)))
    for title in (
        "Carte des personnes",
        "Comment les groupes",
        "Ce que sont devenus",
        "Profils des seg",
        "Groupes rares",
    ):
        assert title not in empty.text
    assert not {"rare", "profiles"} & set(empty.ids)


def test_the_choice_of_k_says_whether_its_groups_are_found_again():
    stable = Page(render_report(sample("en"))).text
    assert "(adjusted Rand index 0.94): they are stable" in stable
    clusters = sample().clusters
    shaky = replace(clusters, k=6)
    assert "indice de Rand ajusté 0,55, il faudrait 0,7" in Page(render_report(sample(clusters=shaky))).text


def test_groups_in_use_after_decisions_are_named():
    data = sample("fr")
    assert "en usage :" not in Page(render_report(data)).text
    decided = replace(data, clusters=replace(data.clusters, in_use=("A + B", "C")))
    assert "ces groupes depuis ; en usage : A + B · C." in Page(render_report(decided)).text


def test_migration_says_its_alarms():
    text = Page(render_report(sample())).text.replace("\u00a0", " ")
    assert "la part de « Clients à potentiel » a bougé de 12,0 % (seuil 10,0 %)" in text
    assert "l'indice de Rand 0,58 est sous 0,60" in text
    calm = replace(sample().clusters, migration=replace(sample().clusters.migration, alarms=()))
    assert "Aucune alerte" in Page(render_report(sample(clusters=calm))).text


def test_profiles_mark_what_chance_does_not_explain():
    html = render_report(sample())
    part = html[html.index('<section id="profiles">') : html.index('<section id="intake">')]
    text = Page(part).text.replace("\u00a0", " ")
    assert "▲ 92,0 % 90,4 % – 93,6 %" in text
    assert 'class="odds-6">+1,9<small>3,9</small>' in part
    assert 'class="muted">0,0<small>420</small>' in part
    # The segment of seven people is not among them.
    assert "Testeurs" not in text
