"""What may be configured of a model of propensity: ``models.churn``, ``models.engagement``."""

from pydantic import Field

from segspark.config.models import Model


class Propensity(Model):
    """The model of who will do something, or not do it, within some days."""

    trained: bool = Field(True, description="Whether a training fits it where no model is asked for by name")
    label_days: int = Field(90, ge=1, description="The label: what people do in so many days after the cut")
    gap_days: int = Field(0, ge=0, description="Days after the cut that the label leaves out, for time to act")
    active_days: int = Field(365, ge=1, description="The population: people who did it in so many days before the cut")
    n_training_cuts: int = Field(12, ge=1, description="Past days on which people are looked at for training, at most")
    cut_step_days: int = Field(30, ge=1, description="Days between two training cuts")
    max_iter: int = Field(60, ge=1, description="Largest number of trees; fitting stops when more do not help")
    max_depth: int = Field(4, ge=1, le=10, description="Largest depth of a tree")
    step_size: float = Field(0.15, gt=0, le=1, description="How much of its correction each tree makes")
    seed: int = Field(42, description="Seed of the random numbers: the same data gives the same model")
    max_training_rows: int = Field(100_000, ge=100, description="Of more rows, about so many are drawn")
    min_history_days: int = Field(
        90, description="Fewest days of history before the newest training cut; below, the model is refused"
    )
    min_people: int = Field(500, description="Fewest people at the training cuts and at the validation cut")
    min_class: int = Field(100, description="Fewest people with, and fewest without, the label")
    max_calibration_error: float = Field(
        0.02, gt=0, description="Gate: largest error of the probabilities beyond what chance gives"
    )
    max_input_auc: float = Field(
        0.98, gt=0.5, le=1, description="Stop: an input that alone ranks better than this knows the label"
    )
    bands: tuple[float, float] = Field((0.4, 0.7), description="Probabilities from which the band is medium, high")
    expires_days: int | None = Field(
        None, ge=1, description="Days after its label window for which a model is used; null: twice the label window"
    )
    learning_curve: bool = Field(
        True, description="Whether parts of the people are fitted too, so that the card shows whether more would help"
    )
    cost_missed: float = Field(5.0, gt=0, description="Cost of somebody with the label who is not found")
    cost_false: float = Field(1.0, gt=0, description="Cost of somebody found who has it not")


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
