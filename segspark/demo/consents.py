"""What people agreed to, and when they changed their minds."""

from dataclasses import dataclass

import numpy as np

from segspark.demo.people import People
from segspark.purposes import EMAIL_MARKETING, OPEN_TRACKING, PROFILING

NEVER = 10**6
WITHDRAWN_SHARE, GIVEN_AGAIN_SHARE, EXPIRING_SHARE = 0.03, 0.2, 0.03
# A permission with expiry is valid for this many days after sign-up.
TERM_DAYS = 730


@dataclass(frozen=True)
class Decisions:
    """One purpose, columns over people: whether granted at sign-up, and the days (or ``NEVER``) of later changes."""

    purpose: str
    is_granted: np.ndarray
    from_day: np.ndarray
    withdrawn_day: np.ndarray
    again_day: np.ndarray
    expires_day: np.ndarray

    def hold(self, who: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Whether each person's permission holds on a day; the day of sign-up does not count yet."""
        since, until = self.from_day[who], self.expires_day[who]
        is_out = (day >= self.withdrawn_day[who]) & (day <= self.again_day[who])
        result: np.ndarray = self.is_granted[who] & (day > since) & (day < until) & ~is_out
        return result


def draw_decisions(people: People, n_days: int, rng: np.random.Generator) -> dict[str, Decisions]:
    """Decisions by purpose; withdrawals are uniform over the time a person has been known within the history."""
    granted = {EMAIL_MARKETING: people.may_mail, OPEN_TRACKING: people.may_open, PROFILING: people.may_profile}
    return {purpose: _draw(purpose, may, people.joined_day, n_days, rng) for purpose, may in granted.items()}


def _draw(purpose: str, is_granted: np.ndarray, joined: np.ndarray, n_days: int, rng: np.random.Generator) -> Decisions:
    n = len(is_granted)
    fate = rng.random(n)
    withdraws = is_granted & (fate < WITHDRAWN_SHARE)
    expires = is_granted & (fate > 1 - EXPIRING_SHARE)
    known_from = np.maximum(joined, 0) + 1
    withdrawn = (known_from + rng.random(n) * np.maximum(n_days - 1 - known_from, 1)).astype(int)
    again = withdrawn + rng.integers(20, 160, n)
    gives_again = withdraws & (rng.random(n) < GIVEN_AGAIN_SHARE) & (again < n_days)
    return Decisions(
        purpose=purpose,
        is_granted=is_granted,
        from_day=joined,
        withdrawn_day=np.where(withdraws, withdrawn, NEVER),
        again_day=np.where(gives_again, again, NEVER),
        expires_day=np.where(expires, joined + TERM_DAYS, NEVER),
    )
