"""What may be configured of a model of propensity: ``models.churn``, ``models.engagement``, and ``models.outcomes``."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from segspark.config.models import Model, Name
from segspark.errors import ConfigError
from segspark.models.propensity.challenger import CHALLENGERS

# The field of ``models`` that holds the outcomes of a workspace.
OUTCOMES = "outcomes"
_Key = Annotated[str, Field(pattern=r"^[A-Za-z_]\w{0,62}$")]
_Words = dict[Literal["fr", "en"], str]


class Attribute(Model):
    """An attribute of profiles as an input, as it was known at each cut."""

    kind: Literal["number", "category", "date"] = Field(
        "number", description="number; category: an input per frequent value; date: the days since it"
    )
    imputation: Literal["carry", "interpolate"] = Field(
        "carry",
        description="carry: the newest snapshot known before the cut, with its age in days. interpolate: for a number "
        "also how it changed in 90 days, from the line between two snapshots that were both known before the cut",
    )
    may_be_ahead: bool = Field(
        False,
        description="Of a date: it is a plan, such as a renewal, and may lie after the cut. Else that stops the run",
    )


class Inputs(Model):
    """What a model looks at. Each input that may be missing has a second one that says so."""

    catalogue: bool | tuple[str, ...] = Field(
        True, description="The program's inputs for such models: true all, false none, or some by name"
    )
    calendar: bool = Field(
        True, description="The sales days ahead and behind, and the month where it was trained on twice"
    )
    features: tuple[str, ...] = Field((), description="More columns of gold.features, those of the workspace included")
    attributes: dict[_Key, Attribute] = Field(
        {}, description="Attributes of profiles: country, region, city, language, gender, signup_date, or a kept one"
    )


class Trees(Model):
    """How trees are fitted, what they must show, and what being wrong costs."""

    max_iter: int = Field(60, ge=1, description="Largest number of trees; fitting stops when more do not help")
    max_depth: int = Field(4, ge=1, le=10, description="Largest depth of a tree")
    step_size: float = Field(0.15, gt=0, le=1, description="How much of its correction each tree makes")
    seed: int = Field(42, description="Seed of the random numbers: the same data gives the same model")
    max_training_rows: int = Field(100_000, ge=100, description="Of more rows, about so many are drawn")
    min_people: int = Field(500, description="Fewest people at the training cuts and at the validation cut")
    min_class: int = Field(100, description="Fewest people with, and fewest without, the label")
    max_calibration_error: float = Field(
        0.02, gt=0, description="Gate: largest error of the probabilities beyond what chance gives"
    )
    max_input_auc: float = Field(
        0.98, gt=0.5, le=1, description="Stop: an input that alone ranks better than this knows the label"
    )
    cost_missed: float = Field(5.0, gt=0, description="Cost of somebody with the label who is not found")
    cost_false: float = Field(1.0, gt=0, description="Cost of somebody found who has it not")


class Propensity(Trees):
    """The model of who will do something, or not do it, within some days."""

    trained: bool = Field(True, description="Whether a training fits it where no model is asked for by name")
    label_days: int = Field(90, ge=1, description="The label: what people do in so many days after the cut")
    gap_days: int = Field(0, ge=0, description="Days after the cut that the label leaves out, for time to act")
    active_days: int = Field(365, ge=1, description="The population: people who did it in so many days before the cut")
    n_training_cuts: int = Field(12, ge=1, description="Past days on which people are looked at for training, at most")
    cut_step_days: int = Field(30, ge=1, description="Days between two training cuts")
    min_history_days: int = Field(
        90, description="Fewest days of history before the newest training cut; below, the model is refused"
    )
    bands: tuple[float, float] = Field((0.4, 0.7), description="Probabilities from which the band is medium, high")
    expires_days: int | None = Field(
        None, ge=1, description="Days after its label window for which a model is used; null: twice the label window"
    )
    inputs: Inputs = Inputs()  # type: ignore[call-arg]
    learning_curve: bool = Field(
        True, description="Whether parts of the people are fitted too, so that the card shows whether more would help"
    )
    challenger: str | None = Field(
        None,
        description="Other trees that a training also fits and judges beside its own, for comparison only, by an extra of "
        f"segspark: {', '.join(CHALLENGERS.names())}. null: none",
        json_schema_extra={"enum": [None, *CHALLENGERS.names()]},
    )

    @field_validator("challenger")
    @classmethod
    def _exists(cls, name: str | None) -> str | None:
        try:
            return name and CHALLENGERS.find(name).name
        except ConfigError as error:
            raise ValueError(str(error)) from error


class Churn(Propensity):
    """The model of who will not buy again."""

    label_days: int = Field(90, ge=1, description="The label: no purchase in so many days after the cut")
    active_days: int = Field(
        365, ge=1, description="The population: people with a purchase in so many days before the cut"
    )


class Engagement(Propensity):
    """The model of who will not act again: no click, visit or order."""

    trained: bool = Field(False, description="Whether a training fits it where no model is asked for by name")
    label_days: int = Field(90, ge=1, description="The label: no human act in so many days after the cut")
    active_days: int = Field(365, ge=1, description="The population: people who acted in so many days before the cut")


class OwnOutcome(Propensity):
    """An outcome of the workspace: people do something, or do not, within some days after a cut."""

    measure: Name = Field(description="What happens: a measure, built-in or own, e.g. n_order, n_web, n_click")
    is_absence: bool = Field(False, description="The outcome is that it does not happen")
    after: str = Field(
        "",
        description="A measure such as the mails of a campaign family: the cuts are the days on which it happened, and "
        "the people those to whom it happened. Features know the days before",
    )
    population: str = Field(
        "days_since_active <= {days}",
        description="Spark SQL over features: of whom the model speaks; {days} stands for active_days. Empty: everybody",
    )
    exclude: str = Field("", description="Spark SQL over features: who is left out of the population")
    recency: str = Field("", description="Days since something; sorting by it must be beaten. Empty: days_since_active")
    label_days: int = Field(30, ge=1, description="The label: what people do in so many days after the cut")
    title: _Words = Field({}, description="Its name by language, e.g. {fr: Deuxième commande, en: Second order}")
    predicted: _Words = Field({}, description="What is predicted, e.g. {en: a second order}; its name by default")
    people: _Words = Field({}, description="Of whom it speaks, e.g. {en: people with one order}; the SQL by default")
    did: _Words = Field({}, description="Who has the outcome, as a clause after who, e.g. {en: ordered again}")
    did_not: _Words = Field({}, description="Who has it not, the same way")
