"""Write what is made from the code; ``--check`` only tells what is not up to date.

``make reference`` runs this. A new page is a module beside this file, with a function that returns its text, and a line
in ``MADE``.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from docs.generate import cli, configuration, errors, features, flows, tables
from segspark.app import graph, schema
from segspark.spark.submit.conf import conf_of_the_clone

CLONE = Path(__file__).parents[2]
COMMAND = "make reference"

# File -> the function that makes its text.
MADE: dict[str, Callable[[], str]] = {
    "conf/spark-cluster.conf": conf_of_the_clone,
    "conf/workspace.schema.json": schema.schema_text,
    "segspark/app/flows.json": lambda: json.dumps(graph.described(), indent=2) + "\n",
    "docs/reference/cli.md": cli.page,
    "docs/reference/configuration.md": configuration.page,
    "docs/reference/definition-errors.md": errors.definition_errors_page,
    "docs/reference/errors.md": errors.page,
    "docs/reference/features.md": features.page,
    "docs/reference/flows.md": flows.page,
    "docs/reference/tables.md": tables.page,
}


def stale() -> list[str]:
    """The files that differ from what the code makes now."""
    return [name for name, text in MADE.items() if _stored(CLONE / name) != text()]


def _stored(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


def main(arguments: list[str]) -> int:
    """Write all files, or tell with ``--check`` in one line which are not up to date."""
    if arguments == ["--check"]:
        names = stale()
        if names:
            print(f"not up to date: {', '.join(names)}. Run: {COMMAND}", file=sys.stderr)
        return 1 if names else 0
    for name, text in MADE.items():
        path = CLONE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
