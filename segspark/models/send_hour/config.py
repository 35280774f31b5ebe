"""What may be configured of the send hour: ``models.send_hour``."""

from pydantic import Field

from segspark.config.models import Model

# People of a group share a histogram. Hours on a phone are others than those at a desk, and the device is known before
# there are any groups of behaviour.
GROUP = "preferred_device"
OUTPUT = "send_hour"


class SendHour(Model):
    """The hour at which each person clicks, where it is another one than the list's."""

    trained: bool = Field(
        False,
        description="Whether a training fits it. A version in use has each day's run read the clicks of `days` days",
    )
    days: int = Field(365, ge=28, le=1095, description="Clicks of so many days count")
    min_probability: float = Field(
        0.9,
        gt=0.5,
        lt=1,
        description="An hour of one's own is given if it is better than the list's with this probability",
    )
    min_gain: float = Field(
        1.5, ge=1, description="And if so many times the clicks are expected around it as around the list's hour"
    )
    max_people: int = Field(
        100_000,
        ge=1000,
        description="Of more people with clicks a part is looked at by the training; everybody is scored",
    )
    seed: int = Field(42, description="Of the bootstrap")
