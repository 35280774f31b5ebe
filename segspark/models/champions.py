"""Which version of a model may speak about a day: what was champion on it by the list of moves, as plain values.

A move has two times. ``day`` is the logical date from which the version is champion: the as-of day of its training, or
the day that somebody names. ``at`` is when the move was recorded. A day follows the move with the latest logical date
that is not after it, so a model that is trained anew for a past day is champion from that day on, until the next move
that was there already. Days before the first move have no champion.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

KINDS = TRAINED, PROMOTED, ROLLED_BACK, FORMER = "trained", "promoted", "rolled_back", "former"


@dataclass(frozen=True)
class Move:
    """From a day on a version is champion.

    Attributes:
        number: order in which moves were recorded, from 1; of two of the same day the later one counts.
        day: logical date.
        kind: one of ``KINDS``; ``former`` is the champion of a release that kept no moves.
        who: a name, never an address.
        at: UTC, to the second.
        is_forced: closed gates or a lost contest were overruled.
    """

    number: int
    day: date
    version: str
    kind: str
    who: str
    at: str
    why: str
    is_forced: bool = False

    def to_text(self) -> str:
        """Canonical JSON."""
        return json.dumps(
            {**asdict(self), "day": self.day.isoformat()}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )

    @classmethod
    def from_text(cls, text: str) -> "Move":
        content = json.loads(text)
        return cls(**{**content, "day": date.fromisoformat(content["day"])})


@dataclass(frozen=True)
class Registered:
    """What is known of a registered version without its files.

    Attributes:
        label_end: first day after all data used by it.
        as_of: day of its training.
        expires: first day on which it is not used any more; None is never.
    """

    version: str
    label_end: date
    as_of: date
    expires: date | None = None

    @classmethod
    def of(cls, version: object, tags: Mapping[str, str]) -> "Registered":
        end = date.fromisoformat(tags["label_end_date"])
        days = tags.get("expires_after_days", "")
        as_of = date.fromisoformat(tags.get("as_of", tags["label_end_date"]))
        return cls(str(version), end, as_of, end + timedelta(days=int(days)) if days else None)


@dataclass(frozen=True)
class NoChampion:
    """Why no version may speak about a day.

    Attributes:
        code: ``none``, ``later`` (the first champion's day comes after it), ``not_ended`` (the champion's label window
            reaches beyond it), ``expired``, ``gone`` (the champion is no complete version).
        version: the one in question.
        since: day of the first champion, end of the label window, or first day of expiry.
    """

    code: str
    version: str = ""
    since: date | None = None

    @property
    def sentence(self) -> str:
        return _WHY[self.code].format(version=self.version, since=self.since)


_WHY = {
    "none": "none is champion",
    "later": "the first is champion from {since} on",
    "not_ended": "the label window of version {version} ends on {since}",
    "expired": "version {version} has expired since {since}; train again",
    "gone": "version {version} is not complete; train again",
}


def champion_on(moves: Sequence[Move], versions: Iterable[Registered], day: date) -> Registered | NoChampion:
    """The version that may speak about a day, or why there is none. A version that never was champion never does."""
    move = move_on(moves, day)
    if move is None:
        first = min((m.day for m in moves), default=None)
        return NoChampion("later", since=first) if first else NoChampion("none")
    version = next((v for v in versions if v.version == move.version), None)
    if version is None:
        return NoChampion("gone", move.version)
    return why_silent(version, day) or version


def why_silent(version: Registered, day: date) -> NoChampion | None:
    """Why a version may not speak about a day, whoever is champion; None if it may."""
    if version.label_end > day:
        return NoChampion("not_ended", version.version, version.label_end)
    if version.expires is not None and version.expires <= day:
        return NoChampion("expired", version.version, version.expires)
    return None


def move_on(moves: Iterable[Move], day: date) -> Move | None:
    """The move that a day follows; None before the first."""
    return max((m for m in moves if m.day <= day), key=_order, default=None)


def newest(moves: Iterable[Move]) -> Move | None:
    """The move that is last by logical date, which MLflow's alias shows."""
    return move_on(moves, date.max)


def before(moves: Sequence[Move]) -> Move | None:
    """The champion before the newest one, to which a rollback returns; None if there is none. What was rolled back is
    not returned to, so that a second rollback goes one step further."""
    history: list[Move] = []
    for move in sorted(moves, key=_order):
        if move.kind == ROLLED_BACK:
            while history and history[-1].version != move.version:
                history.pop()
        if not history or history[-1].version != move.version:
            history.append(move)
    return history[-2] if len(history) > 1 else None


def _order(move: Move) -> tuple[date, int]:
    return move.day, move.number


def with_former(moves: Sequence[Move], alias: str | None, versions: Mapping[str, Registered]) -> tuple[Move, ...]:
    """The moves of a model; of an earlier release, which kept none, the one that its alias tells: its champion counts
    from the day of its training on, and older champions are not known."""
    if moves or alias is None or alias not in versions:
        return tuple(moves)
    why = "champion of a release that kept no moves"
    return (Move(0, versions[alias].as_of, alias, FORMER, "run", "", why),)


def as_rows(moves: Iterable[Move]) -> list[dict[str, Any]]:
    """The moves in the order of their logical dates, for tables and JSON."""
    return [asdict(m) for m in sorted(moves, key=_order)]
