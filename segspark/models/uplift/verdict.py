"""What a trial says: whether the mail works better on some people, and whom to send to."""

from dataclasses import dataclass
from typing import Literal

from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.evaluate import OrderEvaluation, Policy

Audience = Literal["all", "none", "some"]


@dataclass(frozen=True)
class UpliftVerdict:
    """
    Attributes:
        effect: of the mail on average, in outcomes per mailed person.
        cost: of one mail, in units of the outcome.
        qini: Qini coefficient, in outcomes per person of the list.
        top: the effect on the first ``top_share`` of the people.
        found: whether people differ in the effect of the mail: the interval of Qini is above zero. Below zero, the
            order is worse than chance and no difference was found either.
        audience: whom to send to; ``some`` only if differences were found, and if the value of that policy is larger
            than that of everybody and of nobody by more than chance.
        policy: the one of ``some``; None for ``all`` and ``none``.
    """

    n_treated: int
    n_control: int
    effect: Estimate
    cost: float
    qini: Estimate
    top_share: float
    top: Estimate
    found: bool
    audience: Audience
    policy: Policy | None = None

    @property
    def is_effect_clear(self) -> bool:
        """Whether the average effect differs from the cost of a mail by more than chance."""
        return self.effect.low > self.cost or self.effect.high < self.cost


def decide(evaluation: OrderEvaluation, cost: float = 0.0) -> UpliftVerdict:
    """The verdict of an evaluation that was made with the same cost.

    Without a better policy everybody is mailed if the average effect is above the cost by more than chance, and nobody
    otherwise: a mail takes attention, so that one without a proven effect is not sent.
    """
    found = evaluation.qini.low > 0
    better = [p for p in evaluation.policies if min(p.over_all.low, p.over_none.low) > 0] if found else []
    policy = max(better, key=lambda p: p.value.value, default=None)
    blanket: Audience = "all" if evaluation.effect.low > cost else "none"
    return UpliftVerdict(
        n_treated=evaluation.n_treated,
        n_control=evaluation.n_control,
        effect=evaluation.effect,
        cost=cost,
        qini=evaluation.qini,
        top_share=evaluation.top_share,
        top=evaluation.top,
        found=found,
        audience="some" if policy else blanket,
        policy=policy,
    )
