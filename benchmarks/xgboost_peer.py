"""xgboost on rows of a file, for ``benchmarks.models``: needs numpy and xgboost only, so that another Python can run it.

python benchmarks/xgboost_peer.py ROWS.npz SETTINGS.json RESULT.npz
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def fit(x: np.ndarray, y: np.ndarray, is_aside: np.ndarray, test: np.ndarray, config: dict[str, Any]) -> dict[str, Any]:
    """Probabilities of the test rows, seconds of the fit, and trees."""
    import xgboost

    model = xgboost.XGBClassifier(
        n_estimators=config["max_iter"], max_depth=config["max_depth"], learning_rate=config["step_size"],
        tree_method="hist", early_stopping_rounds=1, n_jobs=config["cores"], random_state=config["seed"],
    )  # fmt: skip
    start = time.perf_counter()
    model.fit(x[~is_aside], y[~is_aside], eval_set=[(x[is_aside], y[is_aside])], verbose=False)
    seconds = time.perf_counter() - start
    p = model.predict_proba(test)[:, 1]
    return {"p": p, "seconds": seconds, "trees": model.best_iteration + 1, "version": xgboost.__version__}


if __name__ == "__main__":
    rows, settings, result = map(Path, sys.argv[1:])
    data = np.load(rows)
    np.savez(result, **fit(data["x"], data["y"], data["is_aside"], data["test"], json.loads(settings.read_text())))
