"""What may be configured of customer value: ``models.customer_value``."""

from pydantic import Field

from segspark.config.models import Model


class CustomerValue(Model):
    """The model of orders to come, and of what they are worth."""

    horizon_days: int = Field(
        365, ge=1, le=1825, description="Orders and amounts are expected within so many days from the as-of day on"
    )
    yearly_discount: float = Field(
        0.0, ge=0, le=1, description="An amount a year from now is worth so much less today; 0 is not less"
    )
    min_history_days: int = Field(
        180, ge=2, description="Fewest days since the first order; below, the model is refused"
    )
    min_repeat_buyers: int = Field(
        200, ge=1, description="Fewest buyers with orders on two days; below, the model is refused"
    )
    max_error: float = Field(
        0.5,
        ge=0,
        description="A version whose total on the hold-out is wrong by a larger share is not put into use by its training",
    )
    hurdle: bool = Field(
        False,
        description="Whether a training also fits boosted trees of who buys within the horizon and how much; they give "
        "value_cents where they are clearly better in a held-out window of that length",
    )
    hazard: bool = Field(
        False,
        description="Whether a training also fits a model of orders by periods of 30 days, which knows sales days, and shows "
        "how it does beside BG/NBD on the hold-out; it gives no score",
    )
