"""The published JSON Schema of segspark.yaml, for editors; ``--check`` tells whether it is up to date."""

import json
import sys
from pathlib import Path

from segspark.app.workspace import workspace_type

PATH = Path(__file__).parents[2] / "conf" / "workspace.schema.json"


def schema_text() -> str:
    """The JSON Schema of the workspace model, as stored in the file."""
    schema = workspace_type().model_json_schema()
    # Set by the loader; a file may not set it.
    del schema["properties"]["folder"]
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the schema, or compare it with ``--check``."""
    if arguments == ["--check"]:
        if not PATH.exists() or PATH.read_text() != schema_text():
            print(f"{PATH.name} is out of date; run: python -m segspark.app.schema", file=sys.stderr)
            return 1
        return 0
    PATH.write_text(schema_text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
