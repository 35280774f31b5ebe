"""What may be configured of the churn model: ``models.churn``."""

from pydantic import Field

from segspark.config.models import Model


class Churn(Model):
    """The model of who will not buy again."""

    label_days: int = Field(90, ge=1)
    active_days: int = Field(365, ge=1, description="Population: a purchase within so many days before the cut")
    n_training_cuts: int = Field(4, ge=1)
    cut_step_days: int = Field(30, ge=1)
    max_iter: int = Field(30, ge=1)
    max_depth: int = Field(4, ge=1, le=10)
    seed: int = 42
    max_training_rows: int = Field(100_000, ge=100)
    min_history_days: int = Field(180, description="Gates of formulas.md no. 6: below, the model is refused")
    min_people: int = 500
    min_class: int = Field(100, description="Fewest people with, and fewest without, the label")
