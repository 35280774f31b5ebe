"""A sentence of a card as plain text in both languages: the notes of the report's sections take no values.

Numbers of people have no form here, because a note cannot hide the small ones; sentences that are noted leave them to tables.
"""

from datetime import date

from segspark.models.card import Percent, Said, Value
from segspark.sections import Number, Words


def noted(said: Said) -> Words:
    """The sentence with its values filled in.

    Raises:
        TypeError: a value has no form in a note.
    """
    return {
        language: text.format(**{name: _written(value, language) for name, value in said.values.items()})
        for language, text in said.words.items()
    }


def _written(value: Value, language: str) -> str:
    is_french = language == "fr"
    match value:
        case Number(figure, digits) if figure is not None:
            text = f"{figure:.{digits}f}"
            return text.replace(".", ",") if is_french else text
        case Percent(share):
            text = f"{share:.0%}"
            return text.replace("%", " %") if is_french else text
        case date():
            return f"{value:%d/%m/%Y}" if is_french else value.isoformat()
        case str():
            return value
    raise TypeError(f"a note cannot hold {value!r}")
