"""The data card of a training set: what it was made from, as plain data that is stored with the run that made it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from segspark.sections import Words


@dataclass(frozen=True)
class CardColumn:
    """A column of features.

    Attributes:
        feature: the column of gold.features or the derived feature it is made from.
        kind: number, date or category: of a date the value is the days from it to the cut, of a category whether it is
            the value in the column's name.
        unit: of the feature; of a derived one its type.
        formula: how the feature is computed, as of the cut.
        missing: share of the rows in which it is null.
    """

    name: str
    feature: str
    kind: str
    unit: str
    meaning: str
    formula: str
    missing: float


def value_of(column: CardColumn, value: Any, cut: date) -> float | None:
    """The value of a column for a feature's value on some day, as seen from a cut."""
    if value is None:
        return None
    if column.kind == "date":
        return float((cut - value).days)
    return float(column.name == f"{column.feature}={value}") if column.kind == "category" else float(value)


@dataclass(frozen=True)
class CardCut:
    """A cut: its role, its rows, and those of them with the label."""

    cut: date
    role: str
    n: int
    n_label: int


@dataclass(frozen=True)
class SetCard:
    """Attributes:
    outcome: the word that it was asked for by.
    predicted: in words; ``label``: the measure whose sum within the window makes the label, and ``is_absence`` whether
        the label is that nothing is done.
    population: SQL over the features as known at the cut.
    purpose: what people permit, both at the cut and on the day the set was made.
    as_of: the day whose knowledge made the labels.
    tables: versions that were read.
    catalogue: hash of the features' definitions.
    """

    dataset_id: str
    outcome: str
    predicted: Words
    label: str
    is_absence: bool
    label_days: int
    gap_days: int
    population: str
    purpose: str
    as_of: date
    cuts: tuple[CardCut, ...]
    columns: tuple[CardColumn, ...]
    tables: Mapping[str, int | None]
    catalogue: str
    code: str

    @property
    def rows(self) -> int:
        """Rows when the set was made; whoever withdraws later leaves it."""
        return sum(cut.n for cut in self.cuts)

    def as_dict(self) -> dict[str, Any]:
        cuts = [{**asdict(cut), "cut": cut.cut.isoformat()} for cut in self.cuts]
        return {**asdict(self), "as_of": self.as_of.isoformat(), "cuts": cuts, "rows": self.rows}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "SetCard":
        own = {name: value for name, value in content.items() if name != "rows"}
        return cls(
            **{
                **own,
                "as_of": date.fromisoformat(content["as_of"]),
                "cuts": tuple(CardCut(**{**c, "cut": date.fromisoformat(c["cut"])}) for c in content["cuts"]),
                "columns": tuple(CardColumn(**column) for column in content["columns"]),
            }
        )
