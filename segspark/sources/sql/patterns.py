"""Literal patterns of expressions (regular expressions, LIKE, forms of times, printf), checked before Spark sees them.

Spark raises on a wrong pattern at the first record, whatever the record holds.
"""

import re
from collections.abc import Callable

from segspark.sources.sql.tree import ExpressionError

_PARSING = re.compile(
    r"(?:yyyy|yy|M{1,4}|d{1,2}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|S{1,9}|a|X{1,3}|x{1,3}|'[^']*'|[^A-Za-z'])+"
)
_WRITING = re.compile(
    r"(?:y{1,4}|M{1,4}|d{1,2}|D{1,3}|E{1,4}|Q{1,2}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|S{1,9}|a|X{1,3}|x{1,3}|'[^']*'|[^A-Za-z'])+"
)
_STRPTIME = {"d": "d", "m": "M", "Y": "yyyy", "H": "H", "M": "m", "S": "s"}


def check_replacement(text: str, groups: int) -> None:
    """Check what replaces the matches of a regular expression: ``$1`` names a group of it."""
    rest = re.sub(r"\\.", "", text)
    named = [int(number) for number in re.findall(r"\$(\d)", rest)]
    if "\\" in rest or re.search(r"\$(?!\d)", rest):
        raise ExpressionError(f"in the replacement {text!r} a $ or \\ alone is written \\\\$ or \\\\\\\\")
    if any(number > groups for number in named):
        raise ExpressionError(f"the replacement {text!r} names a group that the regular expression does not have")
    if len(text) > 100:
        raise ExpressionError("a replacement of more than 100 characters is not allowed")


def check_like(pattern: str, escape: str = "\\") -> None:
    if len(escape) != 1 or re.sub(f"{re.escape(escape)}[%_{re.escape(escape)}]", "", pattern).count(escape):
        raise ExpressionError(f"LIKE {pattern!r}: {escape} may only stand before %, _ or itself")


def check_parsing(form: str) -> None:
    """Check the form of times in a text to read, such as dd/MM/yyyy."""
    _check_form(form, _PARSING.fullmatch)


def check_writing(form: str) -> None:
    """Check the form of times in a text to write."""
    _check_form(form, _WRITING.fullmatch)


def _check_form(form: str, fits: Callable[[str], object]) -> None:
    if not fits(form):
        other = (
            "" if "%" in form else " (small d and y for day and year, capital M for the month, HH:mm:ss for the time)"
        )
        raise ExpressionError(f"{form!r} is no form of times here; write one like 'dd/MM/yyyy HH:mm'{other}")


def names_offset(form: str) -> bool:
    return bool(re.search("[Xx]", re.sub("'[^']*'", "", form)))


def check_printf(form: str, n: int) -> list[str]:
    """The letters of a format: s for a text, d for a whole number, one for each of ``n`` values."""
    rest = form.replace("%%", "")
    found = re.findall(r"%(?:-?\d{0,3}s|0?\d{0,3}d)", rest)
    if "%" in re.sub(r"%(?:-?\d{0,3}s|0?\d{0,3}d)", "", rest) or len(found) != n:
        raise ExpressionError(f"the format {form!r} needs one %s (text) or %d (whole number) for each of its values")
    return [one[-1] for one in found]


def spark_form(pattern: str) -> str | None:
    """A ``strptime`` pattern as Spark writes it, None if they cannot mean the same."""
    form, at = "", 0
    while at < len(pattern):
        if pattern[at] == "%":
            letter = _STRPTIME.get(pattern[at + 1 : at + 2])
            if letter is None:
                return None
            form, at = form + letter, at + 2
        else:
            form += f"'{pattern[at]}'" if pattern[at].isalpha() else pattern[at]
            at += 1
    return None if "''" in form else form
