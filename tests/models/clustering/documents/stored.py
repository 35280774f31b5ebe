"""Documents as versions of the program stored them, by file name; ``fixtures/documents`` is never written anew.

``first`` has groups and sweep alone; ``before_trees`` has maps, migrations and rare groups, but no hierarchy and no
coarser groups; ``today`` is the present form, with values filled from neighbours.
"""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "documents"


def stored(version: str) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads((FIXTURES / f"{version}.json").read_text())
    return content


def text(content: object) -> str:
    """With its keys in their order, as it lies in the store."""
    return json.dumps(content)
