"""How far the shares of a population have moved."""

from collections.abc import Sequence

import numpy as np

# An empty bin would make the index infinite. With one in ten thousand in its place a bin that fills up to a tenth of the
# people counts .69, well above an alarm, and one stray person in a thousand counts .002.
LEAST_SHARE = 1e-4


def psi(expected_shares: Sequence[float], found_shares: Sequence[float]) -> float:
    """The population stability index: sum of (found - expected) * ln(found / expected) over bins.

    It is the symmetric divergence of Jeffreys (1946); as an index of scorecards see Lewis (1992), An Introduction to
    Credit Scoring, and Siddiqi (2006), Credit Risk Scorecards, who also gives the levels .1 and .25.

    Args:
        expected_shares, found_shares: of the same bins, in the same order.
    """
    expected, found = (np.maximum(np.asarray(s, dtype=float), LEAST_SHARE) for s in (expected_shares, found_shares))
    return float(((found - expected) * np.log(found / expected)).sum())
