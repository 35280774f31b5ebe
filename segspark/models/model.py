"""What a model is: a value that is trained, registered, and gives scores or columns of people.

A model's file imports nothing heavy: the configuration and the names of values are checked without Spark. What needs
Spark, statistics or MLflow is imported inside its functions.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from segspark.config import models as config
from segspark.features.value import Value
from segspark.models.promotion import Contest, GateResult
from segspark.sections import Section

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame

    from segspark.models.card import Content
    from segspark.models.tracking import Loaded
    from segspark.models.version import Version
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View

Record = Mapping[str, str]
"""Parameters that were logged with a registered version, as text."""


class Documents(Protocol):
    """What is stored beside a fitted model for its review, as JSON."""

    def to_files(self) -> Mapping[str, Any]:
        """File name -> JSON. ``features.json`` lists under ``features`` what the model reads."""
        ...

    @classmethod
    def from_files(cls, files: Mapping[str, Any]) -> Self:
        """Those of a registered version, also of one that an earlier release trained."""
        ...


D = TypeVar("D", bound=Documents)
C = TypeVar("C", bound=config.Model)


@dataclass(frozen=True)
class Former:
    """A key at the top of older files, and the key below the model's section that it is today; empty: the section."""

    key: str
    below: str = ""


_TYPES = {"number": "double", "text": "string", "date": "date", "boolean": "boolean"}


@dataclass(frozen=True)
class Column:
    """A column of people: added by the model's ``columns``, else by the schemes that use the model.

    Attributes:
        value: what conditions know of it; None if they may not use it.
        type: as Spark SQL names it; by default that of the value's kind.
        comment: what it says of a person, for the tables that store it.
        is_stored: gold.people keeps it for questions without Spark, though no condition may use it.
    """

    column: str
    value: Value | None = None
    type: str = ""
    comment: str = ""
    is_stored: bool = False

    @property
    def stored_type(self) -> str:
        """The type, as Spark SQL names it."""
        return self.type or _TYPES[self.value.kind if self.value else "number"]

    @property
    def values(self) -> Mapping[str, Value]:
        return {} if self.value is None else {self.column: self.value}


@dataclass(frozen=True)
class Score:
    """A score of people: rows of gold.scores, and columns beside people.

    Attributes:
        column: the value beside people, and in what the model's ``score`` gives.
        band: the same for a band; empty if there is none.
        reasons: the same for the inputs that moved it most, an array of input, value and effect; empty if there is none.
        horizon: the logged parameter with the days that the score looks ahead, which end its stored name; empty if it
            looks at no horizon.
    """

    column: str
    band: str = ""
    horizon: str = ""
    reasons: str = ""

    @property
    def values(self) -> Mapping[str, Value]:
        return {self.column: Value("number"), **({self.band: Value("text")} if self.band else {})}

    def name(self, record: Record) -> str:
        """The score's name in gold.scores, from the record of the version that gives it: ``churn_90d``."""
        days = record.get(self.horizon, "")
        return f"{self.column}_{days}d" if days else self.column

    @property
    def stored_as(self) -> str:
        """A regular expression for all names that versions of the model give the score."""
        return f"^{self.column}(_[0-9]+d)?$" if self.horizon else f"^{self.column}$"


Output = Column | Score


def nothing_left(model_version: str) -> None:
    """What most models do once they are registered."""


@dataclass(frozen=True)
class Fitted:
    """A fitted model, ready to be registered.

    Attributes:
        sample: a few rows of its input; their schema becomes the signature, the rows are not logged.
        params: logged as text; scores are named by them.
        files: binary artifacts by file name.
        data_versions: per table the Delta version and the rows read.
        label_end: first day after all data used; the model says nothing of earlier days.
        ranks_by, ranking: the metric that decides between the version in use and this one, and its value.
        allow_champion: False for a model that is worse than its baseline.
        gates: what it must reach before anybody uses it; a closed one keeps it from being champion.
        contest: scores the version in use on this model's frozen rows; gives None if that version cannot be scored
            any more. None for models without a common outcome to be scored on, such as groups.
        expires_after_days: days after ``label_end`` from which it is not used any more; None takes twice the horizon of
            its scores, and never without one.
        outcome: plain values for the record of the run.
        note: a sentence on the result; ``{version}`` stands for the registered version.
        when_registered: what is left to be done, given the registered ``name/version``.
    """

    model: "PipelineModel"
    sample: "DataFrame"
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    documents: Documents
    files: Mapping[str, bytes]
    data_versions: Mapping[str, Mapping[str, Any]]
    label_end: date
    ranks_by: str
    ranking: float
    allow_champion: bool = True
    gates: tuple[GateResult, ...] = ()
    contest: "Callable[[Loaded], Contest | None] | None" = None
    expires_after_days: int | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    note: str = "version {version}"
    when_registered: Callable[[str], None] = nothing_left


@dataclass(frozen=True)
class Refused:
    """Why the data do not suffice for a model.

    Attributes:
        note: a sentence for the run.
        reasons: code and values of each reason, as plain data, for the record of the run and the report.
    """

    note: str
    reasons: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Trained(Generic[D]):
    """A registered version, as the report sees it.

    Attributes:
        model_version: ``name/version``.
        as_of: day of the training.
    """

    model_version: str
    as_of: date
    record: Record
    documents: D


@dataclass(frozen=True, eq=False)
class Model(Generic[C, D]):
    """A model that a workspace may have trained.

    If ``train`` raises, the other models are registered, and the run ends with the error. If ``score`` or ``columns``
    raises, the day's run ends: rules that use the values would be wrong without anybody noticing.

    Attributes:
        name: its section below ``models``, the end of its registered name, and its key in the outcomes of runs.
        config: the type of its section.
        train: fits it as of the step's day; gets the outputs that something uses.
        outputs: what it gives; it is trained if something uses one of them, and scores are always used.
        documents: what is stored beside it.
        score: gives person_id and the columns of its scores, for people with the columns of ``needs``; those of whom
            the model says nothing are left out. None if no output is a score.
        columns: the people with the columns among its outputs, for people with the columns of ``needs``. None if there
            are none, or if schemes add them.
        needs: inputs of a registered version -> columns of the feature frame.
        inputs: gives person_id and the version's inputs, filled, a column each, for people with the columns of ``needs``;
            those of whom the model says nothing may be among them, and those of whom it gives none are not compared. They
            are compared with those of the training, where a version has stored these (monitoring/reference.py). None: its
            scores alone are.
        sections: its part of the report of the view's day, from the version in use, else from the last refusal, else from
            nothing; None shows nothing at all.
        card: what the card of a registered version says besides what every card does; None says no more.
        formerly: where its configuration stood.
        is_trained: whether a training fits it where no model is asked for by name, from its section.
        check: looks, before a training fits anything, whether what its section asks for is installed; raises ConfigError.
    """

    name: str
    config: type[C]
    train: "Callable[[Step, Collection[str]], Fitted | Refused]"
    outputs: tuple[Output, ...]
    documents: type[D]
    score: "Callable[[View, Loaded, DataFrame], DataFrame] | None" = None
    columns: "Callable[[View, Loaded, DataFrame], DataFrame] | None" = None
    needs: Callable[[Collection[str]], Collection[str]] = lambda inputs: inputs
    inputs: "Callable[[View, Loaded, DataFrame], DataFrame] | None" = None
    sections: "Callable[[View, Trained[D] | Refused | None], Sequence[Section]] | None" = None
    card: "Callable[[Version[D]], Content] | None" = None
    formerly: tuple[Former, ...] = ()
    is_trained: Callable[[Any], bool] = lambda config: True
    check: Callable[[Any], None] = lambda config: None

    @property
    def scores(self) -> tuple[Score, ...]:
        return tuple(output for output in self.outputs if isinstance(output, Score))

    @property
    def values(self) -> Mapping[str, Value]:
        """The columns that conditions may use."""
        return {name: value for output in self.outputs for name, value in output.values.items()}
