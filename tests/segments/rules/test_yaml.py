"""Conditions as YAML: text, lists, mappings; what is none is refused."""

from typing import Any

import pytest

from segspark.segments.rules.yaml import parse_condition
from segspark.segments.validation_errors import DefinitionError


@pytest.mark.parametrize(
    "said", ["n >=", "drop table x", "n >= 3; n < 2", "sum(n) > 3", "n in (select 1)", "", {"some": ["n = 1"]}, 7]
)
def test_what_is_no_condition_is_refused_with_what_to_write(said: Any) -> None:
    with pytest.raises(DefinitionError):
        parse_condition(said)
