"""Merge and split groups by hand: an override is tried on the model in use and then stored; no Spark."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.clustering.documents.tree import Tree
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, apply_one, arrange, load_overrides, save_overrides
from segspark.models.registered import find_champion
from segspark.near import find_named


def override(workspace: Workspace, merge: Sequence[str] = (), split: str | None = None) -> list[dict[str, Any]]:
    """Store an override of groups of the newest model, given by id or name; the next daily run applies it.

    Returns:
        The resulting groups: segment_id, segment_name, people at training.

    Raises:
        ConfigError: no such group, or the hierarchy does not allow the override.
        GateClosed: no model yet.
    """
    decision, made = _tried(workspace, merge, split)
    place = _config(workspace).decisions.below(workspace.folder)
    save_overrides(place, (*load_overrides(place), decision))
    return [_row(g, workspace.language) for g in made]


def try_override(workspace: Workspace, merge: Sequence[str] = (), split: str | None = None) -> list[GroupDocument]:
    """The groups that an override would make, without storing it; errors as for ``override``."""
    return _tried(workspace, merge, split)[1]


def arranged_groups(workspace: Workspace, documents: ClusteringDocuments) -> list[GroupDocument]:
    """The groups of a model with a hierarchy after the stored overrides, as the configuration calls them."""
    assert documents.tree is not None
    decided = load_overrides(_config(workspace).decisions.below(workspace.folder))
    arranged, _ = arrange(documents.tree, documents.groups.groups, decided, documents.z_scores)
    return [renamed(g, _config(workspace).names) for g in arranged]


def _tried(workspace: Workspace, merge: Sequence[str], split: str | None) -> tuple[Override, list[GroupDocument]]:
    tree, documents = _model(workspace)
    groups = arranged_groups(workspace, documents)
    ids = [_id_of(groups, name) for name in ([split] if split else merge)]
    decision = Override(split=ids[0]) if split else Override(merge=tuple(ids))
    return decision, apply_one(tree, {g.segment_id: g for g in groups}, decision, documents.z_scores)


def list_overrides(workspace: Workspace) -> list[dict[str, Any]]:
    """Every override with its number, and the reason if it waits."""
    tree, documents = _model(workspace)
    decided = load_overrides(_config(workspace).decisions.below(workspace.folder))
    _, waits = arrange(tree, documents.groups.groups, decided, documents.z_scores)
    waiting = dict(w.split(": ", 1) for w in waits)
    return [
        {"number": n, "decision": str(d), "state": f"waits: {waiting[str(d)]}" if str(d) in waiting else "applied"}
        for n, d in enumerate(decided, start=1)
    ]


def undo_override(workspace: Workspace, number: int) -> str:
    """Remove an override from the list.

    Raises:
        ConfigError: no such number.
    """
    place = _config(workspace).decisions.below(workspace.folder)
    decided = load_overrides(place)
    if not 1 <= number <= len(decided):
        raise ConfigError(
            f"There is no decision {number}; there are {len(decided)}, see `segspark segments decisions`."
        )
    save_overrides(place, (*decided[: number - 1], *decided[number:]))
    return str(decided[number - 1])


def _config(workspace: Workspace) -> Clustering:
    return workspace.models.of(BEHAVIOUR)


def _model(workspace: Workspace) -> tuple[Tree, ClusteringDocuments]:
    champion = find_champion(workspace.mlflow, f"{workspace.name}_behaviour", date.max)
    if champion is None:
        raise GateClosed("There are no groups yet. Run: segspark run train --as-of DATE")
    documents = read_documents(workspace.mlflow, champion.tags["run_id"])
    if documents.tree is None:
        raise GateClosed("The groups have no hierarchy yet. Run: segspark run train --as-of DATE")
    return documents.tree, documents


def _id_of(groups: Sequence[GroupDocument], name: str) -> str:
    def names_of(group: GroupDocument) -> Iterable[str]:
        return (group.segment_id, *group.name.values())

    named = ", ".join(f"{group.segment_id} {group.name['en']}" for group in groups)
    return find_named("group", name, groups, names_of, f"They are called: {named}.").segment_id


def _row(group: GroupDocument, language: str) -> dict[str, Any]:
    return {"segment_id": group.segment_id, "segment_name": group.name[language], "people": group.n_people}
