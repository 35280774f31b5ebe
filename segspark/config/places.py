"""The types of settings that name a place. The command line takes places too, and loads none of this."""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import AfterValidator, BeforeValidator

from segspark.config.url import Url, why_no_lake, why_no_path, without_file

# Of a URL; delta-rs undoes them in a path too.
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


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


def why_misread(lake: Url) -> str | None:
    """Why Delta would look for a lake's folder under another name; None if it would not."""
    found = None if lake.is_remote else _ESCAPE.search(lake.text)
    if found is None:
        return None
    return (
        f"lake: {lake} holds {found[0]}, which Delta reads as {unquote(found[0])!r}. Give the folder another name, or "
        "the lake another place."
    )
