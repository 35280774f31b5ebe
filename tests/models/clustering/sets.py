"""The published sets with their true groups; tests over them are skipped where they are not there."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("SEGSPARK_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data") / "clustering"


def reference_rows() -> list[dict[str, str]]:
    """What published runs reach on each set."""
    if not DATA.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/clustering")
    with (DATA / "reference_ari.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 25
    return rows


def points_and_labels(battery: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Points under one common scale, and labels; without the noise points."""
    folder = DATA / battery
    points, labels = np.loadtxt(folder / f"{name}.data.gz"), np.loadtxt(folder / f"{name}.labels0.gz").astype(int)
    return (points / points.std())[labels > 0], labels[labels > 0]
