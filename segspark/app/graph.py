"""The graph of flows and tables, computed from the flows' declarations, for people and for programs.

``python -m segspark.app.graph`` writes FLOWS.md and flows.json beside this file; ``--check`` tells whether they are up
to date. Programs without Spark, such as the doctor, read flows.json.
"""

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE, DATA = HERE / "FLOWS.md", HERE / "flows.json"
_HEAD = """# Flows

Made from the flows' declarations by `python -m segspark.app.graph`; do not edit.

A flow reads tables as other flows of the same day have written them, and some as earlier days left them. It looks up
what is resolved beside tables. Within one day no table is made of itself.

| flow | reads | of earlier days | looks up | writes |
|---|---|---|---|---|
"""


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


def page(flows: list[dict[str, Any]]) -> str:
    """The flows as a Markdown table."""
    columns = ("reads", "reads_earlier", "needs", "writes")
    rows = (f"| {flow['flow']} | {' | '.join(', '.join(flow[c]) for c in columns)} |" for flow in flows)
    return _HEAD + "\n".join(rows) + "\n"


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


def main(arguments: list[str]) -> int:
    flows = described()
    wanted = {PAGE: page(flows), DATA: json.dumps(flows, indent=2) + "\n"}
    if arguments == ["--check"]:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if stale:
            print(f"{', '.join(stale)}: not up to date. Run: make schema", file=sys.stderr)
        return 1 if stale else 0
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
