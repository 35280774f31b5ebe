"""docs/reference/flows.md: what each flow reads and writes, from the flows' declarations."""

from docs.generate.markdown import anchor, code, codes, table
from docs.generate.markdown import page as whole
from segspark.app.graph import described
from segspark.app.run import DAILY, HOURLY

_WORDS = {
    "reads": "Reads",
    "reads_earlier": "Reads as earlier days left it",
    "needs": "Looks up",
    "writes": "Writes",
}


def page() -> str:
    flows = described()
    lines = [
        "A flow is a step of a run. It declares the tables that it reads and writes, and gets no others. It reads tables",
        "as other flows of the same day have written them, and some as earlier days left them. It looks up what is",
        "resolved beside tables: the catalogue of features, definitions, models. Within one day no table is made of",
        "itself. [Tables](tables.md) says what is in each.",
        "",
        f"`segspark run daily` runs {codes(flow.name for flow in DAILY)}, in this order. `segspark run hourly` runs",
        f"{codes(flow.name for flow in HOURLY)}.",
        *table(["table", "is written by"], _writers(flows)),
    ]
    for flow in flows:
        lines += [f"## {flow['flow']}", ""]
        for key, words in _WORDS.items():
            shown = [code(name) if key == "needs" else table_link(name) for name in flow[key]]
            if shown:
                lines.append(f"- {words}: {', '.join(shown)}")
        lines.append("")
    return whole("Flows", *lines)


def table_link(name: str) -> str:
    return f"[`{name}`](tables.md#{anchor(name)})"


def _writers(flows: list[dict[str, list[str]]]) -> list[list[str]]:
    tables = dict.fromkeys(name for flow in flows for name in flow["writes"])
    return [[table_link(name), codes(flow["flow"] for flow in flows if name in flow["writes"])] for name in tables]
