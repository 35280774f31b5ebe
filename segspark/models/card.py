"""What the card of a version says, as data: parts of sentences, tables and curves in French and English.

A model gives what only it knows; the frame around it (verdict, data, expiry) and all drawing are the reports'. Figures stand
in cells of their own types, so that a page writes them in its language and hides small groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from segspark.models.evaluate.judgement import CalibrationBin
from segspark.sections import Cents, Number, People, Share, Words


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    digits: int = 3


@dataclass(frozen=True)
class InputName:
    """An input, by the name that readers know."""

    name: str


@dataclass(frozen=True)
class Code:
    """A digest, an id, a table's name: shown as it is."""

    text: str


@dataclass(frozen=True)
class Bar:
    """A share that is drawn too."""

    value: float


@dataclass(frozen=True)
class Change:
    """A relative difference, with its sign."""

    value: float


@dataclass(frozen=True)
class Percent:
    """A share to the whole per cent: a decimal would count the people of a small part."""

    value: float


@dataclass(frozen=True)
class Said:
    """A text in both languages, whose ``{name}`` stand for values."""

    words: Words
    values: Mapping[str, "Value"] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """Several values in a sentence; they may have commas of their own."""

    values: tuple["Value", ...]


Value = (
    People
    | Share
    | Cents
    | Number
    | Interval
    | InputName
    | Code
    | Bar
    | Change
    | Percent
    | Said
    | Listed
    | date
    | str
    | None
)
Tone = Literal["", "good", "bad", "note"]


def say(fr: str, en: str, **values: Value) -> Said:
    return Said({"fr": fr, "en": en}, values)


@dataclass(frozen=True)
class Paragraph:
    said: Said
    tone: Tone = ""


@dataclass(frozen=True)
class Points:
    """Sentences, each for itself."""

    items: tuple[Said, ...]


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    rows: tuple[tuple[Said, Value], ...]


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        title: for who hears the page; it is not shown.
        marked: the row that is pointed out, which ``note`` explains.
    """

    title: Said
    columns: tuple[Said, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: Said | None = None
    marked: int | None = None


@dataclass(frozen=True)
class Curve:
    """A line through points: a label below each, and its value.

    Attributes:
        marked: the point that is pointed out.
    """

    title: Said
    x: Said
    y: Said
    points: tuple[tuple[Value, float], ...]
    digits: int = 3
    marked: int | None = None


@dataclass(frozen=True)
class Reliability:
    """Announced and observed shares, with what chance alone gives so many people."""

    title: Said
    bins: tuple[CalibrationBin, ...]


Block = Paragraph | Points | Facts | Grid | Curve | Reliability


@dataclass(frozen=True)
class Part:
    """A part of the card under a heading."""

    title: Said
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Content:
    """What a model says of one of its versions.

    Attributes:
        title: what the model is.
        about: what it is for, of whom it speaks, and who agreed.
        data: rows and tables beside those that every version has.
        evidence: how good it is.
        limits: what was not seen.
        gates: the meaning of each gate; of a model without gates, ``judged_by`` says what stands for them.
    """

    title: Said
    about: tuple[Part, ...]
    data: tuple[Block, ...] = ()
    evidence: tuple[Part, ...] = ()
    limits: tuple[Said, ...] = ()
    gates: Mapping[str, Said] = field(default_factory=dict)
    judged_by: Said | None = None
