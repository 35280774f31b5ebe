"""Regular expressions that Java and Python read alike, and whose matching ends.

Spark compiles a regular expression at the first record, and one that Java refuses would end the run. A repetition
within a repetition that can split a text in many ways, as in `(a+)+`, would never end: it is found by whether the
automaton of the positions of the pattern has two ways through a loop for one text (A. Weideman et al., "Analyzing
matching time behavior of backtracking regular expression matchers", CIAA 2016).
"""

import re
import warnings
from functools import lru_cache
from math import factorial

from segspark.sources.sql.loops import degree_of
from segspark.sources.sql.tree import ExpressionError

MOST_CHARACTERS = 1_000
MOST_REPEATS = 1_000
# Java's regular expressions need stack for each round of a repeated group: some thousand characters overflow it.
LONGEST_FOR_GROUPS = 1_000
LONGEST = 100_000
# Of the matcher, for one text: about a second.
MOST_STEPS = 50_000_000
_REPEATED_GROUP = re.compile(r"(?<!\\)\)(?:[*+]|\{\d)")
# What may follow `(?`; names of groups have no underscore in Java.
_GROUPS = re.compile(r"\(\?(?::|=|!|<=|<!|<[A-Za-z][A-Za-z0-9]*>|[ims]{1,3}:)")
_FLAGS = re.compile(r"\(\?[ims]{1,3}\)")
_COUNT = re.compile(r"\{(\d{1,4})(?:,(\d{0,4}))?\}")
_ESCAPE = re.compile(
    r"\\(?:[^A-Za-z0-9]|[dDwWsShHtnrf]|[1-9]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[pP]\{(?:Is)?(?P<family>\w+)\}|"
    r"(?P<outside>[bBAzZR]))",
    re.DOTALL,
)
_FAMILIES = frozenset(
    """L Lu Ll Lt Lm Lo M N Nd Nl P Pd S Sc Z Zs C Alpha Digit Alnum Upper Lower Punct Space Blank XDigit ASCII
    Alphabetic Letter Uppercase Lowercase Punctuation White_Space Latin Greek Cyrillic Han""".split()
)
_ONLY_IS = frozenset("Alphabetic Letter Uppercase Lowercase Punctuation White_Space Latin Greek Cyrillic Han".split())
_TO_PYTHON = (
    (re.compile(r"\\p\{\w+\}"), r"\\w"),
    (re.compile(r"\\P\{\w+\}"), r"\\W"),
    (re.compile(r"\\h|\\R"), r"\\s"),
    (re.compile(r"\\H"), r"\\S"),
    (re.compile(r"\(\?<(?=[A-Za-z])"), "(?P<"),
    (re.compile(r"\\z"), r"\\Z"),
)


def groups_of(pattern: str) -> int:
    """The number of groups of a regular expression.

    Raises:
        ExpressionError: see ``_examined``.
    """
    return _examined(pattern)[0]


def longest_for(pattern: str) -> int:
    """The length of the longest text that a regular expression is applied to."""
    power = _examined(pattern)[1]
    longest = LONGEST_FOR_GROUPS if _REPEATED_GROUP.search(pattern) else LONGEST
    return longest if power == 1 else min(longest, int((MOST_STEPS * factorial(power)) ** (1 / power)))


@lru_cache(maxsize=1_000)
def _examined(pattern: str) -> tuple[int, int]:
    """The number of groups, and the power of a text's length that bounds the steps of matching.

    Raises:
        ExpressionError: it is none, Java and Python do not read it alike, or matching it may never end.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise ExpressionError(f"a regular expression of more than {MOST_CHARACTERS:,} characters is not allowed")
    _check_signs(pattern)
    python = pattern
    for java, other in _TO_PYTHON:
        python = java.sub(other, python)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            groups = re.compile(python).groups
            power = degree_of(python)
    except (re.error, RecursionError, OverflowError) as error:
        raise ExpressionError(f"{pattern!r} is no regular expression ({error})") from None
    if power is None:
        raise ExpressionError(
            f"{pattern!r} repeats what is repeated already, as (a+)+ does, and may match for ever; write it so that a "
            "text can be split among the repetitions in one way only"
        )
    return groups, power


def _check_signs(pattern: str) -> None:
    at, in_class = 0, False
    flags = _FLAGS.match(pattern)
    at = flags.end() if flags else 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at = _escaped(pattern, at, in_class)
            continue
        if in_class:
            if sign == "[" or pattern.startswith("&&", at):
                raise _odd(pattern, sign, "\\" + sign)
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            at += pattern.startswith("[^", at)
            if pattern.startswith("]", at + 1):
                raise _odd(pattern, "]", "\\]")
        elif sign == "(" and pattern.startswith("(?", at) and not _GROUPS.match(pattern, at):
            raise ExpressionError(
                f"{pattern!r}: {pattern[at : at + 4]!r} is not known to both Java and Python; write (…), (?:…), (?<name>…) "
                "with letters and digits, (?=…), (?!…), or flags like (?i) at the very beginning"
            )
        elif sign in "{}":
            at = _counted(pattern, at)
            continue
        at += 1


def _escaped(pattern: str, at: int, in_class: bool) -> int:
    match = _ESCAPE.match(pattern, at)
    family = match["family"] if match else None
    is_known = family is None or (family in _FAMILIES and (family not in _ONLY_IS or "{Is" in match[0]))  # type: ignore[index]
    if match is None or not is_known or (in_class and (match["outside"] or match[0][1].isdigit())):
        raise ExpressionError(
            f"{pattern!r}: {pattern[at : at + 2]} is not known here to both Java and Python; there are \\d \\w \\s \\h and "
            "their capitals, \\b \\A \\z outside of […], \\p{L} and its like, and \\ before a sign that is meant itself"
        )
    if match["family"] and "{Is" in match[0] and family not in _ONLY_IS:
        raise ExpressionError(f"{pattern!r}: write \\p{{{family}}}")
    return match.end()


def _counted(pattern: str, at: int) -> int:
    match = _COUNT.match(pattern, at)
    if match is None:
        raise _odd(pattern, pattern[at], "\\" + pattern[at])
    if max(int(n) for n in match.groups() if n) > MOST_REPEATS:
        raise ExpressionError(f"{pattern!r}: at most {MOST_REPEATS:,} times")
    return match.end()


def _odd(pattern: str, sign: str, instead: str) -> ExpressionError:
    return ExpressionError(f"{pattern!r}: Java and Python do not read {sign} here alike; write {instead} for the sign")
