"""The published JSON Schema of segspark.yaml, for editors; ``make reference`` writes it to conf/workspace.schema.json."""

import json

from segspark.app.workspace import workspace_type


def schema_text() -> str:
    """The JSON Schema of the workspace model, as stored in the file."""
    schema = workspace_type().model_json_schema()
    # Set by the loader; a file may not set it.
    del schema["properties"]["folder"]
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
