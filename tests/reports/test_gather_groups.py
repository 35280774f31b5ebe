"""From the documents beside a model to the report's values."""

from datetime import date

from segspark.models.clustering.documents.map import Map, Place
from segspark.models.clustering.documents.migration import Alarm as Moved
from segspark.models.clustering.documents.migration import Migration, Move, Shift
from segspark.models.clustering.documents.rare import Rare, RareGroup
from segspark.models.clustering.documents.tree import Join, Tree
from segspark.reports.data import Alarm, Dendrogram, PeopleMap
from segspark.reports.gather_groups import clusters_of, rare_of, segment_profiles


def group(cluster, segment_id, name):
    return {
        "cluster": cluster, "segment_id": segment_id, "name_fr": name, "name_en": name.upper(), "n_people": 50,
        "description_fr": "dit", "description_en": "said", "z_scores": {"n_order_365d": 1.5},
    }  # fmt: skip


SAID = {
    "groups.json": {"k": 2, "groups": [group(1, "b", "deux"), group(0, "a", "un")]},
    "sweep.json": {"rows": [{"k": 2, "silhouette": 0.5, "inertia": 3.0, "smallest_share": 0.2, "stability": 0.9}]},
}


def test_the_least_documents_make_a_section():
    found = clusters_of(SAID, "en", date(2026, 6, 1), "demo/1")
    assert [g.name for g in found.groups] == ["UN", "DEUX"]
    assert (found.sweep[0].stability, found.sweep[0].smallest_share) == (0.9, 0.2)
    assert (found.tree, found.people_map, found.migration) == (None, None, None)


def test_every_document_is_understood():
    tree = Tree(
        2, "micro", (Join(0, 1, 1.0, 2), Join(2, 3, 4.0, 3)), (20, 20, 60), ((0.0,), (1.0,), (5.0,)), (0, 0, 1), (2,),
        {2: (0, 0, 1)}, {},
    )  # fmt: skip
    people_map = Map((Place(1.0, 2.0, 1),), (Place(0.0, 0.5, 0),), (0.4, 0.2))
    shares = (
        Shift("gone", {"fr": "parti", "en": "GONE"}, 0.3, 0.0), Shift("a", {"fr": "un", "en": "UN"}, 0.7, 0.5),
    )  # fmt: skip
    matrix = (Move("gone", "b", 30), Move("a", "b", 20), Move("a", "a", 50))
    migration = Migration("demo/0", 0.61, matrix, shares, (Moved("share", 0.3, 0.1, "gone"),))
    said = {
        **SAID,
        "tree.json": tree.to_json(),
        "map.json": people_map.to_json(),
        "migration.json": migration.to_json(),
    }
    found = clusters_of(said, "fr", date(2026, 6, 1), "demo/1")
    assert found.tree == Dendrogram(((0, 1, 1.0), (2, 3, 4.0)), (0, 0, 1))
    assert found.people_map == PeopleMap(((1.0, 2.0, 1),), ((0.0, 0.5, 0),), (0.4, 0.2))
    assert found.migration is not None
    assert (found.migration.before, found.migration.after) == (("un", "parti"), ("un", "deux"))
    # Ties go by the id.
    assert found.migration.counts == ((50, 20), (0, 30))
    assert found.migration.alarms == (Alarm("share", 0.3, 0.1, "parti"),)


def test_rare_groups_speak_the_reports_language():
    groups = (RareGroup("r", "r", {"fr": "rare", "en": "RARE"}, {"fr": "", "en": ""}, "group", 50, {}, ()),)
    said = Rare("dbscan", True, 0.5, "knee", 10, (0.1, 0.2), 900, 1, 12, 3.0, ("r",), groups, "00")
    found = rare_of(said.to_json(), "en")
    assert (found.groups[0].name, found.groups[0].kind, found.eps, found.on_far) == ("RARE", "group", 0.5, True)


def test_profiles_come_by_scheme_also_from_a_day_before_they_were_tested():
    row = {"value": 2.0, "z_score": 0.5}
    profiles = {
        "x": {"scheme": "rules", "name": "X", "n_people": 30, "m": {"n_order_365d": row}},
        "y": {
            "scheme": "rfm",
            "name": "Y",
            "n_people": 40,
            "m": {"n_order_365d": {**row, "p_value": 0.01, "denominator": 39.0}},
        },
    }
    found = segment_profiles(profiles, {"x": "Ix"}, {})
    assert found is not None
    (rfm, (y,)), (rules, (x,)) = found
    assert (rfm, rules, x.name, y.name) == ("rfm", "rules", "Ix", "Y")
    assert x.measures["n_order_365d"].p_value is None
    assert (y.measures["n_order_365d"].p_value, y.measures["n_order_365d"].n) == (0.01, 39.0)
    assert segment_profiles({}, {}, {}) is None
