"""Random rules over everything that conditions may look at."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from segspark.features.value import Value
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import (
    AS_OF,
    And,
    Between,
    Compare,
    Followed,
    In,
    Missing,
    Node,
    Not,
    Or,
)

TEXTS = {
    "country": ("FR", "BE"), "gender": ("female", "male"), "engagement_tier": ("active", "inactive"),
    "season": ("spring", "summer"), "not_contactable_reason": ("no_consent", "unsubscribed"),
    "rfm_cell": ("champions", "lost"), "preferred_device": ("mobile", "desktop"),
}  # fmt: skip
OPS = ("=", "<>", "<", "<=", ">", ">=")


def any_rules(n: int, values: Mapping[str, Value], acts: Mapping[str, str], day: date, seed: int = 11) -> list[Rule]:
    """Rules of up to eight conditions, each of any kind."""
    rng = random.Random(seed)
    by_kind: dict[str, list[str]] = {}
    for name, value in sorted(values.items()):
        by_kind.setdefault(value.kind, []).append(name)
    # Sequences read tiles: a few of them do for all rules.
    sequences = [
        Followed(*rng.sample(sorted(acts), 2), rng.randint(1, 9), rng.random() < 0.5, rng.choice((20, 60)))
        for _ in range(4)
    ]

    def number() -> float:
        return rng.choice((0, 1, 2, 3, 10, 30, 90, 365, 5_000, rng.randint(0, 400), round(rng.random(), 2)))

    def leaf() -> Node:
        kind = rng.choice(("number",) * 5 + ("date", "date", "boolean", "text", "attribute", "missing", "sequence"))
        if kind == "number":
            name = rng.choice(by_kind["number"])
            return rng.choice((
                Compare(name, rng.choice(OPS), number()),
                Between(name, *sorted((number(), number()))),
                In(name, (number(), number())),
                Compare(name, rng.choice(OPS), other=rng.choice(by_kind["number"]), plus=rng.choice((0, 0, 3, -2))),
            ))  # fmt: skip
        if kind == "date":
            name = rng.choice(by_kind["date"])
            return rng.choice((
                Compare(name, rng.choice(OPS), other=AS_OF, plus=-rng.randint(0, 90)),
                Compare(name, rng.choice(OPS), (day - timedelta(days=rng.randint(0, 120))).isoformat()),
                Compare(name, rng.choice(OPS), other=rng.choice(by_kind["date"])),
            ))  # fmt: skip
        if kind == "boolean":
            return Compare(rng.choice(by_kind["boolean"]), rng.choice(("=", "<>")), rng.random() < 0.5)
        if kind == "text":
            name = rng.choice(sorted(TEXTS))
            return rng.choice((In(name, TEXTS[name]), Compare(name, rng.choice(OPS), rng.choice(TEXTS[name]))))
        if kind == "attribute":
            return rng.choice((
                Compare("attributes.loyalty_card", rng.choice(OPS), rng.choice((3, 1000, "x"))),
                Missing("attributes.loyalty_card"),
            ))  # fmt: skip
        if kind == "missing":
            return Missing(rng.choice(by_kind["date"] + by_kind["number"]))
        return rng.choice(sequences)

    def tree(depth: int) -> Node:
        shape = rng.random()
        if depth == 0 or shape < 0.25:
            return leaf()
        if shape < 0.35:
            return Not(tree(depth - 1))
        return (And if shape < 0.6 else Or)(tuple(tree(depth - 1) for _ in range(2)))

    return [Rule(f"r{at}", {"fr": f"r{at}", "en": f"r{at}"}, {"fr": "", "en": ""}, tree(3)) for at in range(n)]
