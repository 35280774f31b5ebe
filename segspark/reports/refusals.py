"""Why a model was refused, in words."""

from datetime import date

from segspark.reports.formats import Formats
from segspark.reports.small_groups import show
from segspark.reports.texts import TEXTS, Texts
from segspark.sections import People, Reason


def say_refusal(reason: Reason | str, day: date, texts: Texts, formats: Formats, least: int) -> str:
    """The text of a refusal: by its code if there is a text for it, else as it is. What was to come by the day is said to
    have come.

    Args:
        least: smaller groups of people are not told.
    """
    if isinstance(reason, str):
        return reason
    key = f"refused_{reason.code}"
    ready = reason.values.get("ready")
    if isinstance(ready, date) and ready <= day and f"{key}_over" in TEXTS:
        key = f"{key}_over"
    if key not in TEXTS:
        values = {name: value.n if isinstance(value, People) else value for name, value in reason.values.items()}
        return ", ".join([reason.code, *(f"{name} = {value}" for name, value in values.items())])
    return texts(key, **{name: _written(value, formats, least) for name, value in reason.values.items()})


def _written(value: int | float | date | str | People, formats: Formats, least: int) -> str:
    if isinstance(value, People):
        return formats.people(show(value.n, least))
    if isinstance(value, date):
        return formats.day(value)
    return value if isinstance(value, str) else formats.number(value, 0 if isinstance(value, int) else 3)
