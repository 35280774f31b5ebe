"""Every text is used, and stands in both languages with the same values."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import segspark
from segspark.api.words import UNITS, WORDS
from segspark.query.curve import Direction

ROOM = Path(segspark.__file__).parent / "api"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_every_text_with_the_same_values() -> None:
    for key, (fr, en) in {**WORDS, **UNITS}.items():
        assert fr, key
        assert en, key
        assert fields(fr) == fields(en), key


def test_no_text_is_left_over() -> None:
    code = " ".join(path.read_text("utf-8") for path in ROOM.glob("*.py") if path.name != "words.py")
    used = set(re.findall(r'"([a-z_]+)"', code))
    # The side of a curve is the key of its axis.
    assert set(WORDS) - used - set(get_args(Direction)) == set()
