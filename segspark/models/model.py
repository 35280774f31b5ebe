"""What a model is: a value that is trained, registered, and gives columns of people or scores."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from segspark.config import models as config

C = TypeVar("C", bound=config.Model)


@dataclass(frozen=True)
class Former:
    """A key at the top of older files, and the key below the model's section that it is today; empty: the section."""

    key: str
    below: str = ""


@dataclass(frozen=True)
class Model(Generic[C]):
    """A model that a workspace may have trained.

    Attributes:
        name: its section below ``models``, and the end of its registered name.
        config: the type of its section.
        formerly: where its configuration stood.
    """

    name: str
    config: type[C]
    formerly: tuple[Former, ...] = ()
