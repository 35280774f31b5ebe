"""The shapes of kept fields: what a value must look like to be kept, and what is kept of it.

A field is kept only where an adapter or a mapping declares it, with one of these shapes. No shape lets an e-mail address
or a phone number through, however it is encoded (``segspark/direct.py``).
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Literal

from segspark.direct import names_somebody, without_direct

LONGEST = 512
LONGEST_ID = 200
# More distinct texts than this are cleaned again and again.
MOST_CACHED = 65_536
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z")
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:[.,]\d{1,40})?(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_TIME = re.compile(r"\d[\dTZ:.,/+ -]{3,39}\Z", re.ASCII)
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z")
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{0,4}(?![\w:])")
_LONG_NUMBER = re.compile(r"\d{10}")
# Phones without the signs that tell them in a longer text.
_BARE_PHONE = re.compile(r"(?<!\d)(?:0[1-9]\d{8}|00[1-9]\d{8,13}|33[67]\d{8})(?!\d)")
# A number is not written with a plus sign and so many digits, a phone is.
_PLUS = re.compile(r"\+\d{9,15}\Z")
# What numbers of 1990 to 2100 are in seconds, milliseconds and microseconds.
_EPOCHS = tuple((631_152_000 * unit, 4_102_444_800 * unit) for unit in (1, 1_000, 1_000_000))

# Not the sign of an entity (&#64;).
PARAMETERS = re.compile(r"\?|(?<!&)(?<!&amp;)#|;\w+=")

Shape = Callable[[Any], Any]
ShapeName = Literal["id", "word", "number", "time", "flag", "path", "label"]


class Shapes:
    """The shapes as functions of a value; each gives what is kept, None where nothing is."""

    def __init__(self, hide: Callable[[str], str], words: Collection[str] = ()) -> None:
        """
        Args:
            hide: a keyed hash that is kept instead of what names somebody: equal texts stay equal.
            words: texts of several words that a provider's vocabulary has.
        """
        self._hide, self._words = hide, words
        self._ids: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._named: dict[str, Shape] = {
            "id": self._id, "word": self._word, "number": _number, "time": _time, "flag": _flag, "path": self._path,
            "label": self._label,
        }  # fmt: skip

    def named(self, name: str) -> Shape:
        return self._named[name]

    def _id(self, value: Any) -> Any:
        """An id of the provider or the shop."""
        if value.__class__ is int:
            return value if value < 10**9 or not _BARE_PHONE.fullmatch(str(value)) else self._hide(str(value))
        if not isinstance(value, str) or not value:
            return None
        known = self._ids.get(value)
        if known is None:
            may_stand = len(value) <= LONGEST_ID and value.isprintable()
            is_phone = may_stand and _LONG_NUMBER.search(value) and _BARE_PHONE.search(value)
            is_clean = may_stand and not is_phone and not names_somebody(value)
            # An id stands in a column and among the kept fields of its record.
            known = _kept(self._ids, value, value if is_clean else self._hide(value))
        return known

    def _word(self, value: Any) -> Any:
        """A word of a provider's vocabulary; of several words only those that the provider declares."""
        if not isinstance(value, str):
            return None
        return value if value in self._words or (_WORD.match(value) and self._cleaned(value) == value) else None

    def _label(self, value: Any) -> Any:
        """A text that the shop wrote, such as a campaign's or a product's name. Names of people in it are not
        recognised: whoever writes them there answers for it."""
        if isinstance(value, str):
            return self._cleaned(value) or None
        if isinstance(value, bool):
            return "true" if value else "false"
        return self._cleaned(str(value)) if isinstance(value, int | float | Decimal) else None

    def _path(self, value: Any) -> Any:
        """A page's address without user, query, fragment and parameters; no segment names somebody."""
        if not isinstance(value, str) or not value:
            return None
        known = self._paths.get(value)
        if known is None:
            known = _kept(self._paths, value, self._clean_path(value))
        return known

    def _cleaned(self, text: str) -> str:
        known = self._labels.get(text)
        if known is None:
            clean = without_direct(_start_of(text), self._hide)
            for pattern in (_IP, _BARE_PHONE):
                clean = pattern.sub(lambda m: self._hide(m[0]), clean)
            known = _kept(self._labels, text, clean[:LONGEST])
        return known

    def _clean_path(self, url: str) -> str:
        head, mark, rest = url.partition("://")
        if not mark:
            if names_somebody(PARAMETERS.split(url, maxsplit=1)[0].partition("/")[0]):
                # What stands before an at sign is a user's name only in a whole address of a page.
                return self._hide(url)
            head, rest = "", url
        host, slash, path = PARAMETERS.split(rest, maxsplit=1)[0].partition("/")
        host = host.rpartition("@")[2] if mark else self._cleaned(host)
        whole = f"{head}{mark}{host}{slash}{'/'.join(map(self._cleaned, path.split('/')))}"
        return self._hide(whole) if len(whole) > LONGEST or names_somebody(whole) else whole


def _start_of(text: str) -> str:
    """The start of a long text, which ends between two words: half an address would not be recognised."""
    if len(text) <= LONGEST:
        return text
    return text[: 2 * LONGEST].rpartition(" ")[0] if len(text) > 2 * LONGEST else text


def _kept(cache: dict[str, str], key: str, value: str) -> str:
    if len(cache) >= MOST_CACHED:
        cache.clear()
    cache[key] = value
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return value
    is_number = isinstance(value, str) and _NUMBER.match(value) and not _BARE_PHONE.match(value)
    return value if is_number and not _PLUS.match(value) else None


def _time(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if any(first <= value < end for first, end in _EPOCHS) else None
    if not isinstance(value, str):
        return None
    if _ISO.match(value):
        return value
    return value if _TIME.match(value) and not _BARE_PHONE.match(value) and not names_somebody(value) else None


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else None


# --- Kept fields of a record ----------------------------------------------------------------------------------------

Kept = Mapping[str, str]


def shaped(**paths: str) -> Kept:
    """Declared fields: shape -> dotted paths, separated by blanks. A path goes through lists too."""
    return {path: shape for shape, text in paths.items() for path in text.split()}


class Projection:
    """What is kept of a record, as nested values."""

    def __init__(self, kept: Kept, shapes: Shapes) -> None:
        self._tree: dict[str, Any] = {}
        for path, shape in kept.items():
            *parents, leaf = path.split(".")
            node = self._tree
            for parent in parents:
                node = node.setdefault(parent, {})
            node[leaf] = shapes.named(shape)

    def of(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return _projected(self._tree, record)


def _projected(tree: dict[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for key, node in tree.items():
        value = record.get(key)
        if value is None:
            continue
        clean = _value(node, value)
        if clean is not None and clean != [] and clean != {}:
            kept[key] = clean
    return kept


def _value(node: Any, value: Any) -> Any:
    if value.__class__ is list:
        return [clean for item in value if (clean := _value(node, item)) is not None]
    if node.__class__ is dict:
        return _projected(node, value) if value.__class__ is dict else None
    return None if value.__class__ is dict else node(value)
