"""What a preview answers, whichever engine counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.features.feature import Catalogue
from segspark.segments.definitions import Rule

N_SAMPLED = 5
CONTACTABLE = "contactable"
# Net spending in minor units, from which the revenue of a preview is added up.
REVENUE = "net_order_cents_365d"
# What the goods have cost, in minor units, where a workspace counts it as a measure of its own: then there is a margin.
COST = "cost_cents_365d"
PROVIDER = "mailbox_provider"
# Of people without an address, or with one whose provider was not stored when it was met.
NO_PROVIDER = "unknown"


def amounts(catalogue: Catalogue) -> dict[str, str]:
    """What is added up of the people of a rule: the name in ``by_reason`` before the rule's number -> the feature."""
    counts_cost = COST in {column.name for column in catalogue.stored_columns()}
    return {"revenue": REVENUE, **({"cost": COST} if counts_cost else {})}


def flag(at: int) -> str:
    """The column that tells who is in a rule."""
    return f"in_{at}"


@dataclass(frozen=True)
class Overlap:
    """People whom a previewed segment shares with a stored one."""

    scheme: str
    segment: str
    people: int


@dataclass(frozen=True)
class Counts:
    """What an engine counts of some rules.

    Attributes:
        by_reason: rows of ``reason`` (not to write to somebody, else ``CONTACTABLE``) with the people in both of each
            pair of rules, ``in_0_in_1``, and ``revenue_0`` in minor units; ``cost_0`` where costs are counted.
        by_provider: rows of ``mailbox_provider`` with the contactable people of each rule.
        overlaps: rows of scheme and segment_name with the people of each rule in it.
        sample: some person_ids of each rule.
        before: people of each rule on the day before, if it is stored; and that day.
        engine: who counted, and why it was not the quick one.
        is_verified: every file that was read was compared with its checksum.
        has_cost: what the goods have cost is counted too.
    """

    by_reason: Sequence[Mapping[str, Any]]
    by_provider: Sequence[Mapping[str, Any]]
    overlaps: Sequence[Mapping[str, Any]]
    sample: Sequence[Sequence[str]]
    engine: str
    is_verified: bool = True
    has_cost: bool = False
    before: Sequence[int] | None = None
    before_date: date | None = None


def previews_of(rules: Sequence[Rule], as_of: date, currency: str, counts: Counts) -> list[dict[str, Any]]:
    """One row per rule: name, as_of, people, contactable, revenue_cents_365d (net; of everybody in it), margin_cents_365d (revenue
    less cost; None where no ``cost_cents`` is counted), currency, left_out
    (reason -> people), mailbox_providers (family -> contactable people, the largest first), among_previewed (name -> people in both), overlaps (stored segments of the day with people in
    both, the largest first), change and since (against the last stored day before), sample (some person_ids),
    engine, is_verified (whether all files read were compared with their checksums).
    """

    def shared(i: int, j: int) -> int:
        name = f"{flag(min(i, j))}_{flag(max(i, j))}"
        return sum(int(row[name] or 0) for row in counts.by_reason)

    previews = []
    for at, rule in enumerate(rules):
        own = f"{flag(at)}_{flag(at)}"
        of_reason = {str(r["reason"]): int(r[own]) for r in counts.by_reason if r[own]}
        people = sum(of_reason.values())
        revenue = sum(int(row[f"revenue_{at}"] or 0) for row in counts.by_reason)
        cost = sum(int(row[f"cost_{at}"] or 0) for row in counts.by_reason) if counts.has_cost else None
        previews.append(
            {
                "name": rule.key,
                "as_of": as_of,
                "people": people,
                "contactable": of_reason.pop(CONTACTABLE, 0),
                "revenue_cents_365d": revenue,
                "margin_cents_365d": None if cost is None else revenue - cost,
                "currency": currency,
                "left_out": dict(sorted(of_reason.items())),
                "mailbox_providers": _providers(counts.by_provider, flag(at)),
                "change": None if counts.before is None else people - counts.before[at],
                "since": counts.before_date,
                "among_previewed": {r.key: shared(at, other) for other, r in enumerate(rules) if other != at},
                "overlaps": list(_overlaps(counts.overlaps, flag(at))),
                "sample": list(counts.sample[at]),
                "engine": counts.engine,
                "is_verified": counts.is_verified,
            }
        )
    return previews


def _providers(rows: Iterable[Mapping[str, Any]], column: str) -> dict[str, int]:
    found = {str(row[PROVIDER]): int(row[column]) for row in rows if row[column]}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _overlaps(rows: Iterable[Mapping[str, Any]], column: str) -> list[dict[str, Any]]:
    found = [Overlap(r["scheme"], r["segment_name"], int(r[column])) for r in rows if r[column]]
    return [asdict(each) for each in sorted(found, key=lambda o: (-o.people, o.scheme, o.segment))]
