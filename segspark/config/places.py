"""The types of settings that name a place. The command line takes places too, and loads none of this."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from segspark.config.url import Url, why_no_lake, why_no_path, without_file


def _no_catalog(lake: Url) -> Url:
    if why := why_no_lake(lake.text):
        raise ValueError(why)
    return lake


def _in_a_folder(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if why := why_no_path(given):
        raise ValueError(why)
    return without_file(given)


# The location of a lake, which is no name in a catalog.
LakeUrl = Annotated[Url, AfterValidator(_no_catalog)]
# Files of the workspace itself: what is read before anything is known of stores, or run as code.
LocalPath = Annotated[Path, BeforeValidator(_in_a_folder)]
LocalPattern = Annotated[str, BeforeValidator(_in_a_folder)]
