"""Whether the data suffice for a model at all; each lack is a code with its numbers, which reports translate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import Cuts


@dataclass(frozen=True)
class Lack:
    code: str
    values: Mapping[str, int | date]

    @classmethod
    def of(cls, code: str, **values: int | date) -> "Lack":
        return cls(code, values)

    def __str__(self) -> str:
        return _SENTENCES[self.code].format(**self.values)


_SENTENCES = {
    "no_order": "there is nothing to predict yet: nobody has done it",
    "few_days": "too few days with enough people whose {days} days have ended, one after another",
    "history": "{days} days of history before the newest training cut; {needed} are needed: wait until {ready}",
    "few_people": "{n} people at the cuts of one role; {needed} are needed",
    "few_labels": "{churned} of {n} people at the cuts of one role have the outcome; at least {needed} who have it and "
    "{needed} who have it not are needed",
}


@dataclass(frozen=True)
class Count:
    """People at some cuts, and those of them who had the label, or had it not, at one of them or more."""

    people: int
    with_label: int
    without_label: int


def history_lacks(first: date | None, cuts: Cuts, config: Propensity) -> list[Lack]:
    """What the days alone say; empty if there is enough history (formulas: model gates)."""
    if first is None:
        return [Lack.of("no_order")]
    newest = max(cuts.train)
    days, needed = (newest - first).days, config.min_history_days
    if days >= needed:
        return []
    ready = newest + timedelta(days=needed - days + 2 * (config.label_days + config.gap_days))
    return [Lack.of("history", days=max(days, 0), needed=needed, ready=ready)]


def people_lacks(counts: Mapping[str, Count], config: Propensity) -> list[Lack]:
    """What is missing among the people at the training cuts, and at the validation cut."""
    lacks = []
    for count in counts.values():
        if count.people < config.min_people:
            lacks.append(Lack.of("few_people", n=count.people, needed=config.min_people))
        elif min(count.with_label, count.without_label) < config.min_class:
            lacks.append(Lack.of("few_labels", churned=count.with_label, n=count.people, needed=config.min_class))
    return list({str(lack): lack for lack in lacks}.values())
