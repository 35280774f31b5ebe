"""Estimate the effect of a mail from a declared trial, and log it: asked for by hand, and no part of a day's run."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.models.artifact_places import check_place
from segspark.models.uplift.config import UPLIFT
from segspark.models.uplift.estimate import DEFAULT, Method, Uplift, estimate_uplift
from segspark.models.uplift.figures import rows_of
from segspark.models.uplift.logged import log_trial
from segspark.models.uplift.sentences import sentences
from segspark.models.uplift.trial import Assigned
from segspark.models.uplift.trial_file import TrialFile, TrialSend, load_trials, trial_named
from segspark.models.uplift.trial_table import read_trial_table
from segspark.pipeline.view import Question, look
from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.refusals import say_refusal
from segspark.reports.texts import Texts
from segspark.sections import Reason


@dataclass(frozen=True)
class Answer:
    """What a trial says.

    Attributes:
        sentences: of the answer, or of why there is none.
        rows: figure, value, low, high; none for a refusal.
        reasons: codes of a refusal.
    """

    trial: str
    is_refused: bool
    sentences: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    reasons: tuple[str, ...]
    run_id: str


def list_trials(workspace: Workspace) -> list[dict[str, Any]]:
    """trial, treated, control, outcome and kind of each declared trial."""
    return [
        {
            "trial": trial.name,
            "treated": trial.treated,
            "control": trial.control,
            "outcome": trial.called.fr if workspace.language == "fr" else trial.called.en,
            "people": "a table" if trial.table else "a send",
        }
        for trial in load_trials(workspace.models.of(UPLIFT), workspace.folder)
    ]


def estimate_trial(workspace: Workspace, name: str, language: str | None = None, method: Method = DEFAULT) -> Answer:
    """Read the people of a trial, estimate on whom its mail works, and log a run of MLflow. A refusal is an answer.

    Args:
        language: of the sentences; the workspace's by default.

    Raises:
        ConfigError: there is no such trial, or its file or its data are not as declared.
    """
    trial = trial_named(load_trials(workspace.models.of(UPLIFT), workspace.folder), name)
    check_place(workspace.mlflow)
    people = read_people(workspace, trial)
    found = people if isinstance(people, tuple) else _estimated(trial, people, method)
    said = tuple(_said(found, trial, workspace, "en" if (language or workspace.language) == "en" else "fr"))
    names = () if isinstance(people, tuple) else people.names
    run_id = log_trial(workspace.mlflow, trial, names, found, said, method)
    if isinstance(found, Uplift):
        return Answer(name, False, said, tuple(rows_of(found)), (), run_id)
    return Answer(name, True, said, (), tuple(reason.code for reason in found), run_id)


def read_people(workspace: Workspace, trial: TrialFile) -> Assigned | tuple[Reason, ...]:
    """Everybody of a trial; or why its people cannot be looked at."""
    if trial.table is not None:
        return read_trial_table(trial.table, trial.table.file.below(workspace.folder))
    assert trial.send is not None
    return _read_send(workspace, trial.send, trial.control)


def _read_send(workspace: Workspace, send: TrialSend, control: str) -> Assigned | tuple[Reason, ...]:
    # A trial in a table needs no Spark.
    from segspark.models.uplift.trial_send import NEEDS, READS, read_trial_send
    from segspark.spark.environment import check_environment
    from segspark.spark.session import session_for
    from segspark.tables.open import with_session

    check_environment(workspace.lake, writes=False)
    lake = with_session(workspace, session_for(workspace, f"segspark {workspace.name} uplift"))
    with look(Question("uplift", READS, NEEDS), workspace, lake, send.sent_on) as view:
        return read_trial_send(view, send, control, send.held_out.file.below(workspace.folder))


def _estimated(trial: TrialFile, people: Assigned, method: Method) -> Uplift | tuple[Reason, ...]:
    found = estimate_uplift(
        people.arms, people.outcome, people.features, trial.shares, trial.treated, trial.control, trial.seed, trial.cost,
        method,
    )  # fmt: skip
    return found if isinstance(found, Uplift) else found.reasons


def _said(found: Uplift | tuple[Reason, ...], trial: TrialFile, workspace: Workspace, language: Language) -> list[str]:
    texts, formats = Texts(language), Formats(language, workspace.currency)
    if isinstance(found, Uplift):
        return [texts.said(words) for words in sentences(found.verdict, trial.called.model_dump())]
    least = workspace.segments.least_shown
    return [say_refusal(reason, date.today(), texts, formats, least) for reason in found]
