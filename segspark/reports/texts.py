"""All texts of the report in both languages; French spacing is added here, not typed."""

import re
from dataclasses import dataclass

from segspark.reports import (
    texts_card,
    texts_groups,
    texts_intake,
    texts_page,
    texts_propensity,
    texts_schemes,
    texts_send_hour,
    texts_uplift,
    texts_value,
)
from segspark.reports.data import Language
from segspark.reports.formats import NARROW, NO_BREAK
from segspark.sections import Words

PARTS = (
    texts_page, texts_schemes, texts_groups, texts_propensity, texts_value, texts_uplift, texts_send_hour, texts_intake,
    texts_card,
)  # fmt: skip
# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {key: pair for part in PARTS for key, pair in part.TEXTS.items()}

_SPACE_BEFORE = re.compile(r" ([:;!?»%])")
_SPACE_AFTER = re.compile(r"« ")


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, filled with values; the values are plain text, escaped on output."""
        return self.say(TEXTS[key], **values)

    def say(self, pair: tuple[str, str], **values: object) -> str:
        """A text given in French and English, filled with values."""
        text = pair[0 if self.language == "fr" else 1]
        return (_typeset(text) if self.language == "fr" else text).format(**values)

    def said(self, words: Words) -> str:
        """A text of a scheme or a model, in this language."""
        return _typeset(words["fr"]) if self.language == "fr" else words["en"]


def words_of(key: str) -> Words:
    """The text of a key in both languages."""
    return dict(zip(("fr", "en"), TEXTS[key], strict=True))


def _typeset(text: str) -> str:
    """Make the blanks of French punctuation non-breaking: narrow before ; ! ?, full before : » % and after «."""
    spaced = _SPACE_BEFORE.sub(lambda m: (NARROW if m[1] in ";!?" else NO_BREAK) + m[1], text)
    return _SPACE_AFTER.sub(f"«{NO_BREAK}", spaced)
