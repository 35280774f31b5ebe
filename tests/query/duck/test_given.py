"""A replay of groups that a model found: without Java where the version in use gave the stored ones, else by Spark, and why."""

import deltalake
import pytest
from builders import with_model
from demo_shop import AS_OF, demo_shop
from lakes import Lakes

from segspark.app.train import TRAIN
from segspark.config.models import Workspace
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.features.flow import FEATURES
from segspark.models.clustering.config import GroupNames, Rare
from segspark.models.clustering.documents.rare import PlainRule, Term
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.registered import find_champion
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import record
from segspark.query.replay import replay_stored
from segspark.query.replay_by_spark import replay
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

FOUND = ("behaviour", "rare")
ANY_RULE = PlainRule((Term("n_order_365d", True, 1.0),), 1.0, 1.0)
Shop = tuple[Workspace, SparkLake]


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A day whose groups a model gave. So few people form none by which a shop would go: the gates are open."""
    workspace, lake = lakes.copy(demo_shop(300), tmp_path_factory.mktemp("given") / "w")
    rare = Rare(min_samples=3, max_share=0.2)  # type: ignore[call-arg]
    workspace = with_model(workspace, BEHAVIOUR, k=3, min_stability=-1, min_silhouette=-1, min_people=1, rare=rare)
    with pytest.MonkeyPatch.context() as patch:
        # No threshold describes groups of a few people precisely.
        patch.setattr("segspark.models.clustering.rare_groups.find_rule", lambda values, is_member: ANY_RULE)
        for flow in (FEATURES, SCORES, TRAIN, SEGMENTS):
            request = Request(names=(BEHAVIOUR.name,)) if flow is TRAIN else None
            run_flow(flow, workspace, lake, AS_OF, request=request)
    return workspace, lake


def test_replays_are_the_same_as_by_spark_and_as_stored(shop: Shop) -> None:
    workspace, lake = shop
    for name in FOUND:
        # A lake without a session: nothing of it can start Java.
        by_duck = replay_stored(workspace, Lake(workspace.lake), name, AS_OF)
        assert by_duck == replay(workspace, lake, name, AS_OF)
        assert by_duck["is_written"]
        assert all(s["people"] == s["stored"] == s["same"] for s in by_duck["segments"])
        # Groups of the model, people who never acted, and who may not be profiled.
        assert len(by_duck["segments"]) >= 4
        assert sum(s["people"] for s in by_duck["segments"]) == 300


def test_stored_groups_are_not_those_of_another_version_of_the_model(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = shop

    def next_one(*given: object) -> object:
        found = find_champion(*given)  # type: ignore[arg-type]
        # The same groups, found again by a later training.
        found._version = int(found.version) + 1
        return found

    monkeypatch.setattr("segspark.models.resources.find_champion", next_one)
    for name in FOUND:
        with pytest.raises(
            OnlyBySpark, match=rf"the {name} groups of {AS_OF} were given by \w+_behaviour/1 .* in use .*/2 "
        ):
            replay_stored(workspace, Lake(workspace.lake), name, AS_OF)


def test_groups_that_were_renamed_since_are_another_definition(shop: Shop) -> None:
    workspace, _ = shop
    (first, *_) = replay_stored(workspace, Lake(workspace.lake), "behaviour", AS_OF)["segments"]
    renamed = with_model(workspace, BEHAVIOUR, names={first["segment_id"]: GroupNames(fr="Un", en="One")})
    with pytest.raises(
        GateClosed, match=r"behaviour of version .* follows from settings or a model that is not in use"
    ):
        replay_stored(renamed, Lake(workspace.lake), "behaviour", AS_OF)


def test_a_day_from_before_its_groups_were_stored_is_left_to_spark(shop: Shop) -> None:
    """Last: it changes the lake."""
    workspace, lake = shop
    people = deltalake.DeltaTable(lake.path(gold.PEOPLE))
    people.update(updates={"rare": "NULL"}, predicate=f"as_of_date = '{AS_OF}'")
    with pytest.raises(OnlyBySpark, match=f"gold.people of {AS_OF} holds no rare of anybody"):
        replay_stored(workspace, Lake(workspace.lake), "rare", AS_OF)
    assert replay_stored(workspace, Lake(workspace.lake), "behaviour", AS_OF)["is_written"]
    # A run that was killed may have written one table and not the other.
    record(lake, run_id="killed", flow="segments", as_of=AS_OF, state="started")
    with pytest.raises(OnlyBySpark, match=f"no finished run says what gave the groups of {AS_OF}"):
        replay_stored(workspace, Lake(workspace.lake), "behaviour", AS_OF)
