"""How large a condition may be: what is compiled, explained and stored descends into it."""

from segspark.segments.rules.functions import WordError
from segspark.segments.rules.tree import And, Node, Not, Or

# Lists in lists of YAML, segments that name segments, and trees made in Python.
MAX_LEVELS = 50
MAX_CONDITIONS = 2_000
TOO_LARGE = "too_large"
FIX = "Divide it into several segments, or write one `in (...)` instead of many comparisons with `or`."


def size_of(node: Node) -> tuple[int, int]:
    """Conditions and levels of a tree, without recursion; counting ends where one of the limits is exceeded."""
    conditions, deepest, left = 0, 0, [(node, 1)]
    while left and conditions <= MAX_CONDITIONS and deepest <= MAX_LEVELS:
        at, level = left.pop()
        deepest = max(deepest, level)
        match at:
            case And(parts) | Or(parts):
                left += [(part, level + 1) for part in parts]
            case Not(part):
                left.append((part, level + 1))
            case _:
                conditions += 1
    return conditions, deepest


def check_size(node: Node) -> None:
    """
    Raises:
        WordError: the tree exceeds a limit.
    """
    conditions, levels = size_of(node)
    if conditions > MAX_CONDITIONS:
        raise WordError(TOO_LARGE, f"it has more than {MAX_CONDITIONS:,} conditions.", FIX)
    if levels > MAX_LEVELS:
        raise WordError(TOO_LARGE, f"it is more than {MAX_LEVELS} levels deep.", FIX)
