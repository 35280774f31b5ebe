"""The positions of a regular expression: its signs, and which may follow which (V. Glushkov, 1961).

Python's own parser reads the pattern. ``follow`` counts in how many ways the pattern leads from one position to another.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

# A repetition that may happen so often counts as a loop.
LOOP_FROM = 4
MOST_POSITIONS = 400
_OTHERS = "aZ09_ \n\t-.;é\u2603\u0661"
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
# It never gives back what it took.
_FINAL = (_constants.POSSESSIVE_REPEAT,)
_IN_CATEGORY: dict[Any, Callable[[str], bool]] = {
    _constants.CATEGORY_DIGIT: str.isdigit,
    _constants.CATEGORY_SPACE: str.isspace,
    _constants.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}
_OUT_OF_CATEGORY = {
    _constants.CATEGORY_NOT_DIGIT: _constants.CATEGORY_DIGIT,
    _constants.CATEGORY_NOT_SPACE: _constants.CATEGORY_SPACE,
    _constants.CATEGORY_NOT_WORD: _constants.CATEGORY_WORD,
}
_DOT_FITS_ALL = re.compile(r"\(\?[im]*s")
Pair = tuple[int, int]


@dataclass(frozen=True)
class _Part:
    """A part of a pattern: in how many ways it matches nothing (2: in several), and where it may begin and end."""

    empty: int
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


_NOTHING = _Part(1)


@dataclass
class Automaton:
    """Of each position the signs that it fits, among some that stand for all; ``dots`` are those that a dot fits."""

    alphabet: frozenset[str]
    dots: frozenset[str]
    signs: list[frozenset[str]] = field(default_factory=list)
    follow: Counter[Pair] = field(default_factory=Counter)

    def sequence(self, nodes: Iterable[tuple[Any, Any]]) -> _Part:
        return reduce(self._then, (self._part(op, value) for op, value in nodes), _NOTHING)

    def _then(self, one: _Part, two: _Part) -> _Part:
        self.follow.update((p, q) for p in one.last for q in two.first)
        return _Part(min(2, one.empty * two.empty), one.first + two.first * one.empty, two.last + one.last * two.empty)

    def _part(self, op: Any, value: Any) -> _Part:
        if op is _constants.BRANCH:
            parts = [self.sequence(branch) for branch in value[1]]
            return _Part(
                min(2, sum(p.empty for p in parts)),
                tuple(q for p in parts for q in p.first),
                tuple(q for p in parts for q in p.last),
            )
        if op is _constants.SUBPATTERN:
            return self.sequence(value[3])
        if op in _REPEATS:
            return self._repeated(*value)
        if op in _FINAL:
            # Matched by itself, as what follows next.
            self._repeated(*value)
            return self._position(self.alphabet)
        if op in (_constants.ASSERT, _constants.ASSERT_NOT):
            # Matched by itself: its positions are not joined with those around it.
            self.sequence(value[1])
            return _NOTHING
        if op is _constants.AT:
            return _NOTHING
        if op is _constants.ANY:
            return self._position(self.dots)
        return self._position(self._fitting(op, value))

    def _position(self, signs: frozenset[str]) -> _Part:
        if len(self.signs) >= MOST_POSITIONS:
            raise OverflowError("it is too large")
        self.signs.append(signs)
        at = (len(self.signs) - 1,)
        return _Part(0, at, at)

    def _repeated(self, least: int, most: int, body: Sequence[tuple[Any, Any]]) -> _Part:
        if most == 0:
            return _NOTHING
        is_fixed = least == most and body.getwidth()[0] == body.getwidth()[1]  # type: ignore[attr-defined]
        if is_fixed or most < LOOP_FROM:
            # Many times the same length is one way, however often.
            parts = [self.sequence(body) for _ in range(min(int(most), LOOP_FROM - 1))]
            needed = reduce(self._then, parts[:least], _NOTHING)
            optional = _NOTHING
            for part in reversed(parts[least:]):
                behind = self._then(part, optional)
                optional = _Part(1, behind.first, behind.last)
            return self._then(needed, optional)
        part = self.sequence(body)
        # Of a counted number of rounds any may be empty, which are many ways.
        ways = 2 if part.empty and (least >= LOOP_FROM or most < _constants.MAXREPEAT) else 1
        self.follow.update((p, q) for p in part.last * ways for q in part.first)
        return _Part(min(1, part.empty + (least == 0)), part.first, part.last)

    def _fitting(self, op: Any, value: Any) -> frozenset[str]:
        return frozenset(sign for sign in self.alphabet if _fits(sign, op, value))


def _fits(sign: str, op: Any, value: Any) -> bool:
    """Whether a sign, in either case, fits a node of one sign."""
    if op is _constants.LITERAL:
        return sign.lower() == chr(value).lower()
    if op is _constants.NOT_LITERAL:
        return sign != chr(value)
    if op is _constants.RANGE:
        return any(value[0] <= ord(one) <= value[1] for one in (sign, *sign.lower()[:1], *sign.upper()[:1]))
    if op is _constants.CATEGORY:
        if value in _OUT_OF_CATEGORY:
            return not _IN_CATEGORY[_OUT_OF_CATEGORY[value]](sign)
        return bool(_IN_CATEGORY[value](sign))
    if op is _constants.IN:
        is_negated = value[0][0] is _constants.NEGATE
        return is_negated != any(_fits(sign, *item) for item in value[is_negated:])
    # What an earlier group matched.
    return True


def automaton_of(pattern: str) -> tuple[Automaton, _Part]:
    """The automaton of a pattern, and where it begins and ends.

    Raises:
        OverflowError: the pattern is too large.
    """
    tree = _parser.parse(pattern)
    named = frozenset(chr(n) for start in _numbers(tree) for n in (start - 1, start, start + 1) if 0 <= n <= 0x10FFFF)
    alphabet = frozenset(_OTHERS) | named
    automaton = Automaton(alphabet, alphabet if _DOT_FITS_ALL.search(pattern) else alphabet - {"\n"})
    return automaton, automaton.sequence(tree)


def _numbers(tree: Any) -> Iterable[int]:
    """The signs that a pattern names."""
    if isinstance(tree, _parser.SubPattern | list | tuple):
        if len(tree) == 2 and tree[0] in (_constants.LITERAL, _constants.NOT_LITERAL):
            yield tree[1]
        elif len(tree) == 2 and tree[0] is _constants.RANGE:
            yield from tree[1]
        else:
            for child in tree:
                yield from _numbers(child)
