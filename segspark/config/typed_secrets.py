"""Secrets that stand in a file: refused before anything shows them, with the way out."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from segspark.config.url import STORE_SCHEMES, scheme_of
from segspark.config.yaml_lines import Place, Problem

# The name of an environment variable, and how a text refers to one.
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_SECRET = re.compile(r"secret|passw|pwd|token|access.?key|account.?key|\bsas\b|_sas\b", re.IGNORECASE)
# Keys of this name say how or where a secret is found.
_ABOUT_IT = re.compile(r"(?:provider|file|path|type|class|algorithm|enabled|endpoint|url)s?$", re.IGNORECASE)
# Hadoop's keys for one account of Azure end with its host.
_ACCOUNT = re.compile(r"\.[\w-]+\.(?:dfs|blob)\.[\w.]+$")
# What is the name of a variable itself.
_NAMES = (("keys", "environment"), ("credentials", "variables"))
_SIGNED = re.compile(r"[?&](?:sig|signature|password|token|secret|x-amz-[a-z-]+)=[^&]", re.IGNORECASE)
_PORT = re.compile(r"\d{1,5}(?:/.*)?", re.DOTALL)
# Identifiers of AWS keys look like names of variables.
_AWS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,}")
_TO_ENVIRONMENT = "Put it into an environment variable, NAME, and write ${NAME}."
_BY_NAME = "Give the name of the environment variable that holds it."


def typed_secrets(data: Any, file: str, lines: Mapping[Place, int]) -> list[Problem]:
    """A problem for every secret that is written out: a password in an address, or the value of a key such as
    ``fs.s3a.secret.key``. None of them shows the value.

    Args:
        data: as written, before ``${NAME}`` is replaced.
    """
    written = [place for place, text in _texts(data, ()) if place[:2] not in _NAMES and _is_typed(place, text)]
    message = "a secret is not written into a file."
    of_values = [_problem(file, lines.get(place), place, message, _TO_ENVIRONMENT) for place in written]
    return of_values + no_names(data, {}, file, lines)


def no_names(
    data: Any, origins: Mapping[Place, str], file: str = "", lines: Mapping[Place, int] = MappingProxyType({})
) -> list[Problem]:
    """A problem for every value that should name a variable and may be the secret itself."""
    wrong = [place for place, text in _texts(data, ()) if place[:2] in _NAMES and not _is_name(text)]
    message = "this is no variable's name."
    return [_problem(origins.get(place, file), lines.get(place), place, message, _BY_NAME) for place in wrong]


def _problem(file: str, line: int | None, place: Place, message: str, fix: str) -> Problem:
    return Problem(file, line, ".".join(map(str, place)), None, message, fix, "typed_secret")


def _texts(item: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(item, Mapping):
        for key, value in item.items():
            yield from _texts(value, (*place, key))
    elif isinstance(item, list):
        for at, value in enumerate(item):
            yield from _texts(value, (*place, at))
    elif isinstance(item, str | int) and not isinstance(item, bool):
        yield place, str(item)


def _is_name(text: str) -> bool:
    return bool(re.match(VARIABLE, text)) and not _AWS_KEY.fullmatch(text)


def _is_typed(place: Place, text: str) -> bool:
    # The default of a reference is written out as well.
    written = REFERENCE.sub(lambda found: found[2] or "", text)
    if not written:
        return False
    name = _ACCOUNT.sub("", str(next((part for part in reversed(place) if isinstance(part, str)), "")))
    # A place in a store is refused with credentials in it wherever they come from (``why_no_store``).
    is_place = scheme_of(written) in STORE_SCHEMES and "options" not in place
    return bool(_SECRET.search(name) and not _ABOUT_IT.search(name)) or (not is_place and _in_address(written))


def _in_address(text: str) -> bool:
    """Whether an address holds a password or a signature."""
    if not scheme_of(text):
        return False
    named = text.partition(":")[2].lstrip("/")
    password = named.rpartition("@")[0].partition(":")[2] if ":" in named.partition("/")[0] else ""
    return bool(password and not _PORT.fullmatch(password)) or bool(_SIGNED.search(text))
