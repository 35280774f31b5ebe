"""Union-find over links: which identifiers become one person, and when. Runs in one task, without Spark."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

JOINED_DDL = (
    "identifier_id string, person_id string, rule string, is_anonymous boolean, effective_at timestamp, "
    "recorded_at timestamp, known_as_of date, step int"
)
_TIMESTAMP = pa.timestamp("us", tz="UTC")
_JOINED = pa.schema(
    [
        ("identifier_id", pa.string()),
        ("person_id", pa.string()),
        ("rule", pa.string()),
        ("is_anonymous", pa.bool_()),
        ("effective_at", _TIMESTAMP),
        ("recorded_at", _TIMESTAMP),
        ("known_as_of", pa.date32()),
        ("step", pa.int32()),
    ]
)


def resolve(rows: pa.Table) -> pa.Table:
    """Union-find over links in the order in which they became known; a link holds from the day on which all whom it
    names are introduced, and not at all as long as one is not.

    Args:
        rows: kind ``known`` (identifier left_id has person right_id since known_as_of), ``seen`` (left_id is
            introduced, or an anonymous visitor first seen) or ``pair`` (left_id and right_id are one person); the
            columns of ``join_people``.

    Returns:
        One row per identifier and as-of day on which its person begins or changes: the columns of ``JOINED_DDL``.
    """
    # Days and times as integers: they are only compared, and Python objects cost ten times as much.
    for name, plain in (("effective_at", pa.int64()), ("recorded_at", pa.int64()), ("known_as_of", pa.int32())):
        rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(plain))
    is_known = pc.equal(rows["kind"], "known")
    person: dict[str, str] = {}
    since: dict[str, tuple[bool, int, str]] = {}
    anonymous: dict[str, bool] = {}
    # A person that is missing here has one identifier, its own.
    members: dict[str, list[str]] = {}
    steps_before: Counter[tuple[str, int]] = Counter()
    known_rows = rows.filter(is_known).sort_by([(name, "ascending") for name in ("known_as_of", "left_id", "step")])
    for identifier, owner, is_anonymous, day in _values(
        known_rows, "left_id", "right_id", "is_anonymous", "known_as_of"
    ):
        anonymous[identifier] = is_anonymous
        person[identifier] = owner
        steps_before[identifier, day] += 1
        since.setdefault(identifier, (is_anonymous, day, identifier))
    for identifier, owner in person.items():
        members.setdefault(owner, []).append(identifier)

    # The first seen identifiers of a day come before its pairs.
    order = [("known_as_of", "ascending"), ("kind", "descending")]
    order += [(name, "ascending") for name in ("effective_at", "left_id", "right_id")]
    steps = _in_force(rows.filter(pc.invert(is_known)), since).sort_by(order)
    changed: dict[tuple[str, int], tuple[str, bool, str, int, int]] = {}
    step_columns = ("left_id", "right_id", "is_anonymous", "known_as_of", "rule", "effective_at", "recorded_at")
    for left, right, is_anonymous, day, *how in _values(steps, *step_columns):
        if right is None and left in person:
            continue
        if right is None:
            anonymous[left] = is_anonymous
            since[left] = (is_anonymous, day, left)
            person[left] = left
            if not is_anonymous:
                changed[left, day] = (left, False, *how)
            continue
        one, other = person[left], person[right]
        if one == other:
            continue
        winner, loser = (one, other) if since[one] < since[other] else (other, one)
        joining = members.pop(loser, None) or [loser]
        members.setdefault(winner, [winner]).extend(joining)
        for identifier in joining:
            person[identifier] = winner
            changed[identifier, day] = (winner, anonymous[identifier], *how)
    columns = zip(*((key[0], *row, key[1], steps_before[key]) for key, row in changed.items()), strict=True)
    names = ("identifier_id", "person_id", "is_anonymous", "rule", "effective_at", "recorded_at", "known_as_of", "step")
    values = dict(zip(names, columns, strict=True)) if changed else dict.fromkeys(names, ())
    return pa.table({f.name: pa.array(values[f.name], f.type) for f in _JOINED}, schema=_JOINED)


def _in_force(steps: pa.Table, known: dict[str, tuple[bool, int, str]]) -> pa.Table:
    """The steps, each pair on the first day on which both its ends are known; without those that have no such day."""
    is_pair = pc.equal(steps["kind"], "pair")
    begins = {identifier: day for identifier, (is_anonymous, day, _) in known.items() if not is_anonymous}
    visitors = {identifier for identifier, (is_anonymous, _, _) in known.items() if is_anonymous}
    for identifier, is_anonymous, day in _values(
        steps.filter(pc.invert(is_pair)), "left_id", "is_anonymous", "known_as_of"
    ):
        if is_anonymous:
            visitors.add(identifier)
        else:
            begins[identifier] = min(day, begins.get(identifier, day))
    begins.update(dict.fromkeys(visitors, 0))
    pairs = steps.filter(is_pair)
    days = [
        max(day, begins[left], begins[right]) if left in begins and right in begins else None
        for left, right, day in _values(pairs, "left_id", "right_id", "known_as_of")
    ]
    at = pairs.schema.get_field_index("known_as_of")
    pairs = pairs.set_column(at, "known_as_of", pa.array(days, pa.int32()))
    return pa.concat_tables([steps.filter(pc.invert(is_pair)), pairs.filter(pc.is_valid(pairs["known_as_of"]))])


def _values(rows: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].to_pylist() for name in names), strict=True)
