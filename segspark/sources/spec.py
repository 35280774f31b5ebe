"""What a source's YAML may say."""

import glob
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from segspark.config.models import Currency, Model, Name, Zone
from segspark.config.url import scheme_of, why_no_store
from segspark.sources.shapes import ShapeName


def _known_form(form: str) -> str:
    """Check a form of times by writing a time in it."""
    if form == "iso" or form in ("epoch_s", "epoch_ms", "epoch_us"):
        return form
    if "%" not in form:
        raise ValueError("write iso, epoch_s, epoch_ms, epoch_us, or a pattern like %d/%m/%Y %H:%M")
    moment = datetime(2001, 12, 31, 23, 58, 59, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(form), form)
    except (ValueError, re.error):
        raise ValueError("is no strptime pattern; write one like %d/%m/%Y %H:%M") from None
    return form


Sql = Annotated[str, Field(min_length=1, description="Spark SQL expression over the file's columns; gives text")]
Form = Annotated[str, Field(min_length=1), AfterValidator(_known_form)]
Times = Annotated[
    Form | tuple[Form, ...],
    Field(
        description="Form of the times: iso, epoch_s, epoch_ms, epoch_us, or a strptime pattern such as %d/%m/%Y %H:%M; "
        "of several the first that fits a value reads it"
    ),
]


class Csv(Model):
    """How a CSV file is written."""

    delimiter: str = Field(",", description="One character, or `whitespace` for runs of blanks and tabs")
    header: bool = Field(True, description="Whether the first line names the columns")
    columns: tuple[str, ...] = Field((), description="Names where the file has no header, or instead of it")
    quote: str = Field('"', max_length=1, description="Quotes values that hold the delimiter; empty: none does")
    encoding: str = Field("utf-8", description="Encoding of the text, as Python names it")
    line_breaks: bool = Field(
        False,
        description="Whether a quoted value may hold line breaks; false: every line is a row, and a quote that stays "
        "open refuses its line alone",
    )

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str) -> str:
        if delimiter != "whitespace" and (len(delimiter) != 1 or delimiter in "\r\n\0"):
            raise ValueError("one character, or `whitespace`")
        return delimiter

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            "\n".encode(encoding)
        except (LookupError, ValueError):
            raise ValueError("Python knows no such encoding of text; utf-8, latin-1 and cp1252 are usual") from None
        return encoding


class Received(Model):
    """How it is known when a record was received."""

    how: Literal["file_name", "column", "record"] = Field(
        "record",
        alias="from",
        description="file_name: the end of the local day in the file's name; column: an expression of the mapping; "
        "record: the record's own time, for sources that cannot say",
    )
    pattern: str = Field(r"(\d{4}-?\d{2}-?\d{2})", description="Regular expression, its first group is the date")
    column: str | None = Field(None, description="With `from: column`: the expression, which gives a time")

    @field_validator("pattern")
    @classmethod
    def _fits_names(cls, pattern: str) -> str:
        # The parser of expressions is loaded where a pattern is checked.
        from segspark.sources.sql.regexes import groups_of

        groups_of(pattern)
        return pattern

    @model_validator(mode="after")
    def _has_column(self) -> "Received":
        if self.how == "column" and not self.column:
            raise ValueError("received.from: column needs received.column")
        return self


class IdentifierSpec(Model):
    """What names the person of a record."""

    kind: Literal["email", "customer", "user", "anonymous", "phone"] = Field(description="What the value is")
    value: Sql


class LinkSpec(IdentifierSpec):
    """Another identifier of the person of a record."""

    rule: str = Field("crm", description="Name of the link's origin, kept with it")


class ColumnSpec(Model):
    """A column with its own notation, where the source's does not fit."""

    value: Sql
    times: Times | None = Field(None, description="Form of its times; null: the source's")
    decimal_mark: Literal[".", ","] | None = Field(None, description="Its decimal mark; null: the source's")


def _kind_of_column(given: Any) -> str:
    if isinstance(given, ColumnSpec) or (isinstance(given, dict) and "value" in given):
        return "column"
    return "attributes" if isinstance(given, dict) else "expression"


Column = Annotated[
    Annotated[Sql, Tag("expression")]
    | Annotated[ColumnSpec, Tag("column")]
    | Annotated[dict[str, Sql], Tag("attributes")],
    Discriminator(_kind_of_column),
]


class RecordSpec(Model):
    """What a row of the source becomes."""

    target: Literal["events", "orders", "order_lines", "profiles", "consents"] = Field(
        description="Kind of record that is made"
    )
    where: str | None = Field(None, description="Condition as Spark SQL; other rows are not of this target")
    identifier: IdentifierSpec | None = Field(
        None, description="Who the record is about; needed for profiles and consents"
    )
    anonymous: Sql | None = Field(None, description="Cookie or device of the visitor, for events")
    links: tuple[LinkSpec, ...] = Field((), description="Further identifiers of the same person")
    introduces: bool | None = Field(
        None,
        description="Whether a row makes its person known; null: yes, but for events that are reactions to a mail, "
        "such as opens, which anybody may send with an invented address",
    )
    columns: dict[str, Column] = Field(
        description="Column of the target -> expression, or {value, times, decimal_mark}; `attributes` holds "
        "{name: expression} of whatever else is kept"
    )

    @model_validator(mode="after")
    def _attributes_are_named(self) -> "RecordSpec":
        attributes = self.columns.get("attributes")
        if isinstance(attributes, ColumnSpec):
            # An attribute may be called `value`.
            given = attributes.model_dump(exclude_unset=True)
            if not all(isinstance(text, str) for text in given.values()):
                raise ValueError("attributes: a mapping of name: expression is needed")
            self.columns["attributes"] = given
        return self


class Source(Model):
    """One source file of a workspace."""

    name: Name = Field(description="Name of the source in the tables; of all sources another one")
    kind: str = Field(description="A provider, or `mapped` for any table")
    path: str | tuple[str, ...] = Field(
        description="Pattern of its files, or several, relative to the folder of this YAML; or the address of a bucket, "
        "e.g. s3://deliveries/orders-*.csv"
    )
    format: Literal["csv", "json", "parquet"] = Field("json", description="Of a mapped source: form of its files")
    csv: Csv = Csv()  # type: ignore[call-arg]
    time_zone: Zone | None = Field(None, description="Zone of times that name none; null: they are quarantined")
    times: Times = "iso"
    decimal_mark: Literal[".", ","] = Field(".", description="Of numbers that are written as text")
    doubles: bool | None = Field(
        None,
        description="Whether numbers are binary ones, of which more than 15 digits are noise (19.990000000000002): "
        "rounded to 15 and flagged; null: those of JSON and Parquet are, those of CSV are not",
    )
    optional: tuple[str, ...] = Field(
        (), description="Of a mapped source: columns that a file may lack, or leave empty throughout"
    )
    currency: Currency | None = Field(
        None, description="ISO 4217 code of amounts that name none; null: the workspace's"
    )
    rounding: Literal["half_up"] | None = Field(
        None, description="Amounts with more digits than the currency has are rounded and flagged; null: quarantined"
    )
    duplicates: Literal["keep", "drop"] | None = Field(
        None,
        description="Equal rows of one file that have no key of their own: kept (also by null), or all but one dropped",
    )
    reexports: Literal["refuse", "accept"] | None = Field(
        None,
        description="A file that holds over half of the rows of an earlier file, where rows have no key of their own: "
        "refused (also by null), or accepted because equal rows are different ones",
    )
    received: Received = Received()  # type: ignore[call-arg]
    records: tuple[RecordSpec, ...] = Field((), description="Of a mapped source: what its rows become")
    keep: dict[str, ShapeName] = Field(
        {}, description="Custom arguments of a provider's records that are kept, each with the shape of its values"
    )
    keep_raw: Literal["dropped", "sealed"] = Field(
        "dropped",
        description="What becomes of an accepted record as received: dropped, or sealed under the workspace's key for "
        "ingest.sealed_days",
    )
    scrub: tuple[str, ...] = Field((), description="Of no effect: nothing is kept of a record but what is declared")
    options: dict[str, Any] = Field({}, description="Options of the provider")
    folder: Path = Field(Path("."), description="Where the YAML lies", json_schema_extra={"set_by": "the loader"})

    @property
    def is_mapped(self) -> bool:
        """Whether a mapping says what its rows become; other sources have an adapter."""
        return bool(self.records)

    @property
    def patterns(self) -> list[str]:
        # The signs of a pattern in the folder's own name are part of the name.
        return [p if scheme_of(p) else str(Path(glob.escape(str(self.folder))) / p) for p in self._paths]

    @property
    def shown_patterns(self) -> str:
        """The patterns as people read them."""
        return ", ".join(p if scheme_of(p) else str(self.folder / p) for p in self._paths)

    @property
    def _paths(self) -> tuple[str, ...]:
        return (self.path,) if isinstance(self.path, str) else self.path

    @field_validator("path")
    @classmethod
    def _in_a_store(cls, path: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if why := next(filter(None, map(why_no_store, (path,) if isinstance(path, str) else path)), None):
            raise ValueError(why)
        return path

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        if self.format == "csv" and not self.csv.header and not self.csv.columns:
            raise ValueError("a csv without header needs csv.columns")
        return self
