"""A snapshot's groups from end to end: fitted, described, rare people found, everybody assigned; one small list."""

from datetime import date

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.config.models import Clustering, Rare
from segspark.models.clustering.behaviour import Behaviour, TooFew, active_people, train_behaviour, with_behaviour
from segspark.models.clustering.rare import fit_rare, load_rare

N = 400
INPUTS = ("n_order_365d", "n_click_90d", "tenure_days")


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    """Two large groups, a dozen people who are alike and like nobody else, two oddities, and ten who never did anything."""
    rng = np.random.default_rng(3)
    rows: list[tuple[str, float, float, float, date | None]] = []
    for at in range(N):
        base = (10, 2, 900) if at % 2 else (1, 30, 100)
        rows.append(
            (f"{at * 104729 % 16**6:06x}", *(float(max(0, b + rng.normal() * b / 12)) for b in base), date(2026, 1, 1))
        )
    rows += [(f"fe{at:04x}", 60.0 + at / 10, 90.0 + at / 10, 2000.0, date(2026, 1, 1)) for at in range(12)]
    rows += [("fd0001", 90.0, 0.0, 5.0, date(2026, 1, 1)), ("fd0002", 0.0, 95.0, 2900.0, date(2026, 1, 1))]
    rows += [(f"fc{at:04x}", 0.0, 0.0, 400.0, None) for at in range(10)]
    frame = spark.createDataFrame(
        rows, "person_id string, n_order_365d double, n_click_90d double, tenure_days double, last_active_date date"
    )
    return frame.localCheckpoint()


@pytest.fixture(scope="module")
def fitted(people: DataFrame) -> Behaviour:
    found = train_behaviour(people, CONFIG, date(2026, 6, 1))
    assert isinstance(found, Behaviour)
    return found


CONFIG = Clustering(features=INPUTS, k_min=2, k_max=4, outliers="none", scaling="zscore")  # type: ignore[call-arg]


def test_groups_are_those_that_are_there_and_their_sizes_are_everybodys(fitted: Behaviour) -> None:
    assert fitted.n_people == N + 14
    assert sum(g.n_people for g in fitted.groups) == N + 14
    assert sorted(g.n_people for g in fitted.groups)[-2:] >= [N // 2, N // 2]
    assert [r.k for r in fitted.fitted.sweep] == [2, 3, 4]
    assert len(fitted.fitted.hierarchy.joins) == fitted.fitted.k - 1
    assert np.average(fitted.fitted.centres, axis=0, weights=[g.n_people for g in fitted.groups]) == pytest.approx(
        fitted.mean
    )


def test_rare_people_have_a_group_oddities_none_and_the_rest_are_usual(people: DataFrame, fitted: Behaviour) -> None:
    """The stored points alone decide, on the rows of a day; who never did anything is no oddity."""
    config = Rare(eps=0.5, min_samples=5)  # type: ignore[call-arg]
    model, points, labels, document = fit_rare(fitted.values, fitted.n_people, fitted.fitted.centres, config)
    assert (document.method, document.on_far, document.n_fitted, document.n_groups) == ("dbscan", False, N + 14, 1)
    assert document.n_noise == int((labels == -1).sum()) >= 2
    restored = load_rare(document.as_dict(), model.density)
    assigned = with_behaviour(fitted.model, people, fitted.fitted.centres, restored)
    found = {r["person_id"]: r for r in assigned.collect()}
    rare = {found[f"fe{at:04x}"]["rare"] for at in range(12)}
    assert len(rare) == 1
    assert rare < set(model.keys)
    assert {found[i]["rare"] for i in ("fd0001", "fd0002")} == {"dbscan:unusual"}
    assert {found[f"fc{at:04x}"]["rare"] for at in range(10)} == {"dbscan:usual"}
    assert sum(r["rare"] == "dbscan:usual" for r in found.values()) > 0.9 * N
    assert found["fd0001"]["centre_distance"] > fitted.far_distance


def test_of_too_many_people_only_the_far_ones_are_fitted_and_the_row_says_so(
    people: DataFrame, fitted: Behaviour
) -> None:
    # The limit is far below what the configuration allows, so that a small list is too large.
    config = Rare(eps=0.5, min_samples=5).model_copy(update={"max_points": 30})  # type: ignore[call-arg]
    # The dozen would be near to a centre of their own.
    centres = [g.centre for g in fitted.groups if g.n_people > 50]
    model, points, _, document = fit_rare(fitted.values, fitted.n_people, centres, config)
    assert (document.on_far, len(points)) == (True, 30)
    found = with_behaviour(fitted.model, people, centres, model)
    keys = {r["person_id"]: r["rare"] for r in found.where(F.col("person_id").startswith("f")).collect()}
    assert keys["fe0003"] in {k for k in model.keys if not k.endswith("usual")}
    assert keys["fd0001"] == "dbscan_far:unusual"
    assert {r["rare"] for r in found.where(F.col("centre_distance") < document.far_distance).collect()} == {
        "dbscan_far:usual"
    }


def test_parts_say_where_groups_were_merged(people: DataFrame, fitted: Behaviour) -> None:
    everybody = [7] * fitted.fitted.k
    merged = with_behaviour(fitted.model, active_people(people), fitted.fitted.centres, None, ("prediction", everybody))
    assert {r["cluster"] for r in merged.select("cluster").distinct().collect()} == {7}


def test_few_people_are_no_groups(people: DataFrame) -> None:
    assert isinstance(train_behaviour(people.limit(5), CONFIG, date(2026, 6, 1)), TooFew)
