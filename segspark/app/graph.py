"""The graph of flows and tables, computed from the flows' declarations.

``make reference`` writes it to flows.json beside this file. Programs without Spark, such as the doctor, read it there.
"""

import json
from importlib import resources
from typing import Any


def described() -> list[dict[str, Any]]:
    """Every flow as plain data."""
    from segspark.app.run import FLOWS
    from segspark.pipeline.context import resources_of

    return [
        {
            "flow": flow.name,
            "reads": list(flow.reads),
            "reads_earlier": list(flow.reads_earlier),
            "needs": [resource.name for resource in resources_of(flow.needs)],
            "writes": list(flow.writes),
        }
        for flow in FLOWS
    ]


def stored_flows() -> list[dict[str, Any]]:
    """``described()`` as it was written; needs no Spark."""
    flows: list[dict[str, Any]] = json.loads((resources.files("segspark.app") / "flows.json").read_text("utf-8"))
    return flows


def makers() -> dict[str, dict[str, Any]]:
    """Table -> the first flow that writes it."""
    by_table: dict[str, dict[str, Any]] = {}
    for flow in stored_flows():
        for table in flow["writes"]:
            by_table.setdefault(table, flow)
    return by_table
