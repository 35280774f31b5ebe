"""Hashes and ids that stored rows carry, as literals: code may move, these may not.

Whoever changes one on purpose changes the literal in the same commit and says there what happens to a lake that is
there already. Other tests compare two values of the same code, and would not notice.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written import load_definitions

from segspark.app.workspace import open_workspace
from segspark.config.models import Segments, Workspace
from segspark.demo.generate import copy_workspace
from segspark.features.catalogue import build_catalogue
from segspark.features.own import OwnDerived, OwnFeatures, OwnMeasure, from_yaml
from segspark.features.resources import load_catalogue
from segspark.ids import identity, mint, version_of
from segspark.models.clustering.behaviour import Group
from segspark.models.clustering.current import CurrentGroups
from segspark.models.clustering.documents.groups import Around, GroupDocument, Groups
from segspark.models.clustering.documents.preparation import Preparation
from segspark.models.clustering.documents.rare import RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.documents.tree import Tree
from segspark.models.clustering.naming import GroupName
from segspark.models.clustering.rare_groups import FIXED
from segspark.models.clustering.training import coarser_groups, identify, path_of
from segspark.models.propensity.cuts import choose_cuts
from segspark.models.propensity.inputs import choose_inputs
from segspark.models.propensity.outcome import Window
from segspark.pseudonyms import KINDS, Key, Pseudonymiser
from segspark.scoring.cells import NAMES
from segspark.segments import definitions
from segspark.segments.definitions import Level, Levels, Rule, levels_from, rule_from
from segspark.segments.rules.stored import from_json, to_json
from segspark.segments.rules.tree import (
    Always,
    And,
    Between,
    Compare,
    Followed,
    In,
    Member,
    Missing,
    Node,
    Not,
    Or,
)
from segspark.segments.schemes.behaviour import behaviour_grouping, coarser_segments
from segspark.segments.schemes.levels import level_segments
from segspark.segments.schemes.rare import rare_grouping
from segspark.segments.schemes.rfm import rfm_grouping
from segspark.segments.schemes.rules import rule_segment

DAY = date(2026, 6, 1)


# Features -------------------------------------------------------------------------------------------------------

MEASURES: dict[str, str] = {
    "n_sent": "d0b53cc7a17a6d7f",
    "n_delivered": "b947d140c8f4a1c7",
    "n_unsubscribe": "b81b6582c96b721b",
    "n_click": "e48a15dae0ac795f",
    "n_click_machine": "26aba5046d661720",
    "n_open": "9694e91dc4c318a8",
    "n_open_machine": "09b4d26ead946b35",
    "n_bounce": "2cf94e9b35284dbc",
    "n_bounce_hard": "8c0c71af6379afdd",
    "n_bounce_soft": "eaec78e8e051d73f",
    "n_blocked": "2301e2b223e3602a",
    "n_deferred": "577bba709b951fb3",
    "n_suppressed": "c57fdf2c683aefb5",
    "n_complaint": "e3509f5310455624",
    "n_page_view": "5dc6d5eefa0ea955",
    "n_product_view": "395fe7e4fd057fa3",
    "n_search": "b40c755678fe8e66",
    "n_cart_add": "545c82f6ecb6bac9",
    "n_cart_remove": "ead2cea0059492bc",
    "n_checkout": "e2dee93939fde911",
    "n_web": "78fcbc20e23609b3",
    "dwell_s": "4046a68e65194418",
    "n_order": "1cb94f472e55ef27",
    "order_cents": "45b85ba7e04e4102",
    "n_item": "5645a0bf29d3747c",
    "n_refund": "0143ca0b6c31aee2",
    "refund_cents": "8a305fd27ed47120",
    "n_offer_received": "49b181dd8fefa72b",
    "n_offer_viewed": "0c21bd866554bb5e",
    "n_offer_completed": "153d61ed34318836",
    "n_active": "e39de2dfcfa71a7a",
    "n_active_h00": "f5576522bc965da2",
    "n_active_h01": "3c102f9cbfdcc466",
    "n_active_h02": "1ec4b254ae7ca339",
    "n_active_h03": "138a30d99fa33714",
    "n_active_h04": "6541d7e79b3472c8",
    "n_active_h05": "4bc07419e34fa5fe",
    "n_active_h06": "a372e64bc4d20022",
    "n_active_h07": "3cbc97a90771d8d0",
    "n_active_h08": "0050675ed87490e6",
    "n_active_h09": "fea8964ee70a2bba",
    "n_active_h10": "e0fcd93afcc5b913",
    "n_active_h11": "2126d0c3df636504",
    "n_active_h12": "c9c888665ce31d16",
    "n_active_h13": "1ed252feeb3a4bc7",
    "n_active_h14": "80d072ad315d0f5a",
    "n_active_h15": "69a921068758d83c",
    "n_active_h16": "77944034a4b2d17f",
    "n_active_h17": "8f045eba017317d9",
    "n_active_h18": "1526a81728df9a82",
    "n_active_h19": "a8d0cce86889d8ac",
    "n_active_h20": "751666c8346b05ce",
    "n_active_h21": "73c093f7076fe040",
    "n_active_h22": "9475cbee348efc9c",
    "n_active_h23": "797ba855c46c8a9e",
    "n_active_mobile": "40b2a8540c0e7efd",
    "n_active_desktop": "c89b3471a29827ef",
    "n_active_tablet": "215e6e90baf1970d",
    "campaign_clicked": "6cf887f361b6d6e3",
    "category_seen": "d418740c209117c5",
    "category_ordered": "3616963832aa5661",
    "product_seen": "d00124e3ccf1d37c",
    "product_ordered": "b99c0b4dfaf91558",
}


def test_the_hash_of_the_built_in_catalogue_stays() -> None:
    # gold.features of a day is carried on from the day before only under an equal hash (`basis` in ops.runs): with
    # another one every lake recomputes everybody from all days.
    assert build_catalogue((7, 30, 90, 365)).hash == "f3df1260b9690c88"
    assert build_catalogue((14, 60)).hash == "d3fb37e3b4a7bb69"


def test_the_hash_of_each_measure_stays() -> None:
    # Tiles hold these (`measures` in ops.runs): with another one all days of the measure are made anew from the events.
    assert build_catalogue((7, 30, 90, 365)).measure_hashes == MEASURES
    # Windows are nothing to tiles.
    assert build_catalogue((14, 60)).measure_hashes == MEASURES


OWN = OwnFeatures(
    measures=(
        OwnMeasure(name="n_big", event_types=("order",), where="amount_cents > 10000", windows=(30, 0),
                   months=(11, 12), weekdays=(6, 7), purpose="profiling", description="Large orders"),
        OwnMeasure(name="spent", event_types=("order", "refund"), aggregate="sum", column="amount_cents",
                   windows=(90,), purpose="profiling", unit="cents", description="Cents of all orders"),
        OwnMeasure(name="busy_days", event_types=("click",), aggregate="days", windows=(30,),
                   purpose="email_marketing", description="Days with clicks"),
        OwnMeasure(name="search", event_types=("search",), aggregate="last", windows=(),
                   purpose="profiling", description="Last search"),
        OwnMeasure(name="n_brand", event_types=("product_view",), aggregate="distinct",
                   item="try_element_at(attributes, 'brand')", windows=(365,), purpose="profiling",
                   unit="brands", description="Brands looked at"),
        OwnMeasure(name="n_page", event_types=("page_view",), aggregate="distinct", item="url", hll_sketch=10,
                   windows=(30,), purpose="profiling", unit="pages", description="Pages looked at"),
    ),
    derived=(OwnDerived(name="big_share", sql="try_divide(n_big_30d, n_order_30d)", description="Share"),),
)  # fmt: skip
OWN_MEASURES: dict[str, str] = {
    "n_big": "dd617109baf4af50",
    "spent": "0f806cce0c79e1c7",
    "busy_days": "86349dfa4bf730e7",
    "search": "b3240477203dcc97",
    "n_brand": "0b9cc2352bc0d324",
    "n_page": "baa692922e46ebd2",
}


def test_the_hashes_of_own_measures_of_every_aggregate_stay() -> None:
    # A workspace's own tiles and features are kept under these, as the built-in ones are.
    own = from_yaml(Path("features.yaml"), OWN)
    catalogue = build_catalogue((30,), own.measures, own.features, own.derived, own.items)
    assert {n: h for n, h in catalogue.measure_hashes.items() if n not in MEASURES} == OWN_MEASURES
    assert catalogue.hash == "b5eab09468f79b61"


# Definitions ----------------------------------------------------------------------------------------------------

TREES: dict[str, tuple[Node, str]] = {
    "a number": (Compare("n_order_365d", ">=", 2), "5b49f448fa8e0d24"),
    "a fraction": (Compare("churn", "<", 0.5), "0e120c2bb6fc6841"),
    "a text": (Compare("country", "=", "FR"), "86a9cc236ee31983"),
    "a truth": (Compare("is_contactable", "<>", True), "7f56b40a6a6c42b4"),
    "another value": (Compare("last_click_date", "<", other="last_order_date"), "59f642b7e5b19be1"),
    "another value, so many days later": (
        Compare("last_click_date", ">=", other="as_of_date", plus=-30),
        "44639cd8bec464af",
    ),
    "a range": (Between("age_years", 18, 30), "8a59385e7bd0fdcd"),
    "a list": (In("country", ("FR", "BE", "Île")), "22991a2ba853abb4"),
    "nothing": (Missing("last_order_date"), "656d27f51adc2386"),
    "a sequence": (Followed("visit", "order", 2), "5ea695fa1880b021"),
    "half a sequence": (Followed("cart_add", "order", 7, False, 30), "3c1fc6ad35b67107"),
    "all": (And((Compare("n", ">", 1), Missing("m"))), "e2e9cbc66017773b"),
    "any": (Or((Compare("n", ">", 1), Missing("m"))), "b89021fde46bd1aa"),
    "not": (Not(Compare("n", ">", 1)), "9aa818458d263502"),
    "everybody": (Always(), "4eb1ea8fd2b4bb8d"),
    "a member": (Member("buyers"), "effe595056e952c6"),
}


@pytest.mark.parametrize("what", TREES)
def test_the_version_of_a_rule_stays_for_each_kind_of_node(what: str) -> None:
    # gold.segments carries it in every row, gold.definitions maps it to its text, and `replay` finds a rule by it.
    tree, version = TREES[what]
    rule = Rule("some", {"fr": "Ceux-là", "en": "Some"}, {"fr": "d", "en": "d"}, tree, where="rules.yaml:3")
    assert rule.version == version
    # What gold.definitions keeps is read back into the same tree.
    assert from_json(to_json(tree)) == tree
    assert rule_from(rule.content).version == version


def test_the_version_of_levels_stays() -> None:
    # As of rules: every row of the scheme `levels` carries it.
    young = definitions.Group("young", {"fr": "Jeunes", "en": "Young"}, Compare("age_years", "<", 30))
    rest = definitions.Group("rest", {"fr": "Autres", "en": "Others"}, Always())
    levels = Levels((Level("age", (young, rest)), Level("all", (rest,))))
    assert levels.version == "10286a0aa80da72f"
    read = levels_from(levels.content)
    assert read is not None
    assert read.version == levels.version


DEMO_RULES: dict[str, str] = {
    "premium_mode_en_juin": "0f72c065419cef9a",
    "acheteurs_de_soldes": "97ccf2d6fa20cb2f",
    "risque_de_depart": "85103b2a8607fc92",
    "remboursements_frequents": "f07b7641879a6660",
    "fete_des_meres": "6040eb232e33c8dd",
    "actifs_30_jours": "7abc8572cad0fdf9",
    "inactifs_90_jours": "bd1deccfef9631af",
    "paniers_abandonnes": "a3688b35ef2942be",
    "nouveaux_a_potentiel": "ebe06d0b5e1adda4",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("demo")
    copy_workspace(folder)
    return open_workspace(folder, {})


def test_the_versions_of_the_demo_stay(demo: Workspace) -> None:
    # They are read from YAML: a reader that sets names, defaults or the order of parts otherwise gives every rule of
    # every workspace a new version.
    found = load_definitions(demo.segments, demo.folder)
    assert {rule.key: rule.version for rule in found.of("rules", Rule)} == DEMO_RULES
    assert [levels.version for levels in found.of("levels", Levels)] == ["7507fee10b937a44"]
    assert load_catalogue(demo).hash == "5810a1cb07df2d61"


WRITTEN = """
segments:
  - name: did
    title: {fr: Fait, en: Done}
    when: {all: ["within(last_click_date, 30)", {did: visit, then: order, days: 2}, {never: refund}]}
  - name: again
    title: {fr: Encore, en: Again}
    when: "in_segment('did') and count('click', 30) >= 2"
  - name: rest
    title: {fr: Autres, en: Others}
    when: "n_order_lifetime > 0"
exclusive: true
"""
WRITTEN_RULES: dict[str, str] = {
    "did": "456276934cc63851",
    "again": "443a7b984a64fb3d",
    "rest": "55c099478ca1280b",
}


def test_versions_of_rules_that_stand_on_others_or_exclude_others_stay(tmp_path: Path) -> None:
    # References and exclusion are resolved before a rule is hashed: the tree that comes out must be the same.
    (tmp_path / "rules.yaml").write_text(WRITTEN)
    found = load_definitions(Segments.model_validate({"rules": ["rules.yaml"], "schemes": ["rules"]}), tmp_path)
    assert {rule.key: rule.version for rule in found.of("rules", Rule)} == WRITTEN_RULES


# Groupings ------------------------------------------------------------------------------------------------------


def test_the_version_of_rfm_stays() -> None:
    # `definition_version` of every row of the scheme: of the settings and of the cells' rules.
    assert rfm_grouping(Workspace()).version == "1aa02fb697b5e270"
    other = Workspace.model_validate({"scoring": {"rfm": {"window_days": 180, "n_bins": 4}}})
    assert rfm_grouping(other).version == "f6dc5cff421f23d9"


GROUPS: tuple[dict[str, Any], ...] = (
    {"cluster": 0, "segment_id": "behaviour-aaaaaaaaaa", "name_fr": "Fidèles", "name_en": "Loyal",
     "description_fr": "achats fréquents", "description_en": "many orders", "n_people": 12,
     "centre": [0.5, -1.25], "z_scores": {"n_order_365d": 1.5}, "path": ["behaviour-cccccccccc", "behaviour-aaaaaaaaaa"]},
    {"cluster": 1, "segment_id": "behaviour-bbbbbbbbbb", "name_fr": "Autres", "name_en": "Others",
     "description_fr": "", "description_en": "", "n_people": 30, "centre": [0.0, 0.0], "z_scores": {}},
)  # fmt: skip
RARE: tuple[dict[str, Any], ...] = (
    {"key": "dbscan:0", "segment_id": "rare-aaaaaaaaaa", "name_fr": "Groupe rare : x", "name_en": "Rare group: x",
     "description_fr": "x", "description_en": "x", "kind": "group", "n_people": 5, "z_scores": {"a": 2.0}, "centre": [3.0]},
    {"key": "dbscan:usual", "segment_id": "rare-bbbbbbbbbb", "name_fr": "Profils courants", "name_en": "Usual profiles",
     "description_fr": "", "description_en": "", "kind": "usual", "n_people": 37, "z_scores": {}, "centre": []},
)  # fmt: skip
AROUND = {
    "level": 2, "segment_id": "behaviour-cccccccccc", "name_fr": "Tous", "name_en": "All",
    "description_fr": "t", "description_en": "a", "n_people": 42,
    "members": ["behaviour-aaaaaaaaaa", "behaviour-bbbbbbbbbb"],
}  # fmt: skip


def test_versions_paths_and_segments_of_groups_that_a_model_found_stay() -> None:
    # The version is of the document that the training left, as it stands: a key more, or numbers that are rounded,
    # and the rows of today no longer have the version of those of yesterday.
    groups = tuple(GroupDocument.from_json(g) for g in GROUPS)
    in_use = CurrentGroups(
        "demo_behaviour/3",
        groups,
        ClusteringDocuments(Groups(groups, 2, "", (), (Around.from_json(AROUND),)), Sweep(()), Preparation(())),
        tuple(RareGroup.from_json(g) for g in RARE),
    )
    behaviour, rare = behaviour_grouping(in_use), rare_grouping(in_use)
    assert (behaviour.scheme, behaviour.column, behaviour.score) == ("behaviour", "cluster", "engagement")
    assert (behaviour.version, behaviour.model_version) == ("25274c91a6606d85", "demo_behaviour/3")
    assert behaviour.paths == {
        "0": ("behaviour-cccccccccc", "behaviour-aaaaaaaaaa"),
        "1": ("behaviour-bbbbbbbbbb",),
    }
    assert (rare.scheme, rare.column, rare.score) == ("rare", "rare", "engagement")
    assert (rare.version, rare.model_version) == ("6ab28a98fb7d5f03", "demo_behaviour/3")
    assert rare.paths == {"dbscan:0": ("rare-aaaaaaaaaa",), "dbscan:usual": ("rare-bbbbbbbbbb",)}
    assert [s.segment_id for s in coarser_segments(in_use)] == ["behaviour-cccccccccc"]


# Segment ids ----------------------------------------------------------------------------------------------------

RFM_IDS: dict[str, str] = {
    "champions": "rfm-021e1ca876",
    "loyal": "rfm-64adc9d320",
    "cannot_lose": "rfm-d17e8663f9",
    "at_risk": "rfm-a2c86bceb0",
    "potential_loyalist": "rfm-447cc25f13",
    "new_customers": "rfm-0691272ba8",
    "promising": "rfm-1039bf6b3c",
    "need_attention": "rfm-72291e86dc",
    "about_to_sleep": "rfm-40c196507f",
    "hibernating": "rfm-b4d3e0cdca",
    "lost": "rfm-5fdfa24c7f",
    "never_bought": "rfm-264ff07e91",
    "lapsed": "rfm-8cd7724b2c",
    "returned": "rfm-3a9bc5f6c7",
}


def test_ids_that_are_minted_from_keys_stay() -> None:
    # gold.segments, exports and what marketers built on them name segments by these.
    assert mint("rules", "vip") == "rules-eb19e30bad"
    assert mint("rules", "été") == "rules-530b69947f"
    assert {key: s.segment_id for key, s in rfm_grouping(Workspace()).segments.items()} == RFM_IDS
    assert sorted(NAMES) == sorted(RFM_IDS)
    rule = rule_segment(Rule("vip", {"fr": "a", "en": "b"}, {}, Always()))
    assert (rule.scheme, rule.segment_id, rule.key) == ("rules", "rules-eb19e30bad", "vip")


def test_ids_of_nested_levels_are_minted_from_their_paths() -> None:
    # As above; the path is joined by slashes.
    group = definitions.Group("young", {"fr": "Jeunes", "en": "Young"}, Always())
    levels = Levels((Level("age", (group,)), Level("all", (group,))))
    (segment,) = level_segments(levels, [("young", "young")])
    assert (segment.segment_id, segment.key) == ("levels-914b31ba59", "young/young")
    assert segment.name == {"fr": "Jeunes › Jeunes", "en": "Young › Young"}


def test_ids_of_groups_that_a_model_found_stay() -> None:
    # A group keeps its id from model to model; a new one is minted from the day, its English name and its number.
    name = GroupName("Fidèles", "Loyal", "f", "e")
    groups = [Group(1, 12, name, (0.0, 1.0), {"a": 1.0}), Group(0, 3, GroupName("B", "B", "b", "b"), (9.0, 9.0), {})]
    found = identify(DAY, groups, [])
    assert [g.segment_id for g in found] == ["behaviour-2cc9cc8011", "behaviour-92c25861cd"]
    assert list(found[0].to_json()) == [
        "cluster", "segment_id", "name_fr", "name_en", "description_fr", "description_en", "n_people", "centre",
        "z_scores",
    ]  # fmt: skip
    tree = Tree(2, "prediction", (), (), (), (0, 1), (1, 2), {1: (0, 0), 2: (0, 1)}, {})
    (around,) = coarser_groups(tree, found, lambda centre: {"n_order_365d": 1.0})
    assert around.segment_id == "behaviour-ed68132eda"
    assert path_of(found[0].segment_id, [around]) == ("behaviour-ed68132eda", "behaviour-2cc9cc8011")


def test_ids_of_the_usual_and_the_unusual_stay() -> None:
    # Both are in every model of rare groups under the same ids.
    assert {kind: mint("rare", kind) for kind in FIXED} == {"usual": "rare-d2751ad344", "unusual": "rare-14540716e7"}


# Runs, training sets, pseudonyms ----------------------------------------------------------------------------------


def test_ids_of_runs_and_training_sets_stay() -> None:
    # A run that was killed is resumed, and an append not repeated, under the id of its inputs; a training set that is
    # made again replaces itself. (models/propensity/frozen.py gives these parts.)
    assert identity("ingest", {"files": [["crm", "ab"]], "as_of": "2026-06-01"}) == "6ef62c1f000d108e02561973"
    cuts = choose_cuts(DAY, Window(90), 2, 30)
    assert [str(d) for d in cuts.all] == ["2025-11-03", "2025-12-03", "2026-01-02", "2026-02-01", "2026-03-03"]
    inputs = [i.expression for i in choose_inputs(["days_since_order", "days_between_orders", "tenure_days"], 300)]
    # Versions of activity and of consents.
    parts = ("churn", DAY, cuts.all, inputs, {"month": "month(as_of_date)"}, "f3df1260b9690c88", [7, 3])
    assert identity(*parts) == "77d4e8a455570d8e5771f9ae"


PSEUDONYMS: dict[str, tuple[str, str]] = {
    "email": (
        "76adf2ca9ec7716df60f60de3e90d261",
        "7067f1fed95a8d672af182294193fa85c3549f6a90379c0fd420300baf7b590f4c568c3f586b2e99",
    ),
    "customer": ("3e954fe66a3864e03eaa5a11f2eadbad", "a94a6cbfe5948df27b8dae4632a6edfc7a21727afb1c"),
    "user": ("aed25a6db8245d12e5a2582d42d2ebc0", "9788cd0aea1d02cb7fa79ece8acd8541964529"),
    "anonymous": ("6463f5ec4269a8bb2209b244cdc076dd", "f3d4289b290053f82fd0c99f41e75778d112b78d15"),
    "phone": ("910b94990e380c1843b3f48d987ca648", "c9089fbb04b56b1c45eb1e7d45956ca5555a1fa49ba271eb8f1793"),
}


def test_pseudonyms_of_every_kind_stay() -> None:
    # They are the identity of everybody in every table, and what is sealed must be unsealed later.
    pseudonyms = Pseudonymiser(Key(bytes(range(32))))
    said = {
        "email": " Ann.Lee+News@Example.COM ", "customer": " C-0042 ", "user": "u42", "anonymous": "a-b-c",
        "phone": "+33 1 23 45",
    }  # fmt: skip
    assert tuple(said) == KINDS
    found = {k: (pseudonyms.identifier_id(k, v), pseudonyms.seal(k, v).hex()) for k, v in said.items()}
    assert found == PSEUDONYMS


def test_the_version_of_any_content_stays() -> None:
    # All of the above are made of it; keys are sorted, letters beyond ASCII stand as they are.
    content: Mapping[str, Any] = {"é": [1, 2.5, None, True], "a": {"c": "x", "b": date(2026, 6, 1).isoformat()}}
    assert version_of(content) == "2323b6d6369931a0"
