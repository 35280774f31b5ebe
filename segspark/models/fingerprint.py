"""A hash of the numbers of a saved pipeline: two trainings that fit the same model have the same one.

The digest of its files (``artifact.py``) differs between two trainings on the same rows, because Spark writes random
names, times, and rows in any order. Here every stage is read without Spark: a fitted stage by its data (of trees the
split, the threshold and the value of each node; of other stages all numbers, such as centres), any other stage by its
parameters, such as statements and the text in which our own stages keep their numbers. Fractions count with six
significant digits, because the order of a sum changes the last ones; whole numbers count exactly.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

FINGERPRINT = "model_fingerprint"
_DIGITS = 6
# What is left of a zero after the rounding errors of a sum.
_NEXT_TO_NOTHING = 1e-12
# A fraction in a statement, but neither a whole number nor a part of a name; Spark marks doubles with D.
_FRACTION = re.compile(r"(?<![\w`.])-?(\d+\.\d*|\.\d+|\d+(?=[eE][-+]?\d))([eE][-+]?\d+)?")


def fingerprint_of(pipeline: Path) -> str:
    """SHA-256 of a saved pipeline's numbers.

    Args:
        pipeline: the folder that Spark wrote, with ``metadata`` and ``stages``.
    """
    lines = json.dumps(list(_stage(pipeline)), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(lines.encode()).hexdigest()


def _stage(folder: Path) -> Iterator[Any]:
    metadata = _metadata(folder)
    name = str(metadata["class"]).rpartition(".")[2]
    if (folder / "stages").is_dir():
        for below in sorted((folder / "stages").iterdir(), key=_position):
            yield from _stage(below)
    elif (folder / "data").is_dir():
        rows = (_data_row(name, row) for row in _rows(folder / "data"))
        yield [name, _in_order(rows), _in_order(_weight(row) for row in _rows(folder / "treesMetadata"))]
    else:
        yield [name, _canonical(metadata["paramMap"])]


def _position(stage: Path) -> int:
    """Stages are named after their position and a random id: ``2_KMeans_178a8b25c7c6``."""
    return int(stage.name.partition("_")[0])


def _metadata(folder: Path) -> Mapping[str, Any]:
    parts = sorted((folder / "metadata").glob("part-*"))
    content: dict[str, Any] = json.loads("".join(part.read_text() for part in parts))
    return content


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a stage's files; none where it has no such folder."""
    for path in sorted(folder.glob("*.parquet")):
        yield from pq.read_table(path).to_pylist()


def _in_order(rows: Iterator[Any]) -> list[Any]:
    """Spark writes rows in any number of files and in any order."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def _data_row(name: str, row: Mapping[str, Any]) -> Any:
    node = row.get("nodeData")
    if node is None:
        # A model of one tree has its nodes at the top.
        node = row if "leftChild" in row and "split" in row else None
    if node is None:
        return _canonical(row)
    # How pure a node is, and how many rows it saw, is of the training and not of the model.
    kept = {key: node[key] for key in ("id", "prediction", "leftChild", "rightChild", "split")}
    return _canonical({"tree": row.get("treeID", 0), **kept})


def _weight(row: Mapping[str, Any]) -> Any:
    """Tree and weight; the text between them is metadata of the tree, with its random id."""
    return [_canonical(value) for key, value in sorted(row.items()) if not isinstance(value, str)]


def _canonical(value: Any) -> Any:
    """The value with every fraction in six digits, also in the JSON and the statements of text."""
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {str(key): _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(one) for one in value]
    return value


def _digits(value: float) -> str:
    return format(0.0 if abs(value) < _NEXT_TO_NOTHING else value, f".{_DIGITS}g")


def _text(text: str) -> Any:
    """The content where the text is a JSON object or list, else the text with its fractions rounded."""
    if text[:1] in ("{", "["):
        try:
            return _canonical(json.loads(text))
        except ValueError:
            pass
    return _FRACTION.sub(_rounded, text)


def _rounded(found: re.Match[str]) -> str:
    return _digits(float(found[0]))
