"""What a source's YAML may say."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from segspark.config.models import Currency, Model, Name, Zone

Sql = Annotated[str, Field(min_length=1, description="Spark SQL expression over the file's columns; gives text")]
Times = Annotated[
    str,
    Field(
        description="Form of the times: iso, epoch_s, epoch_ms, epoch_us, or a strptime pattern such as %d/%m/%Y %H:%M"
    ),
]


class Csv(Model):
    delimiter: str = Field(",", description="One character, or `whitespace` for runs of blanks and tabs")
    header: bool = True
    columns: tuple[str, ...] = Field((), description="Names where the file has no header, or instead of it")
    quote: str = Field('"', max_length=1)
    encoding: str = "utf-8"


class Received(Model):
    """How it is known when a record was received."""

    how: Literal["file_name", "column", "record"] = Field(
        "record",
        alias="from",
        description="file_name: the end of the local day in the file's name; column: an expression of the mapping; "
        "record: the record's own time, for sources that cannot say",
    )
    pattern: str = Field(r"(\d{4}-?\d{2}-?\d{2})", description="Regular expression, its first group is the date")
    column: str | None = None

    @model_validator(mode="after")
    def _has_column(self) -> "Received":
        if self.how == "column" and not self.column:
            raise ValueError("received.from: column needs received.column")
        return self


class IdentifierSpec(Model):
    kind: Literal["email", "customer", "user", "anonymous", "phone"]
    value: Sql


class LinkSpec(IdentifierSpec):
    rule: str = "crm"


class ColumnSpec(Model):
    """A column with its own notation, where the source's does not fit."""

    value: Sql
    times: Times | None = None
    decimal_mark: Literal[".", ","] | None = None


class RecordSpec(Model):
    target: Literal["events", "orders", "order_lines", "profiles", "consents"]
    where: str | None = Field(None, description="Condition; other rows are not of this target")
    identifier: IdentifierSpec | None = None
    anonymous: Sql | None = Field(None, description="Cookie or device of the visitor, for events")
    links: tuple[LinkSpec, ...] = Field((), description="Further identifiers of the same person")
    columns: dict[str, str | ColumnSpec | dict[str, str]]


class Source(Model):
    """One source file of a workspace."""

    name: Name
    kind: str = Field(description="A provider, or `mapped` for any table")
    path: str | tuple[str, ...] = Field(description="Glob pattern(s), relative to this YAML's folder")
    format: Literal["csv", "json", "parquet"] = "json"
    csv: Csv = Csv()  # type: ignore[call-arg]
    time_zone: Zone | None = Field(None, description="Zone of naive times; without it they are quarantined")
    times: Times = "iso"
    decimal_mark: Literal[".", ","] = "."
    currency: Currency | None = Field(None, description="Default: the workspace's")
    rounding: Literal["half_up"] | None = Field(
        None, description="Amounts with more digits than the currency has: rounded and flagged; without it quarantined"
    )
    duplicates: Literal["keep", "drop"] | None = Field(
        None, description="Rows without a key of their own: keep equal lines of one file (default) or drop them"
    )
    received: Received = Received()  # type: ignore[call-arg]
    records: tuple[RecordSpec, ...] = ()
    scrub: tuple[str, ...] = Field((), description="Columns removed from the payload that is kept")
    options: dict[str, Any] = Field(default_factory=dict, description="Options of the provider's adapter")
    folder: Path = Path(".")

    @property
    def patterns(self) -> list[str]:
        paths = (self.path,) if isinstance(self.path, str) else self.path
        return [str(self.folder / p) for p in paths]

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        if self.format == "csv" and not self.csv.header and not self.csv.columns:
            raise ValueError("a csv without header needs csv.columns")
        return self
