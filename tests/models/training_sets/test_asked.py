"""What may be asked for, and what is answered where it may not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_workspace

from segspark.config.models import Settings
from segspark.errors import ConfigError, GateClosed, UnknownName
from segspark.features.catalogue import build_catalogue
from segspark.models.propensity.config import OwnOutcome
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.training_sets.asked import ask, check_cuts, narrowed_to, outcome_named, roles_of

CATALOGUE = build_catalogue((7, 30, 90, 365))
CUT, DAYS = date(2026, 1, 1), timedelta(days=1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = make_workspace(tmp_path_factory.mktemp("asked") / "w").settings
    returns = OwnOutcome(measure="n_refund", label_days=14, gap_days=2, active_days=100)  # type: ignore[call-arg]
    models = settings.models.model_copy(update={"outcomes": {"gives_back": returns}})
    return settings.model_copy(update={"models": models})


def test_without_an_order_is_the_outcome_of_the_program_with_its_people(settings: Settings) -> None:
    assert outcome_named("no_order_45d", CATALOGUE, settings) == (NO_ORDER, Window(45), 365)
    assert ask("no_order_45d", [CUT], None, CATALOGUE, settings).population == "days_since_order <= 365"


@pytest.mark.parametrize(
    ("word", "measure", "is_absence", "days"),
    [("order_30d", "n_order", False, 30), ("no_visit_60d", "n_web", True, 60), ("click_7d", "n_click", False, 7)],
)
def test_every_measure_is_an_act_done_or_left_undone(
    settings: Settings, word: str, measure: str, is_absence: bool, days: int
) -> None:
    outcome, window, _ = outcome_named(word, CATALOGUE, settings)
    assert (outcome.measure, outcome.is_absence, window) == (measure, is_absence, Window(days))
    assert outcome.population == "(days_since_active <= {days})"
    assert outcome.words.predicted["en"] == (
        f"{'no event' if is_absence else 'at least one event'} of the measure {measure} within the next {{days}} days"
    )


def test_an_outcome_of_the_workspace_has_its_own_window_unless_days_are_given(settings: Settings) -> None:
    outcome, window, active = outcome_named("gives_back", CATALOGUE, settings)
    assert (outcome.measure, window, active) == ("n_refund", Window(14, 2), 100)
    assert outcome_named("gives_back_30d", CATALOGUE, settings)[1] == Window(30, 2)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("no_ordr_90d", "no_order_90d"), ("orders", "order_90d"), ("givesback", "gives_back"), ("order_0d", "order_90d")],
)
def test_another_word_is_answered_with_what_may_be_meant(settings: Settings, word: str, meant: str) -> None:
    with pytest.raises(UnknownName) as error:
        outcome_named(word, CATALOGUE, settings)
    assert meant in str(error.value).partition("There are")[0]
    assert "no_<act>_<n>d" in str(error.value)


def test_cuts_are_in_order_once_and_features_as_named(settings: Settings) -> None:
    wanted = ("n_order_30d", "days_since_order", "n_order_30d")
    asked = ask("order_30d", [CUT + DAYS, CUT, CUT], wanted, CATALOGUE, settings)
    assert (asked.cuts, asked.features) == ((CUT, CUT + DAYS), ("n_order_30d", "days_since_order"))


def test_without_a_list_the_inputs_of_the_models_are_taken_and_no_opens(settings: Settings) -> None:
    features = ask("order_30d", [CUT], None, CATALOGUE, settings).features
    assert {"days_since_order", "n_click_90d"} <= set(features)
    assert "overdue" not in features
    assert not [name for name in features if "open" in name]


@pytest.mark.parametrize(
    ("cuts", "features", "said"),
    [([], None, "needs a cut"), ([CUT], ["n_ordr_30d"], "Did you mean n_order_30d"), ([CUT], [], "needs a feature")],
)
def test_what_cannot_be_made_is_refused(settings: Settings, cuts: Any, features: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ask("order_30d", cuts, features, CATALOGUE, settings)


def test_a_label_that_is_not_observed_names_the_latest_possible_cut(settings: Settings) -> None:
    asked = ask("order_30d", [CUT], None, CATALOGUE, settings)
    first = CUT - 10 * DAYS
    check_cuts(asked, CUT + 30 * DAYS, first)
    with pytest.raises(GateClosed, match=r"known on 2026-01-31, .* to 2025-12-31, which is the latest possible one"):
        check_cuts(asked, CUT + 29 * DAYS, first)
    with pytest.raises(GateClosed, match="nothing is known before 2026-01-01: the history begins on 2026-01-01"):
        check_cuts(asked, CUT + 40 * DAYS, CUT)
    with pytest.raises(GateClosed, match="needs a longer history"):
        check_cuts(asked, CUT + 9 * DAYS, CUT)
    with pytest.raises(GateClosed, match="no events yet"):
        check_cuts(asked, CUT, None)


def test_the_days_of_a_gap_belong_to_the_label(settings: Settings) -> None:
    asked = ask("gives_back", [CUT], None, CATALOGUE, settings)
    check_cuts(asked, CUT + 16 * DAYS, CUT - DAYS)
    with pytest.raises(GateClosed):
        check_cuts(replace(asked, cuts=(CUT,)), CUT + 15 * DAYS, CUT - DAYS)


def test_what_is_learnt_from_ends_before_what_judges_begins() -> None:
    cuts = [CUT, CUT + 10 * DAYS, CUT + 30 * DAYS]
    assert roles_of(cuts, Window(30)) == {cuts[0]: "train", cuts[1]: "recent", cuts[2]: "validate"}
    assert roles_of(cuts[:1], Window(30)) == {CUT: "train"}
    # With windows that overlap nothing can be judged.
    assert roles_of(cuts[:2], Window(30)) == {CUT: "train", cuts[1]: "train"}


def test_what_is_computed_holds_the_label_and_the_population(settings: Settings) -> None:
    asked = ask("no_visit_30d", [CUT], ["n_click_30d"], CATALOGUE, settings)
    narrow = narrowed_to(asked, CATALOGUE)
    assert {"n_click", "n_web", "n_active"} <= {measure.name for measure in narrow.measures}
    assert "days_since_active" in {derived.name for derived in narrow.derived}
