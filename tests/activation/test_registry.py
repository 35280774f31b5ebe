"""The destinations that exist; without a word the first is meant."""

import pytest

from segspark.activation.registry import DESTINATIONS
from segspark.errors import ConfigError


def test_a_file_is_meant_if_nothing_is_said() -> None:
    assert DESTINATIONS.names()[0] == "csv_file"


def test_an_unknown_one_is_refused_with_what_exists() -> None:
    with pytest.raises(ConfigError, match=r"no destination 'cvs_file'. Did you mean csv_file\? There are: csv_file"):
        DESTINATIONS.find("cvs_file")
