"""Conditions over bit slices: the same people as the other engines give, or a word on why not."""

import math
import re
from collections.abc import Collection, Mapping

from pyroaring import BitMap

from segspark.errors import SegsparkError
from segspark.features.feature import Catalogue
from segspark.query.bits.stored import Block
from segspark.segments.rules.tree import (
    Always,
    And,
    Between,
    Compare,
    In,
    Leaf,
    Missing,
    Node,
    Not,
    Or,
    Scalar,
    constants,
    leaves,
)

_SINCE = re.compile(r"datediff\(as_of_date, (\w+)\)")
_LESS = re.compile(r"(\w+) - (\w+)")
CONTACTABLE_VALUE = "is_contactable"


class NotInBits(SegsparkError):
    """A condition looks at what bitmaps do not hold; the text says at what."""


def stored_names(catalogue: Catalogue, features: Collection[str]) -> dict[str, str]:
    """The values that slices give as numbers -> the feature whose slices they are.

    Of a date the slices hold the days before the as-of day: they are the value of ``days_since_...``, and not the date.

    Args:
        features: whose slices are stored.
    """
    dates = {column.name for column in catalogue.stored_columns() if column.type == "date"}
    names = {name: name for name in features if name not in dates}
    for derived in catalogue.derived:
        if (since := _SINCE.fullmatch(derived.sql)) and since[1] in dates and since[1] in features:
            names[derived.name] = since[1]
    return names


def difference_of(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    """The stored features whose values make up a number: itself, or the two of a difference, as net amounts are."""
    for derived in catalogue.derived:
        if derived.name == name and (found := _LESS.fullmatch(derived.sql)):
            return found.groups()
    return (name,)


def features_read(node: Node, names: Mapping[str, str]) -> set[str]:
    """The features whose slices a condition needs.

    Args:
        names: from ``stored_names``.

    Raises:
        NotInBits: it looks at something else, or compares in another way than with whole numbers.
    """
    found = set()
    for leaf in leaves(node):
        if isinstance(leaf, Always):
            continue
        if leaf.name == CONTACTABLE_VALUE and _is_flag(leaf):
            continue
        if leaf.name not in names:
            raise NotInBits(f"bitmaps do not hold {leaf.name}")
        is_other = isinstance(leaf, Compare) and leaf.value is None
        if is_other or not all(map(_is_number, constants(leaf))):
            raise NotInBits(f"{leaf.name} is compared with something that is no number")
        found.add(names[leaf.name])
    return found


def _is_flag(leaf: Leaf) -> bool:
    return isinstance(leaf, Compare) and isinstance(leaf.value, bool) and leaf.op in ("=", "<>")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def people_in(node: Node, block: Block, names: Mapping[str, str]) -> BitMap:
    """The people of a block for whom a condition is true.

    Args:
        node: one that ``features_read`` accepts.
    """
    match node:
        case And(parts):
            return BitMap.intersection(block.people, *[people_in(part, block, names) for part in parts])
        case Or(parts):
            return BitMap.union(BitMap(), *[people_in(part, block, names) for part in parts])
        case Not(part):
            return block.people - people_in(part, block, names)
        case Always():
            return block.people
        case Compare(name, op, bool(value)) if name == CONTACTABLE_VALUE:
            may, others = block.contactable, block.people - block.contactable
            return may if (op == "=") == value else others
        case Compare(name, op, value, None):
            return _compared(name, op, value, block, names)
        case Between(name, low, high):
            return _compared(name, ">=", low, block, names) & _compared(name, "<=", high, block, names)
        case In(name, values):
            return block.numbers(names[name]).among(int(v) for v in values if float(v).is_integer())
        case Missing(name):
            return block.people - block.numbers(names[name]).known
    raise NotInBits(f"bitmaps do not hold {node}")


def _compared(name: str, op: str, value: Scalar | None, block: Block, names: Mapping[str, str]) -> BitMap:
    numbers = block.numbers(names[name])
    assert isinstance(value, int | float)
    if float(value).is_integer():
        return numbers.compare(op, int(value))
    # Between two whole numbers: none is equal to it.
    below = math.floor(value)
    match op:
        case "=":
            return BitMap()
        case "<>":
            return numbers.known
        case "<" | "<=":
            return numbers.compare("<=", below)
    return numbers.compare(">", below)
