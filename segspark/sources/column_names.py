"""The names of a file's columns, and what is wrong with them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from segspark.direct import names_somebody
from segspark.near import near
from segspark.sources.spec import Csv

# An address, a number, an amount, a date or a time: what a first line of data holds and a header does not.
_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[+-]?[\d.,/:\-\sTZ+€$£%]*\d[\d.,/:\-\sTZ+€$£%]*")


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names without blanks and byte order marks around them."""
    return tuple(name.strip("\ufeff").strip() for name in names)


def looks_like_data(header: Sequence[str]) -> bool:
    """Whether a first line holds values, not names: then no part of it may be told."""
    return any(_VALUE.fullmatch(name.strip()) for name in header if name.strip())


def told_names(names: Iterable[str], needed: Sequence[str]) -> list[str]:
    """The names that may be told of a file that lacks needed ones.

    None where neither a needed name nor one like it is among them: the first line may be a person's data. A name that
    holds an address or a phone is never told.
    """
    found = [name for name in names if name.strip()]
    is_like_one = not looks_like_data(found) and any(near_name(name, needed) for name in found)
    if not is_like_one and not any(name in needed for name in found):
        return []
    return [name for name in found if not names_somebody(name)]


def near_name(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like another one, if any is."""
    return next(iter(near(name, names, 1, 0.5)), None)


def header_reasons(header: Sequence[str], spec: Csv, needed: Sequence[str]) -> list[str]:
    """Why a file with this header is refused: ``header_none``, ``header_duplicate:name``, ``header_missing:name``, or
    ``header_columns`` where the columns are declared and the header names them in another order or number.

    Only needed names are looked for; others may come, go and be there twice. Nothing of the header itself is told,
    since what is no header may be a person's data.
    """
    declared = clean_names(spec.columns)
    if declared:
        if tuple(header) == declared:
            return []
        if looks_like_data(header):
            return ["header_none"]
        is_moved = any(
            name in declared and declared[at] != name for at, name in enumerate(header) if at < len(declared)
        )
        return ["header_columns"] if is_moved or len(header) != len(declared) else []
    missing = missing_names(header, needed)
    if missing and looks_like_data(header):
        return ["header_none"]
    counts = Counter(header)
    twice = [name for name in needed if counts[name] > 1]
    return [*(f"header_duplicate:{name}" for name in twice), *(f"header_missing:{name}" for name in missing)]


def missing_names(names: Iterable[str], needed: Sequence[str]) -> list[str]:
    present = set(names)
    return [name for name in needed if name not in present]
