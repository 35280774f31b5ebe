"""The sources of a workspace and its pseudonym key, as resources of flows."""

from segspark.ids import identity
from segspark.pipeline.context import Resource
from segspark.pseudonyms import Key
from segspark.sources.load import load_sources
from segspark.sources.spec import Source
from segspark.tables.lake_key import open_key

SOURCES: Resource[list[Source]] = Resource(
    "sources",
    lambda setting: load_sources(setting.workspace),
    lambda setting: identity([source.model_dump(mode="json") for source in setting[SOURCES]]),
)
# The handle's text shows the key's epoch only; the key of a new lake is created on first use.
KEY: Resource[Key] = Resource(
    "key",
    lambda setting: open_key(setting.workspace, create=True),
    lambda setting: "the workspace's",
)
# The same for questions, which never create a key.
EXISTING_KEY: Resource[Key] = Resource(
    "existing_key",
    lambda setting: open_key(setting.workspace),
    lambda setting: "the workspace's",
)
