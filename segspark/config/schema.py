"""The published JSON Schema of segspark.yaml, so that editors can help; ``--check`` tells whether it is fresh."""

import json
import sys
from pathlib import Path

from segspark.config.models import Workspace

PATH = Path(__file__).parents[2] / "conf" / "workspace.schema.json"


def schema_text() -> str:
    """The JSON Schema of the workspace model, as the file holds it."""
    schema = Workspace.model_json_schema()
    # Set by the loader, refused in a file.
    del schema["properties"]["folder"]
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the schema, or with ``--check`` compare it."""
    if arguments == ["--check"]:
        if not PATH.exists() or PATH.read_text() != schema_text():
            print(f"{PATH.name} is out of date; run: python -m segspark.config.schema", file=sys.stderr)
            return 1
        return 0
    PATH.write_text(schema_text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
