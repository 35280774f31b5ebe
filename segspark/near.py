"""Names as people type them: found without accents and case, and with what may have been meant where none is found."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import TypeVar

from segspark.errors import UnknownName

T = TypeVar("T")
# How like two names must be to be taken for each other; 1 is equal. The usual value of difflib.
LIKE = 0.6
# As many names are listed in a message; the rest is counted.
MOST_LISTED = 20
# Letters that Unicode does not take apart, and signs that are typed in several ways.
_SAME = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "ʼ": "'"})
_BETWEEN = re.compile(r"[\s_\-‐‑–—]+")


def folded(name: str) -> str:
    """A name without accents and case; spaces, hyphens and underscores are alike."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_SAME))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _BETWEEN.sub(" ", letters).strip()


def near(word: str, known: Iterable[str], most: int = 3, like: float = LIKE) -> tuple[str, ...]:
    """The known names that are most like a word, the nearest first."""
    return _near(word, tuple(known), most, like)


# Thousands of rules tend to be wrong in the same few words.
@lru_cache(maxsize=1_000)
def _near(word: str, known: tuple[str, ...], most: int, like: float) -> tuple[str, ...]:
    spelt: dict[str, str] = {}
    for name in known:
        spelt.setdefault(folded(name), name)
    return tuple(spelt[name] for name in get_close_matches(folded(word), spelt, most, like))


def _holding(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The known names that hold a word, such as ``potentiel``; two letters say nothing."""
    wanted = folded(word)
    return tuple(name for name in known if len(wanted) > 2 and wanted in folded(name))[:most]


def did_you_mean(word: str, known: Iterable[str], most: int = 1) -> str:
    """A question, or nothing where no known name is like the word."""
    close = near(word, known, most)
    return f"did you mean {' or '.join(close)}?" if close else ""


def no_such(
    what: str, name: str, known: Iterable[str], see: str = "", listed: Iterable[str] | None = None
) -> UnknownName:
    """The error for a name that does not exist: what may be meant, and what exists.

    Args:
        what: the thing in words, such as "source".
        see: what shows all of them, in a sentence, where that is more than a list.
        listed: what exists in the message, where things have several names.
    """
    names = tuple(dict.fromkeys(known))
    close = near(name, names) or _holding(name, names)
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    return UnknownName(
        f"There is no {what} {name!r}.{meant} {_listed(tuple(dict.fromkeys(names if listed is None else listed)))}{f' {see}' if see else ''}",
        close,
    )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f"There are: {', '.join(names[:MOST_LISTED]) or 'none'}{more}."


def find_named(what: str, name: str, values: Iterable[T], names_of: Callable[[T], Iterable[str]], see: str = "") -> T:
    """The value that a name means: to the letter, else without accents and case, if one value alone is meant.

    Args:
        names_of: the names of a value; the first is the one that is listed.

    Raises:
        UnknownName: no value has the name, or several have it.
    """
    every = list(values)
    for is_meant in (lambda other: other == name, lambda other: folded(other) == folded(name)):
        found = [value for value in every if any(map(is_meant, names_of(value)))]
        if len(found) == 1:
            return found[0]
        if found:
            raise several(what, name, [next(iter(names_of(value))) for value in found])
    raise no_such(what, name, [next(iter(names_of(value))) for value in every], see)


def several(what: str, name: str, meant: Iterable[str]) -> UnknownName:
    """The error for a name that several things have."""
    names = tuple(meant)
    return UnknownName(f"{name!r} is the name of {len(names)} {what}s: write {' or '.join(names)}.", names)
