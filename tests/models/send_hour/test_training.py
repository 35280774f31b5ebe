"""The send hour trained, registered and scored on a small list for real."""

from pathlib import Path

import numpy as np
import pytest
from builders import rows_of, step_of
from models.send_hour.clicking_shop import BY_MACHINE, DAY, PEOPLE, WITHDRAWN, Shop, open_shop
from pyspark.sql import SparkSession

from segspark.app.train import TRAIN, _registered
from segspark.models.model import Fitted, Refused, Trained
from segspark.models.registered import registered_name
from segspark.models.sections import read_state
from segspark.models.send_hour.documents import HourDocuments
from segspark.models.send_hour.hour_model import HourModel
from segspark.models.send_hour.model import SEND_HOUR
from segspark.models.send_hour.sections import hour_sections
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import Question, look
from segspark.pseudonyms import Pseudonymiser
from segspark.scoring.flow import SCORES
from segspark.sections import Table
from segspark.tables.contracts import gold, silver
from segspark.tables.lake_key import open_key


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_shop(spark, tmp_path_factory.mktemp("hours") / "w", own=True)


@pytest.fixture(scope="module")
def fitted(shop: Shop) -> Fitted:
    found = SEND_HOUR.train(step_of(TRAIN, shop.workspace, shop.lake, DAY), ())
    assert isinstance(found, Fitted), found
    return found


def person_ids(shop: Shop) -> list[str]:
    """Of everybody, in the order of their numbers."""
    pseudonyms = Pseudonymiser(open_key(shop.workspace))
    people = {r["identifier_id"]: r["person_id"] for r in rows_of(shop.lake, silver.IDENTITY_LINKS)}
    return [people[pseudonyms.identifier_id("email", f"p{n}@example.com") or ""] for n in range(PEOPLE)]


def test_it_is_fitted_to_the_human_clicks_of_those_who_permit_it(shop: Shop, fitted: Fitted) -> None:
    documents = fitted.documents
    assert isinstance(documents, HourDocuments)
    assert documents.n_people == PEOPLE - 1
    # A click of each hour of a day counts once, so half of the clicks are left; one more spread over all hours.
    permitting = np.delete(shop.counts, WITHDRAWN, axis=0).sum(axis=0) + 1 / 24
    np.testing.assert_allclose(documents.model["of_list"], permitting / permitting.sum(), rtol=1e-9)
    assert documents.held_out.over_list.low > 0.5
    assert fitted.metrics["share_published"] > 0.5
    assert fitted.gates[0].is_open
    assert HourDocuments.from_files(documents.to_files()) == documents


def test_a_days_scores_are_the_hours_of_the_registered_version(shop: Shop, fitted: Fitted) -> None:
    step = step_of(TRAIN, shop.workspace, shop.lake, DAY)
    version = _registered(step, registered_name(shop.workspace.name, SEND_HOUR), SEND_HOUR, fitted)
    run_flow(SCORES, shop.workspace, shop.lake, DAY)
    found = {r["person_id"]: r for r in rows_of(shop.lake, gold.SCORES) if r["score"] == "send_hour"}
    documents = fitted.documents
    assert isinstance(documents, HourDocuments)
    model, ids = HourModel.from_dict(documents.model), person_ids(shop)
    expected = model.hours_of(shop.counts, [""] * PEOPLE)
    has_own = [n for n in range(PEOPLE) if not np.isnan(expected[n]) and n != WITHDRAWN]
    assert {n: found[ids[n]]["value"] for n in has_own} == {n: expected[n] for n in has_own}
    assert set(found) == {ids[n] for n in has_own}
    # Whoever likes 18:00 has it; a machine's clicks at 3 are nobody's hour.
    assert found[ids[11 + 16]]["value"] == 18
    assert BY_MACHINE in has_own
    assert expected[BY_MACHINE] == 7
    assert {r["model_version"] for r in found.values()} == {f"small_send_hour/{version}"}

    question = Question("report", ("ops.runs",))
    state = read_state(look(question, shop.workspace, shop.lake), SEND_HOUR, DAY)
    assert isinstance(state, Trained)
    (section,) = hour_sections(state)
    assert isinstance(section.content, Table)


def test_people_who_click_when_everybody_does_have_no_hours(spark: SparkSession, tmp_path: Path) -> None:
    shop = open_shop(spark, tmp_path / "w", own=False)
    found = SEND_HOUR.train(step_of(TRAIN, shop.workspace, shop.lake, DAY), ())
    assert isinstance(found, Refused)
    assert found.note.startswith("refused: the hours of each person predict later clicks no better than the list's do")
    assert [reason["code"] for reason in found.reasons] == ["no_better_than_list"]
