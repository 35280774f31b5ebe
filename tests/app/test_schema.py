import json

from segspark.app import schema


def test_the_schema_offers_what_a_file_may_hold() -> None:
    published = json.loads(schema.schema_text())
    assert "folder" not in published["properties"]
    assert {"lake", "sources", "segments"} <= set(published["properties"])
    assert published["additionalProperties"] is False
