"""Overrides: groups merged and split by hand, along the hierarchy; stored in a file and applied in order every day.

The file is the list itself: removing a line undoes its override at the next daily run, and each state of the file is
a version of the scheme's definition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from segspark.config.load import load_content
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.ids import mint
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.tree import Tree
from segspark.models.clustering.naming import describe
from segspark.sections import Words
from segspark.store import store_of_file

ZScores = Callable[[Sequence[float]], dict[str, float]]
"""A centre -> its distance from the mean of everybody, by feature."""

HEADER = "# Groups merged and split by hand, in order; a line that is removed is undone at the next daily run.\n"


class Override(BaseModel):
    """One line of the file: segment ids that become one group, or the id of a group that becomes two."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    merge: Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    split: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "Override":
        if (self.merge is None) == (self.split is None):
            raise ValueError("a decision is either `merge: [id, id]` or `split: id`")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        return self.merge or (str(self.split),)

    def __str__(self) -> str:
        return f"merge {' '.join(self.merge)}" if self.merge else f"split {self.split}"


class Overrides(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    decisions: tuple[Override, ...] = ()


UNNUMBERED = -1


class NotAlongTheTree(ConfigError):
    """An override that the hierarchy does not allow."""


def load_overrides(place: Url | Path) -> tuple[Override, ...]:
    """The overrides of a workspace; none if there is no file.

    Raises:
        ConfigError: all errors, with their lines.
    """
    store, name = store_of_file(place)
    try:
        content = store.read(name)
    except FileNotFoundError:
        return ()
    return load_content(content, str(place), Overrides).decisions


def save_overrides(place: Url | Path, decisions: Sequence[Override]) -> None:
    lines = [d.model_dump(mode="json", exclude_none=True) for d in decisions]
    text = HEADER + yaml.safe_dump({"decisions": lines}, sort_keys=False)
    # Half a file would lose the decisions of people.
    store, name = store_of_file(place)
    store.replace(name, text.encode())


def decided_groups(
    documents: ClusteringDocuments, decisions: Sequence[Override]
) -> tuple[tuple[GroupDocument, ...], Tree | None, tuple[str, ...]]:
    """The groups of a model after the overrides, the tree if there are any, and the overrides that wait."""
    groups, tree = documents.groups.groups, documents.tree
    if not decisions:
        return groups, None, ()
    if tree is None:
        return groups, None, tuple(f"{d}: The model was trained without a hierarchy; train again." for d in decisions)
    decided, waiting = arrange(tree, groups, decisions, documents.z_scores)
    return tuple(decided), tree, tuple(waiting)


def arrange(
    tree: Tree, groups: Sequence[GroupDocument], decisions: Sequence[Override], z_of: ZScores
) -> tuple[list[GroupDocument], list[str]]:
    """The groups after the overrides.

    Args:
        groups: as trained.

    Returns:
        The groups, each with ``parts``, new ones with new numbers in ``cluster``; and why an override does not apply:
        its segments belong to another model. Such an override waits.
    """
    parts: dict[int, set[int]] = {}
    for part, cluster in enumerate(tree.groups):
        parts.setdefault(cluster, set()).add(part)
    state = {g.segment_id: replace(g, parts=tuple(sorted(parts.get(g.cluster, ())))) for g in groups}
    waiting: list[str] = []
    number = max(g.cluster for g in groups) + 1
    for decision in decisions:
        try:
            made = apply_one(tree, state, decision, z_of)
        except NotAlongTheTree as reason:
            waiting.append(f"{decision}: {reason}")
            continue
        for old in decision.ids:
            del state[old]
        for group in made:
            state[group.segment_id] = replace(group, cluster=number)
            number += 1
    return list(state.values()), waiting


def apply_one(tree: Tree, state: Mapping[str, GroupDocument], decision: Override, z_of: ZScores) -> list[GroupDocument]:
    """Apply an override to the current groups, by segment id; the new groups are not numbered yet.

    Raises:
        NotAlongTheTree: a group is missing, the groups are not a branch of the hierarchy, or one has no smaller parts.
    """
    missing = [i for i in decision.ids if i not in state]
    if missing:
        raise NotAlongTheTree(f"There is no group {missing[0]} now; there are {sorted(state)}.")
    old = [state[i] for i in decision.ids]
    return _merged(tree, state, old, z_of) if decision.merge else _split(tree, old[0], z_of)


def _merged(
    tree: Tree, state: Mapping[str, GroupDocument], old: Sequence[GroupDocument], z_of: ZScores
) -> list[GroupDocument]:
    ids = [g.segment_id for g in old]
    together = {p for g in old for p in g.parts or ()}
    branch = min((b for b in _branches(tree) if b >= together), key=len)
    others = [i for i, g in state.items() if i not in ids and branch & set(g.parts or ())]
    if branch != together:
        raise NotAlongTheTree(f"In the hierarchy these join only together with {sorted(others)}; merge those too.")
    name = {language: " + ".join(g.name[language] for g in old) for language in old[0].name}
    segment_id = mint("behaviour", f"merge:{'+'.join(sorted(ids))}")
    return [_made(tree, segment_id, name, together, _around(old), z_of)]


def _split(tree: Tree, old: GroupDocument, z_of: ZScores) -> list[GroupDocument]:
    sides = _sides(tree, set(old.parts or ()))
    if sides is None:
        raise NotAlongTheTree(
            f"{old.segment_id} has no smaller parts; clustering.method: ward keeps some hundred parts to split along."
        )
    # The larger side first, independent of the order of the tree.
    ordered = sorted(sides, key=lambda s: (-sum(tree.sizes[p] for p in s), min(s)))
    made = []
    for at, side in enumerate(ordered):
        apart = {n: z - old.z_scores.get(n, 0.0) for n, z in z_of(_centre(tree, side)).items()}
        line = describe(apart, 1)
        name = {"fr": f"{old.name['fr']} : {line['fr']}", "en": f"{old.name['en']}: {line['en']}"}
        segment_id = mint("behaviour", f"split:{old.segment_id}:{at}")
        made.append(_made(tree, segment_id, name, side, _around([old]), z_of))
    return made


def _made(
    tree: Tree, segment_id: str, name: Words, parts: set[int], around: Sequence[str], z_of: ZScores
) -> GroupDocument:
    centre = _centre(tree, parts)
    z = z_of(centre)
    return GroupDocument(
        cluster=UNNUMBERED,
        segment_id=segment_id,
        name=name,
        description=describe(z),
        n_people=int(sum(tree.sizes[p] for p in parts)),
        centre=centre,
        z_scores=z,
        path=(*around, segment_id),
        parts=tuple(sorted(parts)),
    )


def _around(groups: Sequence[GroupDocument]) -> list[str]:
    """The coarser groups that contain all of them."""
    first, *others = (g.full_path[:-1] for g in groups)
    return [i for i in first if all(i in path for path in others)]


def _centre(tree: Tree, parts: set[int]) -> tuple[float, ...]:
    at = sorted(parts)
    weights = np.maximum([tree.sizes[p] for p in at], 1e-9)
    return tuple(float(x) for x in np.average([tree.centres[p] for p in at], axis=0, weights=weights))


def _branches(tree: Tree) -> list[set[int]]:
    """The parts below every node: first the parts themselves, then the joins in their order."""
    nodes: list[set[int]] = [{p} for p in range(len(tree.groups))]
    for join in tree.joins:
        nodes.append(nodes[join.one] | nodes[join.other])
    return nodes


def _sides(tree: Tree, parts: set[int]) -> tuple[set[int], set[int]] | None:
    nodes = _branches(tree)
    for join in tree.joins:
        if nodes[join.one] | nodes[join.other] == parts:
            return nodes[join.one], nodes[join.other]
    return None
