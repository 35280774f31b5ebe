"""From the documents beside a model to the report's values."""

from dataclasses import asdict
from datetime import date

from segspark.models.clustering.documents import Map, Migration, Rare, Tree
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
        k=2, column="micro", joins=[[0, 1, 1.0, 2], [2, 3, 4.0, 3]], heights=[1.0, 4.0], sizes=[20, 20, 60],
        centres=[[0.0], [1.0], [5.0]], groups=[0, 0, 1], levels=[2], cuts={"2": [0, 0, 1]}, segments={},
    )  # fmt: skip
    people_map = Map([{"x": 1.0, "y": 2.0, "cluster": 1}], [{"x": 0.0, "y": 0.5, "cluster": 0}], [0.4, 0.2])
    shares = [
        {"segment_id": "gone", "name_fr": "parti", "name_en": "GONE", "before": 0.3, "after": 0.0},
        {"segment_id": "a", "name_fr": "un", "name_en": "UN", "before": 0.7, "after": 0.5},
    ]
    matrix = [
        {"from_id": "gone", "to_id": "b", "n": 30}, {"from_id": "a", "to_id": "b", "n": 20},
        {"from_id": "a", "to_id": "a", "n": 50},
    ]  # fmt: skip
    alarm = {"reasons": [{"measure": "share", "value": 0.3, "threshold": 0.1, "segment_id": "gone"}]}
    migration = Migration("demo/0", 0.61, matrix, shares, alarm)
    said = {
        **SAID,
        "tree.json": asdict(tree),
        "map.json": asdict(people_map),
        "migration.json": asdict(migration),
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
    groups = [{**group(0, "r", "rare"), "kind": "group", "key": "r"}]
    said = Rare(
        method="dbscan", on_far=True, eps=0.5, eps_reason="knee", min_samples=10, k_distances=[0.1, 0.2], n_fitted=900,
        n_groups=1, n_noise=12, far_distance=3.0, keys=["r"], groups=groups, core_digest="00",
    )  # fmt: skip
    found = rare_of(asdict(said), "en")
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
    found = segment_profiles(profiles, {"x": "Ix"}, {}, ("rfm", "rules"))
    assert found is not None
    (rfm, (y,)), (rules, (x,)) = found
    assert (rfm, rules, x.name, y.name) == ("rfm", "rules", "Ix", "Y")
    assert x.measures["n_order_365d"].p_value is None
    assert (y.measures["n_order_365d"].p_value, y.measures["n_order_365d"].n) == (0.01, 39.0)
    assert segment_profiles({}, {}, {}, ("rfm",)) is None
