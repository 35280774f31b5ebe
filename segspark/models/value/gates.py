"""Why the data do not suffice for a model of customer value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from segspark.models.model import Refused
from segspark.models.value.config import CustomerValue

_SAID = {
    "no_order": "there is no order yet",
    "history": "{days} days since the first order; {needed} are needed: wait until {ready}",
    "few_repeat": "{n} buyers with orders on two days; {needed} are needed",
    "no_repeats": "nobody has ordered on two days",
    "no_spending": "nobody with orders on two days has spent anything",
    "no_mean": "a few amounts are so large that the mean of an order has no end",
    "no_convergence": "the search for the most likely parameters has not ended",
    "flat_likelihood": "very different parameters are about as likely: the buyers differ too little, or are too few",
}


@dataclass(frozen=True)
class Gate:
    """A code with its numbers, which reports translate. Days are text, as they are stored."""

    code: str
    values: Mapping[str, int | float | str]

    @classmethod
    def of(cls, code: str, **values: int | float | str) -> "Gate":
        return cls(code, values)

    def __str__(self) -> str:
        return _SAID[self.code].format(**self.values)


def check_gates(n_repeat: int, first: date | None, as_of: date, config: CustomerValue) -> list[Gate]:
    """Why no model can be fitted to the buyers of a day; empty if one can.

    Args:
        n_repeat: buyers with orders on two days.
        first: day of the first order of all.
    """
    if first is None:
        return [Gate.of("no_order")]
    gates = []
    days, needed = (as_of - first).days, config.min_history_days
    if days < needed:
        ready = as_of + timedelta(days=needed - days)
        gates.append(Gate.of("history", days=days, needed=needed, ready=ready.isoformat()))
    if n_repeat < config.min_repeat_buyers:
        gates.append(Gate.of("few_repeat", n=n_repeat, needed=config.min_repeat_buyers))
    return gates


def refusal(gates: list[Gate]) -> Refused:
    reasons = tuple({"code": gate.code, "values": dict(gate.values)} for gate in gates)
    return Refused("refused: " + "; ".join(map(str, gates)), reasons)
