"""What a flow declares makes a graph without a way back, and the order of a day follows it."""

from dataclasses import replace
from itertools import pairwise

from pipeline.toys import flow

from segspark.app.run import DAILY, FLOWS, HOURLY
from segspark.pipeline.flow import Request, cycles_of, flow_graph
from segspark.tables.contracts.catalogue import BY_NAME


def test_a_table_is_made_of_what_its_flows_read_of_the_same_day() -> None:
    first = flow(name="first", reads=("a",), writes=("b", "c"), reads_earlier=("b", "z"))
    second = flow(name="second", reads=("b", "d"), writes=("c",))
    assert flow_graph([first, second]) == {"b": {"a"}, "c": {"a", "b", "d"}}
    assert flow_graph([]) == {}


def test_ways_back_are_found_and_ways_that_meet_are_none() -> None:
    assert cycles_of({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}}) == []
    assert cycles_of({"a": {"a"}}) == [("a", "a")]
    assert cycles_of({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [("a", "b", "c", "a")]
    assert cycles_of({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}) == [("a", "b", "a"), ("c", "d", "c")]


def test_a_step_may_read_what_its_flow_reads_and_writes() -> None:
    one = flow(reads=("a",), reads_earlier=("b",), writes=("c",))
    assert set(one.readable) == {"a", "b", "c"}
    assert one.request == Request(days=(), is_provisional=False, carry_on=True)
    assert not one.is_skipped_when_unchanged
    assert not one.runs_beside_next


def test_the_flows_of_a_day_form_no_cycle() -> None:
    graph, done = flow_graph(FLOWS), set[str]()

    def visit(table: str, above: tuple[str, ...]) -> None:
        assert table not in above, f"cycle: {' <- '.join((*above, table))}"
        if table not in done:
            for other in graph.get(table, ()):
                visit(other, (*above, table))
            done.add(table)

    for table in graph:
        visit(table, ())
    writers = [t for flow in DAILY for t in flow.writes]
    assert len(writers) == len(set(writers)), "one flow writes each table"
    assert cycles_of(graph) == []
    # A way back would be found among them as well.
    closed = replace(FLOWS[0], reads=(*FLOWS[0].reads, DAILY[-1].writes[0]))
    assert cycles_of(flow_graph([closed, *FLOWS[1:]])) != []


def test_what_a_flow_reads_was_written_before_it() -> None:
    for flows in (DAILY, HOURLY):
        written_at = {table: at for at, each in enumerate(flows) for table in each.writes}
        for at, each in enumerate(flows):
            late = [table for table in each.reads if written_at.get(table, -1) >= at]
            assert late == [], f"{each.name} reads what is written later"


def test_what_runs_beside_the_next_flow_writes_nothing_that_it_looks_at() -> None:
    beside = [(a, b) for a, b in pairwise(DAILY) if a.runs_beside_next]
    assert beside
    for one, following in beside:
        assert not set(one.writes) & {*following.reads, *following.reads_earlier, *following.writes}, one.name
        assert not set(following.writes) & set(one.readable), following.name
    assert not DAILY[-1].runs_beside_next


def test_flows_have_names_of_their_own_and_declare_tables_that_there_are() -> None:
    names = [each.name for each in FLOWS]
    assert len(names) == len(set(names))
    for each in FLOWS:
        assert {*each.readable} <= set(BY_NAME), each.name
        # What is read as yesterday left it is state that this or a later flow writes.
        assert not set(each.reads) & set(each.writes), each.name
    assert set(HOURLY) <= set(DAILY)
    assert set(DAILY) <= set(FLOWS)
