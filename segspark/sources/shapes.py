"""The shapes of kept fields: what a value must look like to be kept, and what is kept of it.

A field is kept only where an adapter or a mapping declares it, with one of these shapes. No shape lets an e-mail address
or a phone number through, however it is encoded (``segspark/direct.py``).
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
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
_LONG_NUMBER = re.compile(r"[0-9]{10}")
# Phones without the signs that tell them in a longer text.
_BARE_PHONE = re.compile(r"(?<!\d)(?:0[1-9]\d{8}|00[1-9]\d{8,13}|33[67]\d{8})(?!\d)")
# A number is not written with a plus sign and so many digits, a phone is.
_PLUS = re.compile(r"\+\d{9,15}\Z")
# What numbers of 1990 to 2100 are in seconds, milliseconds and microseconds.
_EPOCHS = tuple((631_152_000 * unit, 4_102_444_800 * unit) for unit in (1, 1_000, 1_000_000))

# Not the sign of an entity (&#64;).
PARAMETERS = re.compile(r"\?|(?<!&)(?<!&amp;)#|;\w+=")

ShapeName = Literal["id", "word", "number", "time", "flag", "path", "label"]


class Memo(dict[str, Any]):
    """What is kept of each text: computed once, then looked up without a call. Most texts come again and again, and an
    id stands in a column and among the kept fields of its record.

    Raises:
        UnicodeEncodeError: what would be kept holds half of a pair of surrogates.
    """

    def __init__(self, kept: Callable[[str], Any]) -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, text: str) -> Any:
        kept = self._kept(text)
        if kept is not None and not kept.isascii():
            kept.encode()
        if len(self) >= MOST_CACHED:
            self.clear()
        self[text] = kept
        return kept


@dataclass(frozen=True)
class Shape:
    """What is kept of a value that has a shape; None where nothing is.

    Attributes:
        texts: of a text.
        other: of any other value.
    """

    texts: Memo
    other: Callable[[Any], Any]

    def __call__(self, value: Any) -> Any:
        return self.texts[value] if value.__class__ is str else self.other(value)


class Shapes:
    """The shapes by their names."""

    def __init__(self, hide: Callable[[str], str], words: Collection[str] = ()) -> None:
        """
        Args:
            hide: a keyed hash that is kept instead of what names somebody: equal texts stay equal.
            words: texts of several words that a provider's vocabulary has.
        """
        self._hide, self._words = hide, words
        self._pages, self._segments = Memo(self._page), Memo(self._cleaned)
        self._named = {
            "id": Shape(Memo(self._id), self._whole_number), "word": Shape(Memo(self._word), _nothing),
            "number": Shape(Memo(_number), _any_number), "time": Shape(Memo(_time), _epoch),
            "flag": Shape(Memo(_nothing), _flag), "path": Shape(Memo(self._path), _nothing),
            "label": Shape(Memo(self._label), self._other_label),
        }  # fmt: skip

    def named(self, name: str) -> Shape:
        return self._named[name]

    def _id(self, text: str) -> str | None:
        """An id of the provider or the shop."""
        if not text:
            return None
        may_stand = len(text) <= LONGEST_ID and text.isprintable()
        is_phone = may_stand and _is_bare_phone(text)
        return text if may_stand and not is_phone and not names_somebody(text) else self._hide(text)

    def _whole_number(self, value: Any) -> int | str | None:
        if value.__class__ is not int:
            return None
        return value if value < 10**9 or not _BARE_PHONE.fullmatch(str(value)) else self._hide(str(value))

    def _word(self, text: str) -> str | None:
        """A word of a provider's vocabulary; of several words only those that the provider declares."""
        return text if text in self._words or (_WORD.match(text) and self._cleaned(text) == text) else None

    def _label(self, text: str) -> str | None:
        """A text that the shop wrote, such as a campaign's or a product's name. Names of people in it are not
        recognised: whoever writes them there answers for it."""
        return self._cleaned(text) or None

    def _other_label(self, value: Any) -> str | None:
        if isinstance(value, bool):
            return "true" if value else "false"
        return self._cleaned(str(value)) if isinstance(value, int | float | Decimal) else None

    def _path(self, url: str) -> str | None:
        """A page's address without user, query, fragment and parameters; no segment names somebody."""
        # The links of a mail differ in what follows, the page is the same.
        return self._pages[PARAMETERS.split(url, maxsplit=1)[0]] if url else None

    def _page(self, url: str) -> str:
        head, mark, rest = url.partition("://")
        if not mark:
            if names_somebody(url.partition("/")[0]):
                # What stands before an at sign is a user's name only in a whole address of a page.
                return self._hide(url)
            head, rest = "", url
        host, slash, path = rest.partition("/")
        host = host.rpartition("@")[2] if mark else self._segments[host]
        whole = f"{head}{mark}{host}{slash}{'/'.join(map(self._segments.__getitem__, path.split('/')))}"
        return self._hide(whole) if len(whole) > LONGEST or names_somebody(whole) else whole

    def _cleaned(self, text: str) -> str:
        clean = without_direct(_start_of(text), self._hide)
        for pattern in (_IP, _BARE_PHONE):
            clean = pattern.sub(lambda m: self._hide(m[0]), clean)
        return clean[:LONGEST]


def _start_of(text: str) -> str:
    """The start of a long text, which ends between two words: half an address would not be recognised."""
    if len(text) <= LONGEST:
        return text
    return text[: 2 * LONGEST].rpartition(" ")[0] if len(text) > 2 * LONGEST else text


def _is_bare_phone(text: str) -> bool:
    may_be = _LONG_NUMBER.search(text) is not None or not text.isascii()
    return may_be and _BARE_PHONE.search(text) is not None


def _nothing(value: Any) -> None:
    return None


def _number(text: str) -> str | None:
    is_number = _NUMBER.match(text) and not _BARE_PHONE.match(text)
    return text if is_number and not _PLUS.match(text) else None


def _any_number(value: Any) -> int | float | Decimal | None:
    return value if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def _time(text: str) -> str | None:
    if _ISO.match(text):
        return text
    return text if _TIME.match(text) and not _BARE_PHONE.match(text) and not names_somebody(text) else None


def _epoch(value: Any) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and any(first <= value < end for first, end in _EPOCHS) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


# --- Kept fields of a record ----------------------------------------------------------------------------------------

Kept = Mapping[str, str]


def shaped(**paths: str) -> Kept:
    """Declared fields: shape -> dotted paths, separated by blanks. A path goes through lists too."""
    return {path: shape for shape, text in paths.items() for path in text.split()}


# What is kept of a field's texts (None: it has fields of its own), and its shape or its fields.
_Fields = Mapping[str, tuple[Memo | None, Any]]


class Projection:
    """What is kept of a record, as nested values."""

    def __init__(self, kept: Kept, shapes: Shapes) -> None:
        tree: dict[str, Any] = {}
        for path, shape in kept.items():
            *parents, leaf = path.split(".")
            node = tree
            for parent in parents:
                node = node.setdefault(parent, {})
            node[leaf] = shapes.named(shape)
        self._fields = _fields(tree)

    def of(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return _projected(self._fields, record)


def _fields(tree: Mapping[str, Any]) -> _Fields:
    return {key: (node.texts, node) if isinstance(node, Shape) else (None, _fields(node)) for key, node in tree.items()}


def _projected(fields: _Fields, record: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in record.items():
        field = fields.get(key)
        if field is None or value is None:
            continue
        texts, node = field
        if value.__class__ is str:
            clean = None if texts is None else texts[value]
        elif value.__class__ is dict:
            clean = (_projected(node, value) or None) if texts is None else None
        else:
            clean = _value(texts, node, value)
        if clean is not None:
            kept[key] = clean
    return kept


def _value(texts: Memo | None, node: Any, value: Any) -> Any:
    """Of a value that is neither text nor object, or of an element of a list; None instead of an empty list."""
    if value.__class__ is list:
        return [clean for item in value if (clean := _value(texts, node, item)) is not None] or None
    if texts is None:
        return _projected(node, value) if value.__class__ is dict else None
    return None if value.__class__ is dict else node(value)
