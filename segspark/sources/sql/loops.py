"""How long a backtracking matcher may take for a regular expression, by the loops of its positions.

Two ways through a loop for one text are exponentially many; loops one after the other that read the same signs are as
many as there are ways to divide a text among them (A. Weideman et al., "Analyzing matching time behavior of
backtracking regular expression matchers", CIAA 2016).
"""

import re
from collections import defaultdict
from typing import Any

from segspark.sources.sql.positions import Automaton, Pair, automaton_of

MOST_STEPS = 300_000
# What makes a match fail at its end, or begin at one place only.
_ENDS = re.compile(r"\$|\\[zZbB]|\(\?[=!<]")
_BEGINS = re.compile(r"(?:\(\?[ims]+\))?(?:\^|\\A)")


def degree_of(pattern: str) -> int | None:
    """The power of the length of a text that bounds the steps of matching it; None if it is exponential.

    Raises:
        OverflowError: the pattern is too large to tell.
    """
    automaton, whole = automaton_of(pattern)
    after = defaultdict(list)
    for p, q in automaton.follow:
        after[p].append(q)
    loops = _loops(after)
    if any(n > 1 and p in loops and loops[p] == loops.get(q) for (p, q), n in automaton.follow.items()):
        return None
    if _pairs_meet(automaton, after, loops):
        return None
    # What is repeated at the very end matches whatever comes.
    free = set() if _ENDS.search(pattern) else {loops[p] for p in whole.last if p in loops}
    chain = _longest_chain(automaton, after, loops, free)
    # A branch may begin anywhere, though another one is bound to the beginning.
    begins = _BEGINS.match(pattern) and "|" not in pattern
    return max(1, chain + (not begins))


def _longest_chain(automaton: Automaton, after: dict[int, list[int]], loops: dict[int, int], free: set[int]) -> int:
    """The most loops, one after the other, among which a text can be divided."""
    signs: dict[int, frozenset[str]] = defaultdict(frozenset)
    for p, loop in loops.items():
        signs[loop] |= automaton.signs[p]
    later: dict[int, set[int]] = {loop: set() for loop in signs}
    for loop, own in signs.items():
        seen: set[int] = set()
        waiting = [q for p in loops if loops[p] == loop for q in after.get(p, ())]
        while waiting:
            q = waiting.pop()
            if q in seen or loops.get(q) == loop or not automaton.signs[q] & own:
                continue
            seen.add(q)
            if q in loops:
                later[loop].add(loops[q])
            waiting += after.get(q, ())

    def longest(loop: int) -> int:
        return (loop not in free) + max((longest(other) for other in later[loop]), default=0)

    return max((longest(loop) for loop in signs), default=0)


def _loops(after: dict[Any, list[Any]]) -> dict[Any, int]:
    """Node -> the number of its strongly connected component, of nodes that reach themselves (R. Tarjan, 1972)."""
    order: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    on_stack: set[Any] = set()
    found: dict[Any, int] = {}
    for root in list(after):
        if root in order:
            continue
        work = [(root, iter(after[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, children = work[-1]
            for child in children:
                if child not in order:
                    order[child] = low[child] = len(order)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, iter(after.get(child, ()))))
                    break
                if child in on_stack:
                    low[node] = min(low[node], order[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    component = []
                    while True:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                        if component[-1] == node:
                            break
                    if len(component) > 1 or node in after.get(node, ()):
                        found.update(dict.fromkeys(component, order[node]))
    return found


def _pairs_meet(automaton: Automaton, after: dict[int, list[int]], loops: dict[int, int]) -> bool:
    """Whether two walks that read the same signs part at a position of a loop and meet there again."""
    graph: dict[Pair, list[Pair]] = {}
    steps = 0
    waiting = [(p, p) for p in loops]
    while waiting:
        pair = waiting.pop()
        if pair in graph:
            continue
        p, q = pair
        graph[pair] = [
            (a, b)
            for a in after.get(p, ())
            if loops.get(a) == loops[p]
            for b in after.get(q, ())
            if loops.get(b) == loops[q] and automaton.signs[a] & automaton.signs[b]
        ]
        steps += len(graph[pair]) + 1
        if steps > MOST_STEPS:
            raise OverflowError("it is too large")
        waiting += graph[pair]
    components = _loops(graph)  # type: ignore[arg-type]
    together = {components[(p, p)] for p in loops if (p, p) in components}
    return any(number in together for (p, q), number in components.items() if p != q)
