"""The version that a table's description names."""

from dataclasses import replace

import pytest

from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.stamp import stamp_of, version_in


@pytest.mark.parametrize("version", [1, 2, 10])
def test_the_version_of_a_stamp_is_read_back(version: int) -> None:
    for contract in ALL:
        assert version_in(stamp_of(replace(contract, version=version))) == version


@pytest.mark.parametrize("description", [None, "", "Made by hand", "Contract version two.", "Contract version 2"])
def test_another_description_names_none(description: str | None) -> None:
    assert version_in(description) is None


def test_a_stamp_fits_into_a_statement() -> None:
    assert not [contract.name for contract in ALL if "'" in stamp_of(contract)]
