"""The names that the command line offers are those that can be run."""

from segspark.app.programs import FEATURE_PROGRAMS, PROGRAMS
from segspark.app.run import DAILY, FLOWS, HOURLY, SEQUENCES, SINGLE
from segspark.app.train import TRAIN


def test_every_program_of_the_command_line_can_be_run_and_no_other() -> None:
    assert {*SINGLE, *SEQUENCES, "backfill"} == {*PROGRAMS, *FEATURE_PROGRAMS}


def test_the_list_of_flows_holds_every_flow_that_a_program_runs_once() -> None:
    names = [flow.name for flow in FLOWS]
    assert len(names) == len(set(names))
    assert {flow.name for flow in (*DAILY, *HOURLY, *SINGLE.values(), TRAIN)} <= set(names)
