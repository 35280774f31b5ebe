"""Components as a union-find finds them, whatever the graph."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.identity.components import components

Edges = list[tuple[str, str]]


def found(spark: SparkSession, edges: Edges) -> dict[str, str]:
    frame = spark.createDataFrame(edges, "left_id string, right_id string")
    return {r["node"]: r["component"] for r in components(frame, lambda rows: rows.localCheckpoint()).collect()}


def by_hand(edges: Edges) -> dict[str, str]:
    owner = {node: node for edge in edges for node in edge}
    for _ in owner:
        for one, other in edges:
            owner[one] = owner[other] = min(owner[one], owner[other])
    return owner


def apart(graphs: list[Edges]) -> Edges:
    """The graphs as one; none shares a node with another."""
    return [(f"{n}-{one}", f"{n}-{other}") for n, edges in enumerate(graphs) for one, other in edges]


nodes = st.integers(0, 9).map(str)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(nodes, nodes), min_size=1, max_size=14), min_size=1, max_size=20))
def test_every_node_is_in_the_component_that_a_union_find_gives(spark: SparkSession, graphs: list[Edges]) -> None:
    assert found(spark, apart(graphs)) == by_hand(apart(graphs))


def test_a_chain_a_hub_and_a_lone_node(spark: SparkSession) -> None:
    names = [f"{n * 7919 % 200:03}" for n in range(200)]
    chain = [*pairwise(names)]
    hub = [("hub", f"of-{n}") for n in range(200)]
    expected = dict.fromkeys(names, "000") | dict.fromkeys(["hub", *(f"of-{n}" for n in range(200))], "hub")
    assert found(spark, [*chain, *hub, ("z", "z")]) == expected | {"z": "z"}
