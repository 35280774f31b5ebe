"""The mapping of a source, as far as it is known before a file is read."""

import pytest

from segspark.errors import ConfigError
from segspark.sources.mapped import compile_mapping
from segspark.sources.spec import Source


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    records = [
        {"target": "orders", "columns": {"orderd_at": "at", "amount": "cast(x as int)"}},
        {"target": "consents", "columns": {"purpose": "p", "value": "v", "effective_at": "e"}},
    ]
    with pytest.raises(ConfigError) as refused:
        compile_mapping(Source(name="orders", kind="mapped", path="*.csv", format="csv", records=records))
    said = str(refused.value)
    assert "did you mean ordered_at?" in said
    assert "lacks ordered_at" in said
    assert "cast" in said
    assert "lacks an identifier" in said
