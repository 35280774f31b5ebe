"""A randomised trial as people declare it: a YAML file per trial, of people in a table or of a send in the lake."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from segspark.config.load import load_model
from segspark.config.models import Model, Name
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.uplift.config import Uplift
from segspark.near import find_named
from segspark.store.patterns import files_below

Columns = tuple[Annotated[str, Field(min_length=1)], ...]
Positive = Annotated[float, Field(gt=0)]


class Called(Model):
    """The outcome's name in the plural, for sentences."""

    fr: str = Field(description="In French, e.g. visites")
    en: str = Field(description="In English, e.g. visits")


class Before(Model):
    """Columns whose values were known before the send; what came after it would tell the outcome."""

    numbers: Columns = Field((), description="Columns of numbers; empty cells are unknown")
    categories: Columns = Field((), description="Columns of words; each word is looked at by itself")

    @property
    def all(self) -> Columns:
        return (*self.numbers, *self.categories)


class TrialTable(Model):
    """A CSV file with a row for each person of the trial."""

    file: Url = Field(description="A path, relative to segspark.yaml, or the address of a bucket; .gz is unpacked")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between two cells")
    arm: str = Field(description="Column with the arm of each person")
    outcome: str = Field(description="Column with 0 or 1, or an amount")
    before: Before = Field(description="What was known of each person before the send")

    @model_validator(mode="after")
    def _is_before(self) -> Self:
        before = self.before.all
        if not before:
            raise ValueError("`before` names no column: at least one is needed")
        if {self.arm, self.outcome} & set(before):
            raise ValueError("the columns of arm and outcome cannot be among those of `before`")
        if len(set(before)) < len(before) or self.arm == self.outcome:
            raise ValueError("a column is named twice")
        return self


class People(Model):
    """A CSV file with a header and a row for each person of an arm."""

    file: Url = Field(description="A path, relative to segspark.yaml, or the address of a bucket; .gz is unpacked")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between two cells")
    column: str = Field(description="Column with the identifier; it is replaced by its pseudonym when it is read")
    identifier: Literal["email", "customer", "user"] = Field("email", description="What the column holds")


class TrialSend(Model):
    """Campaigns of the lake, and the people who were left out at random."""

    sent_on: date = Field(description="Local day of the first mail; what is known on its morning is looked at")
    campaigns: dict[str, Columns] = Field(
        min_length=1, description="Arm -> ids of the campaigns that its people were sent, as in silver.events"
    )
    held_out: People = Field(description="The people of the control arm, whom nothing was sent")
    measure: str = Field(description="Measure of the tiles that counts afterwards, e.g. n_web, n_order")
    days: int = Field(14, ge=1, le=365, description="It counts on so many days from sent_on on")
    counts: Literal["whether", "how_much"] = Field(
        "whether", description="whether: 0 or 1 for somebody with any of it; how_much: the sum of the measure"
    )


class TrialFile(Model):
    """A trial. Its people were put into its arms at random, with the declared shares."""

    name: Name = Field(description="By which the command calls it")
    shares: dict[str, Positive] = Field(
        {}, description="Arm -> its share by design, of all arms, in any unit; empty: nobody declares a randomisation"
    )
    treated: str = Field(description="The arm whose people were mailed")
    control: str = Field(description="The arm whose people were not")
    called: Called = Field(description="The outcome in the plural")
    cost: float = Field(0.0, ge=0, description="Of one mail, in units of the outcome")
    seed: int = Field(42, description="Of folds and bootstrap")
    table: TrialTable | None = Field(None, description="A trial whose people stand in a table")
    send: TrialSend | None = Field(None, description="A trial of campaigns in the lake")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.table is None) == (self.send is None):
            raise ValueError("a trial has either a `table` or a `send`")
        if self.treated == self.control:
            raise ValueError("treated and control are the same arm")
        if missing := sorted({self.treated, self.control} - set(self.shares)) if self.shares else []:
            raise ValueError(f"`shares` lacks the arms {missing}; it has {sorted(self.shares)}")
        if self.send is not None and (self.control in self.send.campaigns or self.treated not in self.send.campaigns):
            raise ValueError("`campaigns` has the treated arm, and not the control arm, which was sent nothing")
        return self


def load_trials(config: Uplift, folder: Path) -> tuple[TrialFile, ...]:
    """The trials of a workspace, by name.

    Raises:
        ConfigError: all faults of the first file that has some, a pattern without a file, or two trials of one name.
    """
    trials = [load_model(path, TrialFile) for pattern in config.trials for path in _files(folder, pattern)]
    names = [trial.name for trial in trials]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"Two trials have the name {doubled[0]}. Give one of them another name.")
    return tuple(sorted(trials, key=lambda trial: trial.name))


def _files(folder: Path, pattern: str) -> list[Path]:
    found = files_below(folder, pattern)
    if not found:
        raise ConfigError(f"No file matches models.uplift.trials {pattern!r}. Put one there, or correct the pattern.")
    return found


def trial_named(trials: Iterable[TrialFile], name: str) -> TrialFile:
    """
    Raises:
        ConfigError: there is no such trial; lists those that exist.
    """
    return find_named("trial", name, trials, lambda trial: (trial.name,), "models.uplift.trials names their files.")
