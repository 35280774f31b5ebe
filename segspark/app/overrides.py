"""Merge and split groups by hand: an override is tried on the model in use and then stored; no Spark."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.clustering.active import z_of
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, apply_one, arrange, load_overrides, save_overrides
from segspark.models.tracking import find_champion, read_document


def override(workspace: Workspace, merge: Sequence[str] = (), split: str | None = None) -> list[dict[str, Any]]:
    """Store an override of groups of the newest model, given by id or name; the next daily run applies it.

    Returns:
        The resulting groups: segment_id, segment_name, people at training.

    Raises:
        ConfigError: no such group, or the hierarchy does not allow the override.
        GateClosed: no model yet.
    """
    tree, document, to_z = _model(workspace)
    path = workspace.folder / _config(workspace).decisions
    decided = load_overrides(path)
    groups = [renamed(g, _config(workspace).names) for g in arrange(tree, document["groups"], decided, to_z)[0]]
    ids = [_id_of(groups, name) for name in ([split] if split else merge)]
    decision = Override(split=ids[0]) if split else Override(merge=tuple(ids))
    made = apply_one(tree, {g["segment_id"]: g for g in groups}, decision, to_z)
    save_overrides(path, (*decided, decision))
    return [_row(g, workspace.language) for g in made]


def list_overrides(workspace: Workspace) -> list[dict[str, Any]]:
    """Every override with its number, and the reason if it waits."""
    tree, document, to_z = _model(workspace)
    decided = load_overrides(workspace.folder / _config(workspace).decisions)
    waiting = dict(w.split(": ", 1) for w in arrange(tree, document["groups"], decided, to_z)[1])
    return [
        {"number": n, "decision": str(d), "state": f"waits: {waiting[str(d)]}" if str(d) in waiting else "applied"}
        for n, d in enumerate(decided, start=1)
    ]


def undo_override(workspace: Workspace, number: int) -> str:
    """Remove an override from the list.

    Raises:
        ConfigError: no such number.
    """
    path = workspace.folder / _config(workspace).decisions
    decided = load_overrides(path)
    if not 1 <= number <= len(decided):
        raise ConfigError(
            f"There is no decision {number}; there are {len(decided)}, see `segspark segments decisions`."
        )
    save_overrides(path, (*decided[: number - 1], *decided[number:]))
    return str(decided[number - 1])


def _config(workspace: Workspace) -> Clustering:
    return workspace.models.of(BEHAVIOUR)


def _model(workspace: Workspace) -> tuple[Mapping[str, Any], Mapping[str, Any], Any]:
    champion = find_champion(workspace.mlflow, f"{workspace.name}_behaviour", date.max)
    if champion is None:
        raise GateClosed("There are no groups yet. Run: segspark run train --as-of DATE")
    run_id = champion.tags["run_id"]
    document = read_document(workspace.mlflow, run_id, "groups.json")
    return read_document(workspace.mlflow, run_id, "tree.json"), document, z_of(workspace, run_id, document)


def _id_of(groups: Sequence[Mapping[str, Any]], name: str) -> str:
    wanted = name.strip().lower()
    matches = [g for g in groups if wanted in (g["segment_id"], g["name_fr"].lower(), g["name_en"].lower())]
    if len(matches) != 1:
        there = {g["segment_id"]: g["name_en"] for g in groups}
        many = f"{len(matches)} groups are" if matches else "There is no group"
        raise ConfigError(f"{many} called {name!r}; use an id of {there}.")
    return str(matches[0]["segment_id"])


def _row(group: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "segment_id": group["segment_id"],
        "segment_name": group[f"name_{language}"],
        "people": group["n_people"],
    }
