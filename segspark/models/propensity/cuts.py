"""Past days on which people are looked at, so that what they did afterwards is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from segspark.models.propensity.outcome import Window
from segspark.time import DAY

TRAIN, RECENT, VALIDATE = "train", "recent", "validate"


@dataclass(frozen=True)
class Cuts:
    """Attributes:
    train: those whose windows end by the validation cut: no day is used in both.
    validate: the newest cut whose window has ended. What is fitted to ``train`` is judged on it.
    recent: between the two; with ``validate`` they are used by the model that is published, not by the one judged.
    """

    train: tuple[date, ...]
    validate: date
    recent: tuple[date, ...] = ()

    @property
    def all(self) -> list[date]:
        return sorted((*self.train, *self.recent, self.validate))

    @property
    def roles(self) -> Mapping[date, str]:
        """Each cut with what it is for."""
        return {
            **dict.fromkeys(self.train, TRAIN),
            **dict.fromkeys(self.recent, RECENT),
            self.validate: VALIDATE,
        }

    @property
    def calibrate(self) -> date:
        """The newest training cut: the newest ended window on the day of the validation cut."""
        return max(self.train)

    def before_calibration(self, window: Window) -> tuple[date, ...]:
        """The training cuts whose windows end by the newest training cut; empty in a short history."""
        return tuple(cut for cut in self.train if window.end(cut) <= self.calibrate)


def is_month_known(cuts: Cuts) -> bool:
    """Whether the month of the validation cut was trained on in two years or more: of one year, a month is the name of a
    cut, and a model that splits by it learns how that one went."""
    return len({cut.year for cut in cuts.train if cut.month == cuts.validate.month}) >= 2


def cuts_among(days: Sequence[date], as_of: date, window: Window, n_most: int) -> Cuts | None:
    """The cuts among days on which something happened, such as those of a campaign family's sends; None if no two of them
    have windows that end one after the other.

    Args:
        n_most: of training cuts.
    """
    ended = [day for day in sorted(days) if window.end(day) <= as_of]
    if not ended:
        return None
    validate = ended[-1]
    train = [day for day in ended if window.end(day) <= validate]
    if not train:
        return None
    recent = [day for day in ended if train[-1] < day < validate]
    return Cuts(tuple(train[-n_most:]), validate, tuple(recent[-n_most:]))


def choose_cuts(
    as_of: date, window: Window, n_most: int, step_days: int, first: date | None = None, least_history: int = 0
) -> Cuts:
    """The cuts for a model made on a day.

    Args:
        n_most: of training cuts.
        step_days: between two cuts.
        first: first day of the history, if any.
        least_history: days of history that a training cut needs before it; the newest one is always among the cuts.
    """
    validate = as_of - window.reach
    newest = validate - window.reach
    step = step_days * DAY
    every = [newest - n * step for n in range(n_most)]
    train = [c for c in every if c == newest or first is None or (c - first).days >= least_history]
    between = [validate - n * step for n in range(1, (validate - newest).days // step_days + 1)]
    return Cuts(tuple(sorted(train)), validate, tuple(sorted(cut for cut in between if cut > newest)))
