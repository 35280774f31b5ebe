"""What may be configured of a flat table: ``models.tables``."""

from typing import Literal

from pydantic import Field

from segspark.config.models import Model
from segspark.config.url import Url
from segspark.models.propensity.config import Trees

Kind = Literal["number", "category", "date"]


class Cut(Model):
    """The day as of which the rows are known."""

    day: str = Field("", description="A day, e.g. 2026-05-31, or empty")
    column: str = Field("", description="Or the column with the day of each row")


class FlatTable(Trees):
    """A table of people with a label, without a time: it is judged by cross-validation, and that is said of it."""

    file: Url = Field(description="CSV with a header, .gz allowed; a path, or an address in a bucket")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between two values")
    label: str = Field(description="The column that is predicted")
    positive: tuple[str, ...] = Field(
        ("1", "true", "yes"), description="Its values that are the outcome, in any case; every other one is not"
    )
    id: str = Field("", description="Column of who a row is of: rows of one person are in one fold. Empty: each row")
    inputs: tuple[str, ...] = Field((), description="Columns that are looked at. Empty: every other one")
    kinds: dict[str, Kind] = Field(
        {},
        description="number, category or date of a column. Others are numbers where every value is one, else categories",
    )
    exclude: tuple[str, ...] = Field((), description="Columns that are no inputs")
    date_format: str = Field("%Y-%m-%d", description="Of dates, as strptime reads it")
    cut: Cut = Cut()  # type: ignore[call-arg]
    n_folds: int = Field(5, ge=2, le=20, description="Parts, each of which is judged by a fit to the others")
