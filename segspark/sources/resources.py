"""The sources of a workspace and the key of its pseudonyms, as flows look them up."""

from segspark.ids import identity
from segspark.pipeline.context import Resource
from segspark.pseudonyms import Key, load_key
from segspark.sources.load import load_sources
from segspark.sources.spec import Source

SOURCES: Resource[list[Source]] = Resource(
    "sources",
    lambda setting: load_sources(setting.workspace),
    lambda setting: identity([source.model_dump(mode="json") for source in setting[SOURCES]]),
)
# A handle whose text shows its epoch only; it is made on first use.
KEY: Resource[Key] = Resource(
    "key",
    lambda setting: load_key(setting.workspace.keys.environment, setting.workspace.keys.file),
    lambda setting: "the workspace's",
)
# The same for questions, which make none.
EXISTING_KEY: Resource[Key] = Resource(
    "existing_key",
    lambda setting: load_key(setting.workspace.keys.environment, setting.workspace.keys.file, create=False),
    lambda setting: "the workspace's",
)
