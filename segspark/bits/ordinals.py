"""Ordinals: the dense numbers by which bitmaps name people. One is given once and never again.

People of the day's features who have no ordinal get the next ones, in the order of their ids, so that it does not matter
which task met them. Who is no longer among them, erased or merged into
somebody else, leaves a row with the ordinal and without the person: bitmaps of past days still count somebody, and
nothing says whom.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.purposes import PURPOSES

FROM = tuple(f"{purpose}_from" for purpose in PURPOSES)
"""Columns of gold.features: since which day each purpose may use a person's events."""
FROM_BEFORE = tuple(f"{purpose}_from_before" for purpose in PURPOSES)
"""The same on the day before."""

COMPARED = pa.schema(
    [
        ("person_id", pa.string()),
        ("ordinal", pa.int64()),
        ("since_date", pa.date32()),
        ("is_here", pa.bool_()),
        ("is_corrected", pa.bool_()),
        *[(name, pa.date32()) for name in (*FROM, *FROM_BEFORE)],
    ]
)
"""People of today's features or with an ordinal, beside the last day with bits: whether they are among today's features,
whether one of their closed days was corrected since (null is false), and what the purposes might use then."""
JUDGED = pa.schema(
    [
        *[COMPARED.field(name) for name in ("person_id", "ordinal", "since_date", "is_here")],
        ("is_touched", pa.bool_()),
        ("is_new", pa.bool_()),
        ("share", pa.int32()),
        *[COMPARED.field(name) for name in FROM],
    ]
)
"""``is_touched``: all their days are set afresh. ``is_new``: they have no ordinal yet. ``share``: the people whose ids begin
alike; shares are in the order of ids."""
PLACED = JUDGED.append(pa.field("place", pa.int64()))
"""``place``: of a new person in its share, by the ids, from 0."""
NUMBERED = pa.schema(
    [
        *[COMPARED.field(name) for name in ("person_id", "ordinal", "since_date")],
        ("ended_date", pa.date32()),
        ("is_touched", pa.bool_()),
        *[COMPARED.field(name) for name in FROM],
    ]
)


def judge(rows: pa.Table) -> pa.Table:
    """Whose days are set afresh, and who is new.

    Everything that moves what counts of a person ends here: a late event or one of another identifier is a correction, a
    withdrawn or new permission another date; a new person has some where there were none, and somebody who was merged
    away or erased has none where there were some.

    Args:
        rows: of ``COMPARED``.

    Returns:
        Rows of ``JUDGED``.
    """
    is_here, is_corrected = _flag(rows, "is_here"), _flag(rows, "is_corrected")
    has_moved = np.zeros(rows.num_rows, dtype=bool)
    for now, before in zip(FROM, FROM_BEFORE, strict=True):
        has_moved |= _day(rows, now) != _day(rows, before)
    is_new = is_here & np.asarray(rows["ordinal"].is_null())
    columns = {
        **{name: rows[name] for name in ("person_id", "ordinal", "since_date")},
        "is_here": pa.array(is_here),
        "is_touched": pa.array(is_corrected | has_moved),
        "is_new": pa.array(is_new),
        "share": pa.array(_shares(rows["person_id"])),
        **{name: rows[name] for name in FROM},
    }
    return pa.Table.from_arrays([columns[name] for name in JUDGED.names], schema=JUDGED)


def number(rows: pa.Table, firsts: Sequence[int] | None, as_of: date) -> pa.Table:
    """Give the new ones their ordinals, and take the person from the ordinals of those who are gone.

    Args:
        rows: of ``PLACED``.
        firsts: by share the ordinal of its first new person; None on a day before the newest, which neither numbers nor
            ends anybody.

    Returns:
        Rows of ``NUMBERED``: everybody with an ordinal.
    """
    if firsts is None:
        ended = pa.nulls(rows.num_rows, pa.date32())
        numbered = {"person_id": rows["person_id"], "ordinal": rows["ordinal"], "since_date": rows["since_date"]}
    else:
        today = pa.scalar(as_of, pa.date32())
        # Shares without anybody new may be left out of the list.
        share = pc.if_else(pc.is_valid(rows["place"]), rows["share"], pa.scalar(0, pa.int32()))
        new = pc.add(pc.take(pa.array(firsts, pa.int64()), share), rows["place"])
        ended = pc.if_else(rows["is_here"], pa.scalar(None, pa.date32()), today)
        numbered = {
            "person_id": pc.if_else(rows["is_here"], rows["person_id"], pa.scalar(None, pa.string())),
            "ordinal": pc.coalesce(rows["ordinal"], new),
            "since_date": pc.coalesce(rows["since_date"], today),
        }
    columns = {**numbered, "ended_date": ended, **{name: rows[name] for name in ("is_touched", *FROM)}}
    found = pa.Table.from_arrays([columns[name] for name in NUMBERED.names], schema=NUMBERED)
    return found.filter(pc.is_valid(found["ordinal"]))


def _shares(ids: pa.ChunkedArray) -> np.ndarray:
    """A number per id, in their order, by its first two characters: of hexadecimal ids there are 256."""
    begins = pc.utf8_slice_codeunits(ids, 0, 2).combine_chunks().dictionary_encode()
    numbers = [int.from_bytes(text.encode()[:2].ljust(2, b"\0"), "big") for text in begins.dictionary.to_pylist()]
    of_begin: np.ndarray = np.array([*numbers, 0], dtype=np.int32)
    shares: np.ndarray = of_begin[np.asarray(begins.indices)]
    return shares


def _flag(rows: pa.Table, name: str) -> np.ndarray:
    return np.asarray(pc.fill_null(rows[name], False), dtype=bool)


def _day(rows: pa.Table, name: str) -> np.ndarray:
    """Days since 1970; no date is the same as no other date."""
    return np.asarray(pc.fill_null(rows[name].cast(pa.int32()), np.iinfo(np.int32).min))
