"""What groups are made of: which features, how missing values are filled, which are taken as logarithms."""

import pytest

from segspark.config.models import Clustering
from segspark.errors import ConfigError
from segspark.models.clustering.inputs import configured
from segspark.models.prepare import Input

INPUTS = (Input("a", 0.0, log=True), Input("b", 7.0))


def test_missing_values_are_filled_as_configured() -> None:
    a, b = configured(INPUTS, Clustering(imputation="nearest", imputation_of={"b": 3}))
    assert (a.impute, b.impute, b.fill) == ("nearest", "constant", 3.0)
    a, b = configured(INPUTS, Clustering(imputation_of={"a": "median"}, log=("b",)))
    assert (a.impute, a.log, b.impute, b.fill, b.log) == ("median", False, "constant", 7.0, True)


def test_a_feature_that_is_none_of_the_inputs_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"name \['c'\]; the groups are made of \['a', 'b'\]"):
        configured(INPUTS, Clustering(imputation_of={"c": "nearest"}))
