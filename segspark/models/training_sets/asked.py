"""What a training set is asked for: an outcome in a word, its cuts, and the columns of features; read without Spark."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from segspark.config.models import Settings
from segspark.errors import ConfigError, GateClosed
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.models.propensity.config import OwnOutcome
from segspark.models.propensity.cuts import RECENT, TRAIN, VALIDATE
from segspark.models.propensity.inputs import FEATURES
from segspark.models.propensity.outcome import Outcome, Window
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.propensity.own import column_names, outcome_of
from segspark.near import no_such
from segspark.time import DAY

# The population of an outcome that no model's section configures: as the sections have it by default.
ACTIVE_DAYS = 365
# For examples in messages, where no days were given.
_DAYS = 90
_WORD = re.compile(r"(?P<no>no_)?(?P<act>\w+)_(?P<days>[1-9]\d{0,3})d")


@dataclass(frozen=True)
class Asked:
    """A training set that can be made.

    Attributes:
        outcome: what the label says, and of whom.
        active_days: what ``{days}`` of the outcome's population stands for.
        cuts: in order.
        features: columns of the catalogue, in their order.
    """

    word: str
    outcome: Outcome
    window: Window
    active_days: int
    cuts: tuple[date, ...]
    features: tuple[str, ...]

    @property
    def population(self) -> str:
        """SQL over the features as known at the cut."""
        return self.outcome.population.replace("{days}", str(self.active_days))


def ask(
    word: str, cuts: Sequence[date], features: Sequence[str] | None, catalogue: Catalogue, settings: Settings
) -> Asked:
    """Read what is asked for.

    Args:
        word: ``<act>_<n>d`` for what is done within n days from the cut, ``no_<act>_<n>d`` for what is left undone, or an
            outcome of ``models.outcomes``, with or without days of its own.
        features: columns of stored or derived features; None is the inputs of the program's models that the workspace has.

    Raises:
        ConfigError: there is no such outcome or feature, or no cut is named.
    """
    if not cuts:
        raise ConfigError("A training set needs a cut: a day that features do not know yet, and the label begins with.")
    outcome, window, active_days = outcome_named(word, catalogue, settings)
    columns = _columns(features, catalogue)
    return Asked(word, outcome, window, active_days, tuple(sorted(set(cuts))), columns)


def outcome_named(word: str, catalogue: Catalogue, settings: Settings) -> tuple[Outcome, Window, int]:
    """The outcome, the window and the days of the population that a word stands for.

    Raises:
        UnknownName: none; with what may have been meant.
    """
    own: Mapping[str, OwnOutcome] = settings.models.outcomes
    if word in own:
        return _own(word, own[word], own[word].label_days)
    found, acts = _WORD.fullmatch(word), acts_of(catalogue)
    if found and not found["no"] and found["act"] in own:
        return _own(found["act"], own[found["act"]], int(found["days"]))
    if found is None or found["act"] not in acts:
        days = found["days"] if found else _DAYS
        known = [*own, *(f"{no}{act}_{days}d" for no in ("no_", "") for act in acts)]
        raise no_such(
            "outcome", word, known, "Write <act>_<n>d for what is done within n days from the cut, "
            "no_<act>_<n>d for what is not, or an outcome of models.outcomes.",
            listed=[*own, *(f"{act}_{days}d" for act in acts)],
        )  # fmt: skip
    measure, window = acts[found["act"]], Window(int(found["days"]))
    if found["no"]:
        for outcome in (NO_ORDER, NO_ACT):
            if outcome.measure == measure:
                return outcome, window, ACTIVE_DAYS
    return outcome_of(word, _act(measure, bool(found["no"]))), window, ACTIVE_DAYS


def _act(measure: str, is_absence: bool) -> OwnOutcome:
    """An act done or left undone, of the people whom outcomes have by default."""
    fr, en = ("aucun événement", "no event") if is_absence else ("au moins un événement", "at least one event")
    predicted = {"fr": f"{fr} de la mesure {measure}", "en": f"{en} of the measure {measure}"}
    return OwnOutcome(measure=measure, is_absence=is_absence, predicted=predicted)  # type: ignore[call-arg,arg-type]


def _own(name: str, config: OwnOutcome, days: int) -> tuple[Outcome, Window, int]:
    return outcome_of(name, config), Window(days, config.gap_days), config.active_days


def _columns(wanted: Sequence[str] | None, catalogue: Catalogue) -> tuple[str, ...]:
    known = column_names(catalogue)
    if wanted is None:
        # Ratios and counts of the model's own are no columns; whoever wants them computes them from columns.
        return tuple(
            name for name, of_model in FEATURES.items() if of_model.is_default and not of_model.sql and name in known
        )
    if not wanted:
        raise ConfigError("A training set needs a feature; without a list it gets the inputs of the program's models.")
    for name in wanted:
        if name not in known:
            raise no_such("feature", name, known, "`segspark features list` names all.")
    return tuple(dict.fromkeys(wanted))


def check_cuts(asked: Asked, as_of: date, first: date | None) -> None:
    """Check that the label of every cut is observed, and that something is known before it.

    Args:
        as_of: the newest day whose events are not known yet.
        first: first day of the history, if any.

    Raises:
        GateClosed: with the latest and the earliest cut that is possible.
    """
    window, latest = asked.window, as_of - asked.window.reach
    if first is None or first >= latest:
        raise GateClosed(
            f"The lake knows the days from {first} until {as_of - DAY}. A label of {window.days} days needs a longer history."
            if first
            else "The lake has no events yet."
        )
    late = [
        f"the label of {cut} is known on {window.end(cut)}, and the lake is as of {as_of}"
        for cut in asked.cuts
        if cut > latest
    ]
    early = [f"nothing is known before {cut}: the history begins on {first}" for cut in asked.cuts if cut <= first]
    if late or early:
        raise GateClosed(
            f"{'; '.join([*early, *late])}. Choose cuts from {first + DAY} to {latest}, which is the latest possible one."
        )


def roles_of(cuts: Sequence[date], window: Window) -> dict[date, str]:
    """What each cut is for: the newest judges, those whose windows end by it are learnt from, and those between would know
    days on which it is judged. Where no window ends by the newest cut, all are to be learnt from."""
    *earlier, newest = sorted(cuts)
    roles = {cut: TRAIN if window.end(cut) <= newest else RECENT for cut in earlier}
    if TRAIN not in roles.values():
        return dict.fromkeys(sorted(cuts), TRAIN)
    return {**roles, newest: VALIDATE}


def narrowed_to(asked: Asked, catalogue: Catalogue) -> Catalogue:
    """What must be computed: the features, what the population looks at, and the measure of the label."""
    wanted = {*asked.features, *asked.outcome.needs}
    wanted |= {f.column(f.spans[0]) for f in catalogue.of_measures if f.measure == asked.outcome.measure}
    return catalogue.narrowed(wanted)
