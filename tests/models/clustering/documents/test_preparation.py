"""The numbers of the inputs as they are stored."""

import json
from dataclasses import replace

import numpy as np
from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import PREPARATION

from segspark.models.clustering.documents.preparation import Preparation, z_scores
from segspark.models.prepare import Input, fit_preparation


@given(PREPARATION)
def test_what_is_written_is_read_as_it_was(document: Preparation) -> None:
    assert Preparation.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["preparation.json"]
    assert text(Preparation.from_json(content).to_json()) == text(content)


def test_the_first_models_moved_every_outlier_to_the_end_of_its_range() -> None:
    preparation = Preparation.from_json(stored("first")["preparation.json"])
    assert {f.winsorise for f in preparation.features} == {True}
    assert preparation.nearest is None


def test_the_numbers_are_those_that_the_fit_gave() -> None:
    # What the pipeline applies is written field by field, in the order of its own values.
    columns = {"a": np.array([1.0, 2.0, np.nan, 8.0]), "b": np.array([0.0, 1.0, 2.0, 3.0])}
    inputs = [Input("a", impute="nearest"), Input("b", 0.0, log=True)]
    fitted = fit_preparation(columns, inputs, neighbours=1).as_dict()
    preparation = Preparation.from_json(fitted)
    assert text(preparation.to_json()) == text(fitted)
    assert preparation.nearest is not None
    assert preparation.nearest.reference[2][0] is None


def test_a_point_lies_as_far_from_the_mean_as_its_weight_says() -> None:
    features = Preparation.from_json(stored("today")["preparation.json"]).features
    assert z_scores(features, [1.0, 0.0], [2.0, 0.5]) == {"n_order_365d": 1.0, "n_click_90d": 0.5}
    heavy = replace(features[0], weight=2.0)
    assert z_scores([heavy], (1.0,), (2.0,)) == {"n_order_365d": 0.5}
