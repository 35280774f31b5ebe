import xml.etree.ElementTree as ET

from reports.sample import DOCUMENTS, RARE, sample

from segspark.models.clustering.documents.map import Map, Place
from segspark.reports import views, views_groups
from segspark.reports.formats import Formats
from segspark.reports.group_charts import dendrogram_chart, distances_chart, interval_chart, map_chart
from segspark.reports.texts import Texts

FR, TEXTS = Formats("fr", "EUR"), Texts("fr")


def marks(svg, class_):
    return [e for e in ET.fromstring(svg).iter() if class_ in (e.get("class") or "").split()]


def words(svg):
    return [t.text for t in ET.fromstring(svg).iter("text")]


def test_the_map_draws_people_by_group_and_numbers_the_centres():
    svg = map_chart(DOCUMENTS.map, (), FR, TEXTS)
    groups = marks(svg, "people")
    assert [g.get("class") for g in groups] == [f"people group-{at}" for at in range(4)]
    # Those at the ends of each direction are left out.
    assert 0.96 * 1000 <= sum(g.get("d").count("M") for g in groups) < 1000
    assert [w for w in words(svg) if w.isdigit()] == ["1", "2", "3", "4"]
    assert "axe 1 · 41\u00a0% des différences" in words(svg)


def test_people_of_a_hidden_group_are_not_drawn():
    svg = map_chart(DOCUMENTS.map, {2}, FR, TEXTS)
    assert not marks(svg, "group-2")
    assert "3" not in words(svg)
    assert "750 personnes dans 3 groupes." in svg


def test_a_map_of_people_at_one_place_stands():
    place = Place(1.0, 1.0, 0)
    assert "nan" not in map_chart(Map((place,) * 3, (place,), (1.0, 0.0)), (), FR, TEXTS)


def test_people_of_one_feature_are_drawn_along_one_axis():
    svg = map_chart(Map((Place(-1.0, 0.0, 0), Place(1.0, 0.0, 0)), (), (1.0,)), (), FR, TEXTS)
    assert "axe 2 · 0\u00a0% des différences" in words(svg)


def test_the_tree_is_coloured_below_its_cut():
    svg = dendrogram_chart(DOCUMENTS.tree, 4, FR, TEXTS)
    joins = marks(svg, "join")
    assert len(joins) == views_groups.DRAWN_JOINS
    assert sum(j.get("class") == "join" for j in joins) == 3
    assert [w for w in words(svg) if w in "1234"] == ["1", "2", "3", "4"]
    assert "coupe en 4 groupes" in words(svg)


def test_distances_rise_and_eps_is_marked():
    svg = distances_chart(RARE, FR, TEXTS)
    heights = [float(p.split(",")[1]) for p in marks(svg, "line")[0].get("points").split()]
    assert heights == sorted(heights, reverse=True)
    assert "eps = 0,62" in words(svg)


def test_intervals_stand_under_their_segment_the_highest_first():
    lines = views.interval_lines("reactivity_1h_30d", views.profile_lines(sample().profiles[0][1], 20))
    svg = interval_chart("r", "Réactivité", lines, FR, TEXTS)
    names = [w for w in words(svg) if w in {line.name for line in lines}]
    assert names == ["Acheteurs fréquents", "Visiteurs saisonniers", "Clients à potentiel", "Inactifs récents"]
    assert len(marks(svg, "whisker")) == 4
