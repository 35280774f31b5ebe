"""Spark's gradient-boosted trees as arrays: from the files of a saved stage, without Java, or from a session."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from segspark.errors import CheckFailed
from segspark.models.shapley.trees import NOTHING, Ensemble, Tree

# Spark's probability is 1 / (1 + exp(-2 F)) of the trees' sum F, since it fits the loss 2 log(1 + exp(-2 y F)):
# Friedman 1999, "Greedy function approximation". So the log-odds are 2 F.
_FACTOR = {"GBTClassificationModel": 2.0, "GBTRegressionModel": 1.0}
# Stages are named after their position, what fitted them and a random id: ``2_GBTClassifier_178a8b25c7c6``.
_PREFIX = {"GBTClassificationModel": "GBTClassifier", "GBTRegressionModel": "GBTRegressor"}

# What Spark saves of a node; ``impurityStats`` of a regression tree begin with the weight of its rows.
_Node = Mapping[str, Any]


def trees_of(pipeline: Path) -> Ensemble | None:
    """The trees of the last stage of boosted trees in a saved pipeline; None if it has none.

    Args:
        pipeline: the folder that Spark wrote, with ``metadata`` and ``stages``.

    Raises:
        CheckFailed: as of ``read_gbt``.
    """
    stages = [stage for kind in _FACTOR for stage in (pipeline / "stages").glob(f"*_{_PREFIX[kind]}_*")]
    return read_gbt(max(stages, key=lambda s: int(s.name.partition("_")[0]))) if stages else None


def read_gbt(folder: Path) -> Ensemble:
    """The trees of a saved ``GBTClassificationModel`` or ``GBTRegressionModel``; the margin of the former is log-odds.

    Args:
        folder: of the stage, with metadata, data and treesMetadata.

    Raises:
        CheckFailed: another stage, a part of the files, or a split by categories.
    """
    about = json.loads("".join(p.read_text() for p in sorted((folder / "metadata").glob("part-*"))))
    kind = about["class"].rpartition(".")[2]
    if kind not in _FACTOR:
        raise CheckFailed(f"{folder.name} is a {kind}; trees are read of {sorted(_FACTOR)}.")
    weights = {row["_1"]: row["_3"] for row in pq.read_table(folder / "treesMetadata").to_pylist()}
    nodes: dict[int, list[_Node]] = {tree: [] for tree in range(about["numTrees"])}
    for row in pq.read_table(folder / "data").to_pylist():
        nodes.setdefault(row["treeID"], []).append(row["nodeData"])
    if weights.keys() != nodes.keys() or not all(nodes.values()):
        raise CheckFailed(f"Of the {about['numTrees']} trees of {folder.name} some are missing: copy it again.")
    trees = [_tree(nodes[at], _FACTOR[kind] * weights[at], f"{folder.name}, tree {at}") for at in sorted(nodes)]
    return Ensemble(tuple(trees), about["numFeatures"])


def from_model(model: Any) -> Ensemble:
    """The trees of a model in a session with Java, as ``read_gbt`` reads them of the same model when it is saved.

    Every node is asked for by itself, which takes a millisecond or less: prefer the files where they are at hand.

    Args:
        model: a ``GBTClassificationModel`` or ``GBTRegressionModel``.

    Raises:
        CheckFailed: a session of Spark Connect, or a split by categories.
    """
    java: Any = getattr(model, "_java_obj", None)
    if not hasattr(java, "trees"):
        raise CheckFailed("A session of Spark Connect does not show the trees of a model: read its saved files.")
    kind = type(model).__name__
    trees = [
        _tree(_nodes(tree.rootNode(), []), _FACTOR[kind] * weight, f"{model.uid}, tree {at}")
        for at, (tree, weight) in enumerate(zip(java.trees(), model.treeWeights, strict=True))
    ]
    return Ensemble(tuple(trees), model.numFeatures)


def _nodes(node: Any, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Append a node of Java and all below it, in the order and form in which Spark saves them."""
    found = {"id": len(before), "prediction": 0.0, "impurityStats": [node.impurityStats().count()]}
    before.append(found)
    if node.subtreeDepth() == 0:
        split = {"featureIndex": NOTHING, "leftCategoriesOrThreshold": [], "numCategories": -1}
        found |= {"prediction": node.prediction(), "leftChild": NOTHING, "rightChild": NOTHING, "split": split}
        return before
    asked = node.split()
    is_threshold = asked.getClass().getSimpleName() == "ContinuousSplit"
    found["split"] = {
        "featureIndex": asked.featureIndex(),
        "leftCategoriesOrThreshold": [asked.threshold()] if is_threshold else [],
        "numCategories": -1 if is_threshold else asked.numCategories(),
    }
    for side in ("leftChild", "rightChild"):
        found[side] = len(before)
        _nodes(getattr(node, side)(), before)
    return before


def _tree(nodes: Iterable[_Node], weight: float, name: str) -> Tree:
    nodes = sorted(nodes, key=lambda node: int(node["id"]))
    _check(nodes, name)
    splits = [node["split"] for node in nodes]
    return Tree(
        feature=np.array([s["featureIndex"] for s in splits], dtype=np.int32),
        threshold=np.array([(*s["leftCategoriesOrThreshold"], 0.0)[0] for s in splits]),
        left=np.array([node["leftChild"] for node in nodes], dtype=np.int32),
        right=np.array([node["rightChild"] for node in nodes], dtype=np.int32),
        value=np.array([0.0 if node["leftChild"] != NOTHING else node["prediction"] for node in nodes]),
        cover=np.array([node["impurityStats"][0] for node in nodes], dtype=np.float64),
        weight=weight,
    )


def _check(nodes: Sequence[_Node], name: str) -> None:
    """
    Raises:
        CheckFailed: nodes are missing, or a split is by categories.
    """
    children = [node[side] for node in nodes for side in ("leftChild", "rightChild") if node[side] != NOTHING]
    # Spark numbers nodes from the root, each but the root being the child of one.
    if [node["id"] for node in nodes] != list(range(len(nodes))) or sorted(children) != list(range(1, len(nodes))):
        raise CheckFailed(f"Of {name} nodes are missing: copy the model again.")
    if by_categories := sorted({n["split"]["featureIndex"] for n in nodes if n["split"]["numCategories"] != -1}):
        raise CheckFailed(
            f"{name} splits the inputs {by_categories} by categories; reasons are computed for thresholds alone. "
            "Train with numbers: one input per category, or none marked as nominal."
        )
