"""A snapshot's groups from end to end: fitted, described, rare people found, everybody assigned; one small list."""

from datetime import date

import numpy as np
import pytest
from models.clustering.few_people import CONFIG, N, computed
from pyspark.sql import DataFrame

from segspark.models.clustering.behaviour import Behaviour, NoGroups, active_people, train_behaviour, with_behaviour


def test_groups_are_those_that_are_there_and_their_sizes_are_everybodys(fitted: Behaviour) -> None:
    assert fitted.n_people == N + 14
    assert sum(g.n_people for g in fitted.groups) == N + 14
    assert sorted(g.n_people for g in fitted.groups)[-2:] >= [N // 2, N // 2]
    assert [r.k for r in fitted.fitted.sweep] == [2, 3, 4]
    assert len(fitted.fitted.hierarchy.joins) == fitted.fitted.k - 1
    assert np.average(fitted.fitted.centres, axis=0, weights=[g.n_people for g in fitted.groups]) == pytest.approx(
        fitted.mean
    )


def test_parts_say_where_groups_were_merged(people: DataFrame, fitted: Behaviour) -> None:
    everybody = [7] * fitted.fitted.k
    merged = with_behaviour(fitted.model, active_people(people), fitted.fitted.centres, None, ("prediction", everybody))
    assert {r["cluster"] for r in merged.select("cluster").distinct().collect()} == {7}


def test_few_people_are_no_groups(people: DataFrame) -> None:
    refused = train_behaviour(people.limit(5), CONFIG, date(2026, 6, 1), computed, 20)
    assert isinstance(refused, NoGroups)
    assert refused.reasons == ({"code": "few_active", "values": {"n": 5, "needed": 20}},)


def test_if_no_number_of_groups_passes_the_figures_of_each_are_the_refusal(
    people: DataFrame, fitted: Behaviour
) -> None:
    refused = train_behaviour(people, CONFIG, date(2026, 6, 1), computed, N)
    assert isinstance(refused, NoGroups)
    assert [r["code"] for r in refused.reasons] == ["groups"] * 3
    for reason, row in zip(refused.reasons, fitted.fitted.sweep, strict=True):
        values = reason["values"]
        assert (values["k"], values["min_people"], "size" in values["failed"]) == (row.k, N, True)
        assert values["stability"] == pytest.approx(row.stability, abs=0.001)
        assert values["silhouette"] == pytest.approx(row.silhouette, abs=0.001)
