"""Whether a send was randomised; where it was not, no uplift is computed.

People whom a marketer chose to mail differ from the others anyway, and a difference of outcomes says nothing of the
mail. Three things are asked of a send: its arms and their shares were declared, the arms have the declared sizes (a
sample-ratio check: Fabijan et al. 2019), and what was known before the send does not tell the arms apart. For the
last there are two tests: a joint chi-square of all differences of means (Hansen and Bowers 2008), and a classifier
two-sample test (Lopez-Paz and Oquab 2017), which also finds differences of shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, chisquare, norm, rankdata

from segspark.models.uplift.folds import CROSS_FITTED_VARIANCE, folds_of
from segspark.models.uplift.trees import Fit, fit_trees
from segspark.sections import Reason

# A sound send is refused once in a thousand for each test; the usual level of sample-ratio checks.
LEVEL = 0.001
LEAST_PEOPLE = 500
N_FOLDS = 5
# Directions of the covariance with less of its largest spread than this are copies of others.
NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Randomised:
    """Nothing speaks against the declared randomisation.

    Attributes:
        sizes: arm -> people.
        ratio_p: p-value of the sample-ratio check.
        joint_p: smallest p-value of the joint tests of means, one test per arm, times their number.
        auc: of telling the arm from features out of fold, for the arm that is told best; 0.5 is chance.
        auc_p: its p-value, times the number of tests.
    """

    sizes: Mapping[str, int]
    ratio_p: float
    joint_p: float
    auc: float
    auc_p: float


@dataclass(frozen=True)
class NotRandomised:
    """Why no uplift is computed."""

    reasons: tuple[Reason, ...]


def check_randomised(
    arms: np.ndarray,
    features: np.ndarray,
    declared: Mapping[str, float],
    seed: int,
    fit: Fit | None = None,
) -> Randomised | NotRandomised:
    """Look for signs that the arms of a send are not random.

    Args:
        arms: the arm of each person, of all arms of the send.
        features: one row per person, known before the send; NaN where unknown.
        declared: arm -> its share of the send; the shares are scaled to 1. Empty if nobody declared a randomisation.
        fit: the classifier's regression; boosted trees by default.
    """
    if len(declared) < 2:
        return NotRandomised((Reason("not_declared", {"n_arms": len(declared)}),))
    unknown = sorted(set(np.unique(arms).tolist()) - set(declared))
    if unknown:
        return NotRandomised((Reason("undeclared_arms", {"arms": ", ".join(unknown)}),))
    sizes = {arm: int(np.sum(arms == arm)) for arm in declared}
    few = [
        Reason("few_in_arm", {"arm": a, "n": n, "needed": LEAST_PEOPLE}) for a, n in sizes.items() if n < LEAST_PEOPLE
    ]
    ratio_p = sample_ratio(sizes, declared)
    if ratio_p < LEVEL:
        few.append(Reason("sample_ratio", {"p": ratio_p}))
    if few:
        return NotRandomised(tuple(few))
    # With two arms either test says the same of both.
    asked = list(declared)[1:] if len(declared) == 2 else list(declared)
    joint = {arm: joint_p(arms == arm, features) for arm in asked}
    told = {arm: told_apart(arms == arm, features, fit or fit_trees(seed), seed) for arm in asked}
    worst, told_best = min(joint, key=joint.__getitem__), min(told, key=lambda arm: told[arm][1])
    joint_least = min(1.0, len(asked) * joint[worst])
    auc, auc_p = told[told_best][0], min(1.0, len(asked) * told[told_best][1])
    reasons = []
    if joint_least < LEVEL:
        reasons.append(Reason("features_differ", {"arm": worst, "p": joint_least}))
    if auc_p < LEVEL:
        reasons.append(Reason("arm_is_told", {"arm": told_best, "auc": auc, "p": auc_p}))
    return NotRandomised(tuple(reasons)) if reasons else Randomised(sizes, ratio_p, joint_least, auc, auc_p)


def sample_ratio(sizes: Mapping[str, int], declared: Mapping[str, float]) -> float:
    """p-value of the chi-square test of the arms' sizes against their declared shares."""
    shares = np.array([declared[arm] for arm in sizes], dtype=float)
    counted = np.array(list(sizes.values()), dtype=float)
    return float(chisquare(counted, counted.sum() * shares / shares.sum()).pvalue)


def joint_p(in_arm: np.ndarray, features: np.ndarray) -> float:
    """p-value of all differences of means between an arm and the other people at once.

    Whether a value is unknown is a feature too. The covariance is that of all people together, as under randomisation.
    """
    columns = _complete(features)
    one, other = columns[in_arm], columns[~in_arm]
    centred = columns - columns.mean(axis=0)
    spreads, directions = np.linalg.eigh(centred.T @ centred / (len(columns) - 1))
    kept = spreads > NO_SPREAD * max(float(spreads.max(initial=0.0)), NO_SPREAD)
    if not kept.any():
        return 1.0
    apart = (one.mean(axis=0) - other.mean(axis=0)) @ directions[:, kept]
    statistic = float(np.sum(apart**2 / spreads[kept])) / (1 / len(one) + 1 / len(other))
    return float(chi2.sf(statistic, int(kept.sum())))


def _complete(features: np.ndarray) -> np.ndarray:
    """Columns of like spread without NaN, and one more for each column that has unknown values."""
    unknown = np.isnan(features)
    known = np.where(unknown, 0.0, features)
    counts = np.maximum((~unknown).sum(axis=0), 1)
    means = known.sum(axis=0) / counts
    filled = np.where(unknown, means, features)
    spreads = filled.std(axis=0)
    scaled = (filled - means) / np.where(spreads > 0, spreads, 1.0)
    return np.column_stack([scaled, unknown[:, unknown.any(axis=0)].astype(float)])


def told_apart(in_arm: np.ndarray, features: np.ndarray, fit: Fit, seed: int) -> tuple[float, float]:
    """How well features tell an arm out of fold: AUC, and the one-sided p-value that it is chance.

    Pairs of people are compared within a fold only, as scores of different fits have no common scale. Given the scores
    of a fold, whoever is in the arm is a random draw under randomisation: the variance is that of Mann and Whitney's U
    over all permutations, ties included, times that of cross-fitting.
    """
    wins = expected = variance = pairs = 0.0
    for rows, test in folds_of(in_arm, N_FOLDS, seed):
        score = fit(features[rows], in_arm[rows].astype(float))(features[test])
        inside, n = in_arm[test], len(test)
        n_in = int(inside.sum())
        n_out = n - n_in
        ranks = rankdata(score)
        _, ties = np.unique(score, return_counts=True)
        wins += float(ranks[inside].sum()) - n_in * (n_in + 1) / 2
        expected += n_in * n_out / 2
        variance += n_in * n_out / 12 * (n + 1 - float(np.sum(ties.astype(float) ** 3 - ties)) / (n * (n - 1)))
        pairs += n_in * n_out
    if variance == 0:
        return 0.5, 1.0
    return wins / pairs, float(norm.sf((wins - expected) / np.sqrt(CROSS_FITTED_VARIANCE * variance)))
