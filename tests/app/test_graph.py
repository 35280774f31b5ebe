"""The graph of flows: what is stored beside the code is what the flows declare, and needs no Spark to be read."""

import subprocess
import sys

from segspark.app import graph
from segspark.app.run import DAILY, FLOWS
from segspark.pipeline.flow import cycles_of, flow_graph
from segspark.tables.contracts.catalogue import BY_NAME


def test_the_stored_graph_is_that_of_the_flows() -> None:
    assert graph.stored_flows() == graph.described()
    assert [flow["flow"] for flow in graph.stored_flows()] == [flow.name for flow in FLOWS]


def test_it_is_read_without_spark() -> None:
    code = "import sys; from segspark.app.graph import makers; makers(); print('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_table_that_a_day_writes_has_a_maker_and_is_a_table() -> None:
    makers = graph.makers()
    assert makers["gold.features"]["flow"] == "features"
    assert makers["silver.events"]["flow"] == "ingest"
    assert set(makers) <= set(BY_NAME)
    assert {table for flow in DAILY for table in flow.writes} <= set(makers)


def test_within_one_day_no_table_is_made_of_itself() -> None:
    assert cycles_of(flow_graph(FLOWS)) == []
