"""Trials declared in files, over made people: the mail works only on those who came by the web."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

HALVES = {"mail": 1, "none": 1}
TABLE = {
    "file": "data/people.csv",
    "arm": "arm",
    "outcome": "visit",
    "before": {"numbers": ["age"], "categories": ["channel"]},
}


def declaration(**changed: Any) -> dict[str, Any]:
    """The content of a trial's file."""
    called = {"fr": "visites", "en": "visits"}
    return {
        "name": "spring", "shares": HALVES, "treated": "mail", "control": "none", "called": called, "table": TABLE, **changed,
    }  # fmt: skip


def write_trial(folder: Path, content: Mapping[str, Any]) -> None:
    (folder / "trials").mkdir(exist_ok=True)
    (folder / "trials" / f"{content['name']}.yaml").write_text(yaml.safe_dump(dict(content)))


def people_csv(seed: int, n: int, effect_by_web: float, chosen: bool = False) -> str:
    """A row per person; ``chosen``: the marketer mails the older ones rather than the younger."""
    rng = np.random.default_rng(seed)
    age, by_web = rng.integers(18, 80, n), rng.random(n) < 0.5
    mailed = rng.random(n) < (np.where(age > 50, 0.7, 0.3) if chosen else 0.5)
    visit = rng.random(n) < 0.2 + effect_by_web * (mailed & by_web)
    rows = (
        f"{'mail' if m else 'none'},{int(v)},{a},{'web' if w else 'shop'}"
        for m, v, a, w in zip(mailed, visit, age, by_web, strict=True)
    )
    return "\n".join(["arm,visit,age,channel", *rows]) + "\n"
