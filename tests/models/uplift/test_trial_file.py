"""What may be declared of a trial, and what is refused with the file and the line."""

from pathlib import Path
from typing import Any

import pytest
from models.uplift.declared import TABLE, declaration, write_trial

from segspark.errors import ConfigError
from segspark.models.uplift.config import Uplift
from segspark.models.uplift.trial_file import load_trials, trial_named

TRIALS = Uplift(trials=("trials/*.yaml",))
SEND = {
    "sent_on": "2026-05-01",
    "campaigns": {"mail": ["spring"]},
    "held_out": {"file": "held_out.csv", "column": "email"},
    "measure": "n_order",
}


def loaded(folder: Path, **changed: Any) -> Any:
    write_trial(folder, declaration(**changed))
    return load_trials(TRIALS, folder)[0]


def test_a_trial_of_a_table(tmp_path: Path) -> None:
    trial = loaded(tmp_path)
    assert trial.table.before.all == ("age", "channel")
    assert (trial.cost, trial.table.delimiter, trial.send) == (0, ",", None)


def test_a_trial_of_a_send(tmp_path: Path) -> None:
    trial = loaded(tmp_path, table=None, send=SEND)
    assert (trial.send.days, trial.send.counts, trial.send.held_out.identifier) == (14, "whether", "email")


def test_nobody_has_to_declare_a_randomisation(tmp_path: Path) -> None:
    assert loaded(tmp_path, shares={}).shares == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"table": None}, "either a `table` or a `send`"),
        ({"send": SEND}, "either a `table` or a `send`"),
        ({"treated": "none"}, "the same arm"),
        ({"treated": "letter"}, r"`shares` lacks the arms \['letter'\]; it has \['mail', 'none'\]"),
        ({"shares": {"mail": 0, "none": 1}}, "shares"),
        ({"table": {**TABLE, "before": {"numbers": ["visit"]}}}, "cannot be among those of `before`"),
        ({"table": {**TABLE, "before": {}}}, "at least one is needed"),
        ({"table": {**TABLE, "before": {"numbers": ["age", "age"]}}}, "named twice"),
        ({"table": None, "send": {**SEND, "campaigns": {"none": ["spring"]}}}, "not the control arm"),
        ({"table": None, "send": {**SEND, "campaigns": {"mail": ["a"], "none": ["b"]}}}, "not the control arm"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        loaded(tmp_path, **changed)
    assert "spring.yaml" in str(raised.value)


def test_trials_are_found_by_their_names(tmp_path: Path) -> None:
    write_trial(tmp_path, declaration(name="winter"))
    write_trial(tmp_path, declaration())
    trials = load_trials(TRIALS, tmp_path)
    assert [trial.name for trial in trials] == ["spring", "winter"]
    assert trial_named(trials, "winter") is trials[1]
    with pytest.raises(ConfigError, match=r"There is no trial .autumn.\. There are: spring, winter\."):
        trial_named(trials, "autumn")


def test_two_trials_of_one_name_and_a_pattern_without_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No file matches"):
        load_trials(TRIALS, tmp_path)
    write_trial(tmp_path, declaration())
    with pytest.raises(ConfigError, match="Two trials have the name spring"):
        load_trials(Uplift(trials=("trials/*.yaml", "trials/spring.yaml")), tmp_path)
    with pytest.raises(ConfigError, match=r"There are: none. models\.uplift\.trials names"):
        trial_named(load_trials(Uplift(), tmp_path), "spring")
