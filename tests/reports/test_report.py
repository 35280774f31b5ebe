import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from reports.sample import CLUSTERS, DOCUMENTS, RARE, sample, with_content, without

from segspark.config.url import Url
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import PlainRule
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.sections import behaviour_section
from segspark.models.propensity.documents import CameBack
from segspark.reports.contents import AFTER, BEFORE
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    LedgerRow,
    ReportData,
    Scheme,
    SegmentSize,
    Sizes,
)
from segspark.reports.report import render_report, write_report
from segspark.sections import Missing, People, Reason, Refused, Section, Share, Table
from segspark.store import store_at

VOID = {"meta", "br", "link", "img", "input", "hr"}
EVIL = "<script>alert('bob')</script>\"&"
REFUSED = {"fr": "Pas de score", "en": "No score"}


def named(name):
    return {"fr": name, "en": name}


def with_documents(data, **changes):
    """The report with other documents of groups."""
    return with_content(data, "clusters", replace(CLUSTERS, documents=replace(DOCUMENTS, **changes)))


def with_groups(data, **changes):
    return with_documents(data, groups=replace(DOCUMENTS.groups, **changes))


ODD = GroupDocument(4, "odd", named("Rares"), named("peu nombreux"), 3, (), {"n_order_365d": 7.77})


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
    # Sections of schemes and models stand between the report's own.
    given = [s.name for s in sample().sections]
    assert [i for i in page.ids if i in {*BEFORE, *given, *AFTER}] == [*BEFORE, *given, *AFTER]


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
        sections=(
            Section("evil", named(EVIL), Refused((EVIL, Reason(EVIL, {EVIL: EVIL})), named(EVIL), named(EVIL))),
            Section("none", named(EVIL), Missing(named(EVIL)), short=named(EVIL)),
            behaviour_section(replace(CLUSTERS, in_use=(replace(ODD, name=named(EVIL)),), model_version=EVIL)),
        ),
        headline=None,
        why_missing={"headline": EVIL},
    )
    html = render_report(data)
    assert "<script" not in html
    assert EVIL in Page(html).text


def test_a_section_that_nobody_knows_is_a_table_with_its_notes():
    rows = (("Moonlit", People(400), Share(0.25)), ("Dark", People(3), Share(0.777)), ("Dusk", People(63), Share(0.5)))
    table = Table((named("Phase"), named("People"), named("Share")), rows)
    moon = Section("moon", {"fr": "Lune : phases", "en": "Moon"}, table, notes=({"fr": "À savoir : rien.", "en": "-"},))
    page = Page(render_report(sample(sections=(moon,))))
    assert "moon" in page.ids
    assert page.text.count("Lune : phases") == 2
    assert "Moonlit 400 25,0 %" in page.text
    assert "À savoir : rien." in page.text
    # What a group of three did is nowhere on the page.
    assert "77,7" not in page.text


def test_missing_sections_say_why():
    none = Section("moon", {"fr": "Lune", "en": "Moon"}, Missing({"fr": "Aucune lune : attendez.", "en": "No moon."}))
    sections = (behaviour_section(None), none)
    data = ReportData("vide", date(2026, 6, 1), sections=sections, why_missing={"kpis": "Pas d'envoi en mai."})
    text = Page(render_report(data)).text
    assert text.count("Cette partie manque") == 7
    # French blanks do not break.
    assert "Aucune lune : attendez." in text
    assert "Pas d'envoi en mai." in text
    assert "lancez le flux d'entraînement" in text
    assert "None" not in text


def test_a_refused_model_is_a_result_with_its_reasons():
    reasons = (Reason("history", {"days": 41, "needed": 180, "ready": date(2026, 12, 1)}), "too many ties")
    refused = Refused(reasons, REFUSED, {"fr": "Pas de score de départ aujourd'hui : rien.", "en": "None."})
    data = with_content(sample(), "churn", refused)
    text = Page(render_report(with_content(data, "clusters", Refused(("12 people",), named("Pas de groupes"))))).text
    assert "Pas de groupes 12 people" in text
    assert "41 jours d'historique, il en faut 180" in text
    assert "possible à partir du 1er décembre 2026" in text
    assert "too many ties" in text
    assert "12 people" in text
    assert "Pas de score de départ aujourd'hui" in text


def test_what_a_refused_model_waited_for_is_not_said_to_come_once_it_has_come():
    reasons = (Reason("history", {"days": 41, "needed": 180, "ready": date(2026, 1, 1)}),)
    text = Page(render_report(with_content(sample(), "churn", Refused(reasons, REFUSED, None)))).text
    assert "possible à partir" not in text
    assert "Il y en a assez depuis le 1er janvier 2026" in text


def test_refused_groups_tell_their_figures_beside_what_is_needed_and_no_count_of_few_people():
    values = {"stability": 0.6999, "min_stability": 0.7, "silhouette": 0.21, "min_silhouette": 0.3, "min_people": 20}
    reasons = tuple(Reason("groups", {"k": k, "people": People(n), **values}) for k, n in ((2, 1_234), (3, 7)))
    data = with_content(sample(), "clusters", Refused(reasons, REFUSED, None))
    text = Page(render_report(replace(data, language="en"))).text
    assert "2 groups: found in two halves of the list, agreement (adjusted Rand) 0.700 where 0.700" in text
    assert "Euclidean silhouette 0.210 where 0.300 is needed; smallest group: 1,240 people where 20" in text
    assert "smallest group: < 20 people where 20" in text


def judged(**of_model: float) -> str:
    data = sample()
    churn = next(s.content for s in data.sections if s.name == "churn")
    model = replace(churn.documents.model, **of_model)
    changed = replace(churn, documents=replace(churn.documents, model=model))
    return render_report(with_content(data, "churn", changed))


def test_a_model_is_good_only_where_no_figure_beside_denies_it():
    verdict = re.compile(r'<p class="verdict ([a-z]*)">(Le modèle [^<]*)')
    assert verdict.findall(judged())[0][0] == "good"
    for worse in ({"brier": 0.5}, {"roc_auc": 0.6}):
        ((colour, text),) = verdict.findall(judged(**worse))
        assert colour == ""
        assert "pas partout" in text
    assert verdict.findall(judged(pr_auc=0.1))[0][0] == "bad"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_a_model_has_shown_since_its_training_stands_below_its_quality(language):
    data = sample(language)
    churn = next(s.content for s in data.sections if s.name == "churn")
    html = render_report(data)
    alarm, changed = {
        "fr": (
            "Commandes, 90 j (0,31)",
            "61 % des personnes du 2 mars 2026 n'ont rien commandé, contre 52 % à l'entraînement",
        ),
        "en": (
            "Orders, 90 d (0.31)",
            "of the people of 2 March 2026, 61% ordered nothing, against 52% at the training",
        ),
    }[language]
    text = Page(html).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert alarm in text
    assert changed in text
    # Of an earlier release's page, which knows nothing of it, the block is left out.
    none = render_report(with_content(data, "churn", replace(churn, since=None)))
    title = {"fr": "<h3>Depuis l&#39;entraînement</h3>", "en": "<h3>Since the training</h3>"}[language]
    assert title in html
    assert title not in none


def test_no_order_is_not_called_gone():
    data = sample()
    churn = next(s.content for s in data.sections if s.name == "churn")
    back = CameBack(date(2025, 12, 3), 180, 5_000, 2_000)
    text = Page(
        render_report(with_content(data, "churn", replace(churn, documents=replace(churn.documents, came_back=back))))
    ).text
    assert "40 % de ceux qui n'ont rien commandé" in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "départ" not in text.lower()


def test_groups_below_twenty_people_are_not_shown():
    text = Page(render_report(sample())).text
    assert "Testeurs internes <\u00a020".replace("\u00a0", " ") in text.replace("\u00a0", " ")
    # What the sample's group of seven did is nowhere on the page.
    assert "777" not in text
    assert "77,7" not in text


def test_cluster_profiles_of_small_groups_are_not_shown():
    text = Page(render_report(with_groups(sample(), groups=(*DOCUMENTS.groups.groups, ODD)))).text
    assert "Rares" in text
    assert "+7,8" not in text


def test_the_headline_suppresses_small_reasons():
    head = Headline(100, 60, {"no_consent": 33, "complained": 7}, 10, date(2026, 5, 1), date(2026, 5, 31))
    text = Page(render_report(sample(headline=head))).text.replace("\u00a0", " ")
    assert "Ont signalé un courrier indésirable < 20" in text
    assert "Pas de consentement à l'e-mail 40" in text
    assert "31 jours couverts" in text
    # A third, of the two shown counts.
    assert "40 33,3 %" in text


def test_a_ledger_that_does_not_add_up_is_said_at_the_top_and_in_its_place():
    text = Page(render_report(sample("en", ledger=(LedgerRow("crm", 10, 7), LedgerRow("shop", 5, 5))))).text
    assert "Attention: the counts of a source do not add up" in text
    assert "The counts do not add up for: crm." in text
    assert "✗ off by −3" in text
    assert "✓ adds up" in text


def test_quarantine_explains_known_codes_and_shows_unknown_ones():
    text = Page(render_report(sample())).text
    assert "time_unit:timestamp 40 Heure en nombre dont l'unité" in text
    assert "moon_phase:birth_date <\u00a020 Code sans explication." in text.replace("< ", "<\u00a0")
    assert "Aucun enregistrement en quarantaine." in Page(render_report(sample(quarantine=()))).text


def test_long_schemes_keep_their_tail_folded():
    segments = tuple(SegmentSize(f"Groupe {i}", 1000 - i) for i in range(14))
    html = render_report(sample(sizes=Sizes(20_000, None, (Scheme("levels", segments),))))
    assert "Voir les 4 autres" in html
    assert "Groupe 13" in html


def test_a_rare_group_shows_its_rule_and_without_any_the_page_says_none_found():
    ruled = replace(RARE.groups[0], rule=PlainRule((), 0.634, 0.871), description=named("at least 6 orders"))
    page = render_report(with_content(sample("en"), "rare", replace(RARE, groups=(ruled, *RARE.groups[1:]))))
    text = Page(page).text
    assert "searched on half of the people and measured on the other" in text
    # Downwards to five per cent.
    assert re.search(r"at least 6 orders\s+60% 85%", text)
    # The groups of an earlier release have none, and nothing is said of any.
    assert "searched on half" not in Page(render_report(sample("en"))).text
    none = replace(RARE, groups=tuple(g for g in RARE.groups if g.kind != "group"), n_undescribed=2)
    text = Page(render_report(with_content(sample("en"), "rare", none))).text
    assert "None found: no small dense group is described by a plain rule" in text
    assert "counted among the usual profiles: 2." in text


def test_results_of_found_groups_say_whose_and_of_which_days_they_are():
    def page(found):
        kpis = replace(sample().kpis, found=found)
        return Page(render_report(replace(sample(), kpis=kpis, language="en"))).text

    earlier = page({"rfm": (date(2026, 5, 1), ("Newcomers",))})
    assert "measured on their members of 1 May 2026" in earlier
    assert "on the very days that define them: Newcomers." in earlier
    same = page({"rfm": (None, ("Newcomers",))})
    assert "for want of an earlier day; they describe the groups and prove nothing" in same
    assert "Groups found in the data: " not in page({})


def test_the_choice_of_k_is_explained():
    assert "proche de la meilleure (0,407 pour 5)" in Page(render_report(sample())).text
    fixed = with_documents(
        sample(), groups=replace(DOCUMENTS.groups, k=2), sweep=Sweep(DOCUMENTS.sweep.rows[:1])
    )  # fmt: skip
    assert "le seul nombre essayé (silhouette 0,312)" in Page(render_report(fixed)).text


def test_writing_replaces_the_page_in_one_step(tmp_path):
    path = tmp_path / "reports" / "2026-06-01.html"
    write_report("old", path)
    assert write_report("été", path) == str(path)
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
    bare = with_documents(
        sample(profiles=None), tree=None, map=None, migration=None, sweep=Sweep(DOCUMENTS.sweep.rows[:1])
    )
    empty = Page(render_report(without(bare, "rare")))
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
    shaky = with_groups(sample(), k=6)
    assert "indice de Rand ajusté 0,55, il faudrait 0,7" in Page(render_report(shaky)).text


def test_groups_in_use_after_decisions_are_named():
    data = sample("fr")
    assert "en usage :" not in Page(render_report(data)).text
    in_use = (replace(ODD, name=named("A + B")), replace(ODD, name=named("C")))
    decided = with_content(data, "clusters", replace(CLUSTERS, in_use=in_use))
    assert "ces groupes depuis ; en usage : A + B · C." in Page(render_report(decided)).text


def test_migration_says_its_alarms():
    text = Page(render_report(sample())).text.replace("\u00a0", " ")
    assert "la part de « Clients à potentiel » a bougé de plus de 10,0 %" in text
    assert "l'indice de Rand 0,58 est sous 0,60" in text
    calm = with_documents(sample(), migration=replace(DOCUMENTS.migration, alarms=()))
    assert "Aucune alerte" in Page(render_report(calm)).text


def test_profiles_mark_what_chance_does_not_explain():
    html = render_report(sample())
    part = html[html.index('<section id="profiles">') : html.index('<section id="intake">')]
    text = Page(part).text.replace("\u00a0", " ")
    assert "▲ 92,0 % 90,4 % – 93,6 %" in text
    assert 'class="odds-6">+1,9<small>3,9</small>' in part
    assert 'class="muted">0,0<small>420</small>' in part
    # The segment of seven people is not among them.
    assert "Testeurs" not in text


def test_a_page_lies_in_a_bucket_as_well(s3, tmp_path):
    place = Url(f"{s3}/{tmp_path.name}/2026-06-01.html")
    assert write_report("été", place) == str(place)
    assert store_at(f"{s3}/{tmp_path.name}").read("2026-06-01.html").decode() == "été"
