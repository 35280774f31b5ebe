"""What may be configured of randomised trials: ``models.uplift``."""

from dataclasses import dataclass

from pydantic import Field

from segspark.config.models import Model
from segspark.config.places import LocalPattern


class Uplift(Model):
    """Randomised trials, from which the effect of a mail is estimated when somebody asks."""

    trials: tuple[LocalPattern, ...] = Field((), description="Patterns of trial files, e.g. trials/*.yaml")


@dataclass(frozen=True)
class Section:
    """A section below ``models`` of what is no model: nothing is trained or registered."""

    name: str
    config: type[Uplift]


UPLIFT = Section("uplift", Uplift)
