"""CDNOW, a cohort of real buyers of 1997; tests over it are skipped where it is not there."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segspark.models.value.cells import Cells

DATA = Path(os.environ.get("SEGSPARK_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data") / "cdnow"
# The last day of the 39 weeks that the papers fit on, and days after it.
CUT, HOLDOUT_DAYS = pd.Timestamp("1997-09-30"), 273
COLUMNS = {"master": ["id", "date", "cds", "dollars"], "sample": ["id", "sample", "date", "cds", "dollars"]}


@dataclass(frozen=True)
class Cohort:
    """Histories in weeks until the cut, one person each, and what came after.

    Attributes:
        mean_spend: dollars per repeat order day; 0 without one.
        later: order days after the cut.
        wait: weeks from the cut to the next order; infinite without one.
    """

    cells: Cells
    mean_spend: np.ndarray
    later: np.ndarray
    wait: np.ndarray


def purchases(which: str) -> pd.DataFrame:
    """A row for each person's day with an order: id, date, dollars."""
    path = DATA / f"CDNOW_{which}.txt.gz"
    if not path.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/cdnow")
    rows = pd.read_csv(
        path, sep=r"\s+", names=COLUMNS[which], skiprows=int(which == "master"), dtype={"id": str, "date": str}
    )
    rows["date"] = pd.to_datetime(rows["date"])
    return rows.groupby(["id", "date"], as_index=False)["dollars"].sum()


def cohort(which: str) -> Cohort:
    days = purchases(which)
    days["first"] = days.groupby("id")["date"].transform("min")
    first = days.groupby("id")["first"].min()
    before = days[days["date"] <= CUT]
    repeats = (
        before[before["date"] > before["first"]]
        .groupby("id")
        .agg(x=("date", "size"), last=("date", "max"), spend=("dollars", "mean"))
    )
    after = days[days["date"] > CUT].groupby("id").agg(later=("date", "size"), next=("date", "min"))
    people = pd.DataFrame({"first": first}).join(repeats).join(after)
    return Cohort(
        Cells.of_people(
            people["x"].fillna(0).to_numpy(),
            ((people["last"].fillna(people["first"]) - people["first"]).dt.days / 7).to_numpy(),
            ((CUT - people["first"]).dt.days / 7).to_numpy(),
        ),
        people["spend"].fillna(0.0).to_numpy(),
        people["later"].fillna(0).to_numpy(),
        ((people["next"] - CUT).dt.days / 7).fillna(np.inf).to_numpy(),
    )
