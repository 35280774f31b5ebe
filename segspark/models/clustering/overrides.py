"""Overrides: groups merged and split by hand, along the hierarchy; stored in a file and applied in order every day.

The file is the list itself: removing a line undoes its override at the next daily run, and each state of the file is
a version of the scheme's definition.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from segspark.config.load import load_model
from segspark.errors import ConfigError
from segspark.ids import mint
from segspark.models.clustering.naming import describe

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


class NotAlongTheTree(ConfigError):
    """An override that the hierarchy does not allow."""


def load_overrides(path: Path) -> tuple[Override, ...]:
    """The overrides of a workspace; none if there is no file.

    Raises:
        ConfigError: all errors, with their lines.
    """
    return load_model(path, Overrides).decisions if path.exists() else ()


def save_overrides(path: Path, decisions: Sequence[Override]) -> None:
    lines = [d.model_dump(mode="json", exclude_none=True) for d in decisions]
    path.write_text(HEADER + yaml.safe_dump({"decisions": lines}, sort_keys=False))


def arrange(
    tree: Mapping[str, Any],
    groups: Sequence[Mapping[str, Any]],
    decisions: Sequence[Override],
    z_of: Callable[[Sequence[float]], dict[str, float]],
) -> tuple[list[dict[str, Any]], list[str]]:
    """The groups after the overrides.

    Args:
        tree: tree.json.
        groups: of groups.json.
        z_of: centre -> z-scores.

    Returns:
        The groups, each with ``parts``, new ones with new numbers in ``cluster``; and why an override does not apply:
        its segments belong to another model. Such an override waits.
    """
    parts: dict[int, set[int]] = {}
    for part, cluster in enumerate(tree["groups"]):
        parts.setdefault(cluster, set()).add(part)
    state = {g["segment_id"]: {**g, "parts": sorted(parts.get(g["cluster"], ()))} for g in groups}
    waiting: list[str] = []
    number = max(g["cluster"] for g in groups) + 1
    for decision in decisions:
        try:
            made = apply_one(tree, state, decision, z_of)
        except NotAlongTheTree as reason:
            waiting.append(f"{decision}: {reason}")
            continue
        for old in decision.ids:
            del state[old]
        for group in made:
            state[group["segment_id"]] = {**group, "cluster": number}
            number += 1
    return list(state.values()), waiting


def apply_one(
    tree: Mapping[str, Any],
    state: Mapping[str, Mapping[str, Any]],
    decision: Override,
    z_of: Callable[[Sequence[float]], dict[str, float]],
) -> list[dict[str, Any]]:
    """Apply an override to the current groups.

    Raises:
        NotAlongTheTree: a group is missing, the groups are not a branch of the hierarchy, or one has no smaller parts.
    """
    missing = [i for i in decision.ids if i not in state]
    if missing:
        raise NotAlongTheTree(f"There is no group {missing[0]} now; there are {sorted(state)}.")
    old = [state[i] for i in decision.ids]
    if decision.merge:
        together = {p for g in old for p in g["parts"]}
        branch = min((b for b in _branches(tree) if b >= together), key=len)
        others = [g["segment_id"] for i, g in state.items() if i not in decision.merge and branch & set(g["parts"])]
        if branch != together:
            raise NotAlongTheTree(f"In the hierarchy these join only together with {sorted(others)}; merge those too.")
        names = {n: " + ".join(g[n] for g in old) for n in ("name_fr", "name_en")}
        segment_id = mint("behaviour", f"merge:{'+'.join(sorted(decision.merge))}")
        return [_made(tree, segment_id, names, together, _around(old), z_of)]
    sides = _sides(tree, set(old[0]["parts"]))
    if sides is None:
        raise NotAlongTheTree(
            f"{decision.split} has no smaller parts; clustering.method: ward keeps some hundred parts to split along."
        )
    # The larger side first, independent of the order of the tree.
    ordered = sorted(sides, key=lambda s: (-sum(tree["sizes"][p] for p in s), min(s)))
    made = []
    for at, side in enumerate(ordered):
        apart = {n: z - old[0]["z_scores"].get(n, 0.0) for n, z in z_of(_centre(tree, side)).items()}
        fr, en = describe(apart, 1)
        names = {"name_fr": f"{old[0]['name_fr']} : {fr}", "name_en": f"{old[0]['name_en']}: {en}"}
        made.append(_made(tree, mint("behaviour", f"split:{decision.split}:{at}"), names, side, _around(old), z_of))
    return made


def _made(
    tree: Mapping[str, Any],
    segment_id: str,
    names: Mapping[str, str],
    parts: set[int],
    around: Sequence[str],
    z_of: Callable[[Sequence[float]], dict[str, float]],
) -> dict[str, Any]:
    centre = _centre(tree, parts)
    z = z_of(centre)
    described = dict(zip(("description_fr", "description_en"), describe(z), strict=True))
    n = int(sum(tree["sizes"][p] for p in parts))
    return {
        "segment_id": segment_id, **names, **described, "n_people": n, "centre": centre, "z_scores": z,
        "parts": sorted(parts), "path": [*around, segment_id],
    }  # fmt: skip


def _around(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    """The coarser groups that contain all of them."""
    first, *others = (g["path"][:-1] for g in groups)
    return [i for i in first if all(i in path for path in others)]


def _centre(tree: Mapping[str, Any], parts: set[int]) -> list[float]:
    at = sorted(parts)
    weights = np.maximum([tree["sizes"][p] for p in at], 1e-9)
    return [float(x) for x in np.average([tree["centres"][p] for p in at], axis=0, weights=weights)]


def _branches(tree: Mapping[str, Any]) -> list[set[int]]:
    """The parts below every node: first the parts themselves, then the joins in their order."""
    nodes: list[set[int]] = [{p} for p in range(len(tree["groups"]))]
    for a, b, *_ in tree["joins"]:
        nodes.append(nodes[int(a)] | nodes[int(b)])
    return nodes


def _sides(tree: Mapping[str, Any], parts: set[int]) -> tuple[set[int], set[int]] | None:
    nodes = _branches(tree)
    for a, b, *_ in tree["joins"]:
        if nodes[int(a)] | nodes[int(b)] == parts:
            return nodes[int(a)], nodes[int(b)]
    return None
