"""What may be configured of the churn model: ``models.churn``."""

from pydantic import Field

from segspark.config.models import Model


class Churn(Model):
    """The model of who will not buy again."""

    label_days: int = Field(90, ge=1, description="The label: no purchase in so many days after the cut")
    active_days: int = Field(
        365, ge=1, description="The population: people with a purchase in so many days before the cut"
    )
    n_training_cuts: int = Field(4, ge=1, description="Past days on which people are looked at for training")
    cut_step_days: int = Field(30, ge=1, description="Days between two training cuts")
    max_iter: int = Field(30, ge=1, description="Number of trees")
    max_depth: int = Field(4, ge=1, le=10, description="Largest depth of a tree")
    seed: int = Field(42, description="Seed of the random numbers: the same data gives the same model")
    max_training_rows: int = Field(100_000, ge=100, description="Of more rows, about so many are drawn")
    min_history_days: int = Field(
        180, description="Fewest days of history before the newest training cut; below, the model is refused"
    )
    min_people: int = Field(500, description="Fewest buyers at the training cuts and at the validation cut")
    min_class: int = Field(100, description="Fewest buyers with, and fewest without, the label")
