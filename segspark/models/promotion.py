"""Whether a newly fitted model takes the place of the one in use: one rule for all models, as a function of values.

A challenger becomes champion if all its gates are open and, where there is a champion,

- the contest does not favour the champion: both are scored on the same frozen rows, and the 95 % interval of the mean
  difference of their losses does not lie above zero. By how much champions have become worse since the best one,
  summed over the contests, is limited by ``MOST_CONCEDED``; else each model of a chain could be a little worse than the
  one before it, and none ever significantly;
- without a contest its recorded metric is at least the champion's. There is no tolerance, for the same reason. Models
  of groups rank by the day of their training: two groupings have no common outcome to be scored on, measures of shape on
  different people are no comparison, groups follow the list, and matching carries their names across. So their own
  gates decide, which are fixed bounds that no chain of fits can get below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

Alias = Literal["champion", "challenger"]
CHAMPION: Alias = "champion"
CHALLENGER: Alias = "challenger"
# Nats per person of log-loss: half of the smallest step that a review would call worse.
MOST_CONCEDED = 0.005


@dataclass(frozen=True)
class GateResult:
    """What a model must reach before anybody uses it.

    Attributes:
        code: which gate; reports translate it.
        value, bound: what was measured and what it was held against.
        values: further numbers of the gate's sentence.
    """

    code: str
    value: float | str | None
    bound: float | str | None
    is_open: bool
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_reason(self) -> dict[str, Any]:
        """A closed gate as the record of a run holds it."""
        return {"code": self.code, "values": {"value": self.value, "bound": self.bound, **self.values}}


@dataclass(frozen=True)
class Contest:
    """Two models scored on the same frozen rows.

    Attributes:
        n: rows.
        challenger_loss, champion_loss: mean losses, lower is better.
        low, high: 95 % interval of the mean difference challenger - champion, by a paired bootstrap.
    """

    n: int
    challenger_loss: float
    champion_loss: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.challenger_loss - self.champion_loss


class Challenger(Protocol):
    """What a decision looks at of a fitted model, see ``models.model.Fitted``."""

    @property
    def gates(self) -> tuple[GateResult, ...]: ...

    @property
    def allow_champion(self) -> bool: ...

    @property
    def contest(self) -> Callable[[Any], Contest | None] | None: ...

    @property
    def ranks_by(self) -> str: ...

    @property
    def ranking(self) -> float: ...


@dataclass(frozen=True)
class Champion:
    """The version in use, as far as a decision looks at it.

    Attributes:
        ranking: its recorded value of the challenger's ranking metric; None if it recorded none.
        conceded: how much worse it is than the best champion before it, summed over the contests in between.
        contest: the two on the same rows; None if there is no contest or the version cannot be scored any more.
    """

    version: str
    ranking: float | None = None
    conceded: float = 0.0
    contest: Contest | None = None


@dataclass(frozen=True)
class Decision:
    """Which alias a version gets, and why.

    Attributes:
        code: the reason; ``values`` are its numbers, as plain data.
        conceded: what the version carries on as champion.
    """

    alias: Alias
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    conceded: float = 0.0

    @property
    def is_promoted(self) -> bool:
        return self.alias == CHAMPION

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.code].format(**self.values)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "sentence": self.sentence}


_SENTENCES = {
    "no_champion": "no version is in use",
    "forced": "promoted by force, although {against}",
    "gates": "gates are closed: {closed}",
    "baseline": "it is worse than its baseline",
    "won": "on the same {n} rows it is better than version {version}: the loss differs by {difference:+.4f} "
    "[{low:+.4f}, {high:+.4f}]",
    "drawn": "on the same {n} rows it is not clearly worse than version {version}: the loss differs by "
    "{difference:+.4f} [{low:+.4f}, {high:+.4f}]",
    "lost": "on the same {n} rows it is worse than version {version}: the loss differs by {difference:+.4f} "
    "[{low:+.4f}, {high:+.4f}]",
    "conceded": "on the same {n} rows the loss differs from version {version} by {difference:+.4f} [{low:+.4f}, "
    "{high:+.4f}]; that may be chance, but with what was conceded before it is {conceded:.4f}, more than {most}",
    "not_scored": "version {version} cannot be scored on the rows of today",
    "ranks": "its {metric} of {ranking:.4f} is at least that of version {version}, {of_champion:.4f}",
    "ranks_below": "its {metric} of {ranking:.4f} is below that of version {version}, {of_champion:.4f}",
    "not_ranked": "version {version} recorded no {metric}",
}


def decide(fitted: Challenger, champion: Champion | None, force: bool = False) -> Decision:
    """Whether a fitted model becomes champion.

    Args:
        champion: the version in use on the day of the training; None if there is none.
        force: promote it whatever speaks against it, which the decision names.
    """
    decision = _decided(fitted, champion)
    if decision.is_promoted or not force:
        return decision
    return Decision(CHAMPION, "forced", {"against": decision.sentence})


def _decided(fitted: Challenger, champion: Champion | None) -> Decision:
    closed = closed_gates(fitted.gates)
    if closed:
        return Decision(CHALLENGER, "gates", {"closed": ", ".join(closed)})
    if not fitted.allow_champion:
        return Decision(CHALLENGER, "baseline")
    if champion is None:
        return Decision(CHAMPION, "no_champion")
    if champion.contest is not None:
        return _by_contest(champion, champion.contest)
    if fitted.contest is not None:
        return Decision(CHAMPION, "not_scored", {"version": champion.version})
    return _by_rank(fitted, champion)


def closed_gates(gates: Sequence[GateResult]) -> list[str]:
    """Closed gates in words."""
    return [f"{gate.code} ({gate.value}, bound {gate.bound})" for gate in gates if not gate.is_open]


def _by_contest(champion: Champion, contest: Contest) -> Decision:
    values = {**asdict(contest), "difference": contest.difference, "version": champion.version}
    if not contest.low <= 0:
        # A difference that is no number is no reason to change anything.
        return Decision(CHALLENGER, "lost", values)
    conceded = max(0.0, champion.conceded + contest.difference)
    if contest.high < 0:
        return Decision(CHAMPION, "won", values, conceded)
    if not conceded <= MOST_CONCEDED:
        return Decision(CHALLENGER, "conceded", {**values, "conceded": conceded, "most": MOST_CONCEDED})
    return Decision(CHAMPION, "drawn", values, conceded)


def _by_rank(fitted: Challenger, champion: Champion) -> Decision:
    values: dict[str, Any] = {"metric": fitted.ranks_by, "version": champion.version}
    if champion.ranking is None:
        return Decision(CHAMPION, "not_ranked", values)
    values |= {"ranking": fitted.ranking, "of_champion": champion.ranking}
    if fitted.ranking >= champion.ranking:
        return Decision(CHAMPION, "ranks", values)
    return Decision(CHALLENGER, "ranks_below", values)
