"""Which version is champion, changed by hand: each change is a move with its day, its reason and who made it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.artifact_places import check_place
from segspark.models.champions import PROMOTED, ROLLED_BACK, before, move_on, newest, why_silent
from segspark.models.mlflow_store import store
from segspark.models.promotion import GateResult, decide
from segspark.models.registered import Shelf, model_named, record_move, shelf_named, version_of
from segspark.reports.card.made import store_cards, without_card
from segspark.store import store_at
from segspark.tables.lease import only_writer


@dataclass(frozen=True)
class _Recorded:
    """What the training of a version has found of it, which whoever promotes it by hand has to overrule. That it lost
    against the champion of its day is no hindrance: which of two sound versions is used may be chosen."""

    gates: tuple[GateResult, ...]
    allow_champion: bool
    contest: None = None
    ranks_by: str = ""
    ranking: float = 0.0

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "_Recorded":
        gates = tuple(GateResult(**gate) for gate in json.loads(tags.get("gates", "[]")))
        return cls(gates, json.loads(tags.get("decision", "{}")).get("code") != "baseline")


def promote(
    workspace: Workspace, name: str, version: str, why: str, as_of: date | None = None, force: bool = False
) -> dict[str, Any]:
    """Make a version champion from a day on.

    Args:
        as_of: logical date; without one that of the newest champion, or of the version's own training if that is later,
            so that the version is champion from now on.
        force: whatever its gates say; the move records it.

    Returns:
        model, version, before (the champion of that day until now), day, why, is_forced; and without_card, if a card could
        not be made: the move stands all the same.

    Raises:
        GateClosed: a gate of the version is closed.
        ConfigError: no such version, or it may not speak about the day, or is its champion already.
    """
    with only_writer(store_at(workspace.lake), "models promote", workspace.lease.expires_s):
        shelf = shelf_named(workspace, name)
        number = version_of(shelf, version)
        day = as_of or _from_now_on(shelf, number)
        _check_day(shelf, number, day)
        decision = decide(_Recorded.of(shelf.tags[number]), None, force)
        if not decision.is_promoted:
            raise GateClosed(
                f"{shelf.name} version {number} is not promoted: {decision.sentence}. --force promotes it all the same, "
                "and records that."
            )
        moved = _moved(workspace, shelf, number, day, PROMOTED, why, is_forced=decision.code == "forced")
        return moved | _carded(workspace, name, number)


def rollback(workspace: Workspace, name: str, why: str) -> dict[str, Any]:
    """Make the champion before the newest one champion again, from the day on which the newest one became it.

    Returns:
        As ``promote``.

    Raises:
        GateClosed: there was no champion before.
    """
    with only_writer(store_at(workspace.lake), "models rollback", workspace.lease.expires_s):
        shelf = shelf_named(workspace, name)
        last, earlier = newest(shelf.moves), before(shelf.moves)
        if last is None or earlier is None:
            raise GateClosed(f"{shelf.name} had no champion before. `segspark models promote` names another version.")
        moved = _moved(workspace, shelf, earlier.version, last.day, ROLLED_BACK, why, is_forced=False)
        return moved | _carded(workspace, name, earlier.version)


def _carded(workspace: Workspace, name: str, number: str) -> dict[str, str]:
    said = without_card(store_cards(workspace, model_named(workspace, name), number))
    return {"without_card": said} if said else {}


def _from_now_on(shelf: Shelf, number: str) -> date:
    last = newest(shelf.moves)
    trained = next(v.as_of for v in shelf.versions if v.version == number)
    return max(trained, last.day) if last else trained


def _check_day(shelf: Shelf, number: str, day: date) -> None:
    """Whether a version may speak about the first day on which it is to be champion, and is not champion there yet."""
    now = move_on(shelf.moves, day)
    if now is not None and now.version == number:
        raise ConfigError(f"{shelf.name} version {number} is champion on {day} already, since {now.day}.")
    silent = why_silent(next(v for v in shelf.versions if v.version == number), day)
    if silent is not None:
        raise ConfigError(f"{shelf.name} version {number} may not speak about {day}: {silent.sentence}.")


def _moved(
    workspace: Workspace, shelf: Shelf, number: str, day: date, kind: str, why: str, *, is_forced: bool
) -> dict[str, Any]:
    config = workspace.mlflow
    check_place(config)
    now = move_on(shelf.moves, day)
    with store(config) as mlflow:
        move = record_move(
            mlflow.MlflowClient(), shelf.name, number, day=day, kind=kind, who=config.recorded_as or "cli", why=why,
            is_forced=is_forced,
        )  # fmt: skip
    return {
        "model": shelf.name,
        "version": number,
        "before": now.version if now else None,
        "day": move.day,
        "why": move.why,
        "is_forced": move.is_forced,
    }
