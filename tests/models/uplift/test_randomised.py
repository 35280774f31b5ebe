"""A send counts as randomised only if it was declared and nothing speaks against it."""

from collections.abc import Callable

import numpy as np
import pytest
from models.uplift.trials import fit_line
from scipy.stats import mannwhitneyu, norm

from segspark.models.uplift.randomised import (
    NotRandomised,
    Randomised,
    check_randomised,
    joint_p,
    sample_ratio,
    told_apart,
)

HALVES = {"mail": 0.5, "none": 0.5}
THIRDS = {"a": 1 / 3, "b": 1 / 3, "none": 1 / 3}


def people(seed: int, n: int = 3000) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, rng.normal(size=(n, 4))


def arms_of(is_mailed: np.ndarray) -> np.ndarray:
    return np.where(is_mailed, "mail", "none")


def codes(found: Randomised | NotRandomised) -> list[str]:
    return [reason.code for reason in found.reasons] if isinstance(found, NotRandomised) else []


def test_a_random_send_passes_in_two_arms_and_in_three() -> None:
    rng, features = people(1)
    features[rng.random(features.shape) < 0.1] = np.nan
    found = check_randomised(arms_of(rng.random(3000) < 0.5), features, HALVES, seed=1)
    assert isinstance(found, Randomised)
    assert sum(found.sizes.values()) == 3000
    assert 0.45 < found.auc < 0.55
    assert codes(check_randomised(rng.choice(list(THIRDS), 3000), features, THIRDS, seed=1, fit=fit_line)) == []


def test_nobody_declared_it() -> None:
    rng, features = people(2)
    assert codes(check_randomised(arms_of(rng.random(3000) < 0.5), features, {}, seed=1)) == ["not_declared"]


def test_an_arm_that_is_not_declared_is_named() -> None:
    rng, features = people(2)
    found = check_randomised(rng.choice(["mail", "none", "late"], 3000), features, HALVES, seed=1)
    assert isinstance(found, NotRandomised)
    assert found.reasons[0].values == {"arms": "late"}


def test_small_arms_and_arms_of_other_sizes_are_refused() -> None:
    rng, features = people(3)
    assert codes(check_randomised(arms_of(np.arange(3000) < 400), features, HALVES, seed=1)) == [
        "few_in_arm",
        "sample_ratio",
    ]
    mailed = rng.random(3000) < 0.2
    assert codes(check_randomised(arms_of(mailed), features, HALVES, seed=1, fit=fit_line)) == ["sample_ratio"]
    assert codes(check_randomised(arms_of(mailed), features, {"mail": 1, "none": 4}, seed=1, fit=fit_line)) == []


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        # Active people were mailed more often: means differ, and trees tell the arms too.
        (lambda x: 0.5 + 0.1 * np.tanh(x), ["features_differ", "arm_is_told"]),
        # The middle was mailed more often: the means are alike, and only the classifier sees it.
        (lambda x: np.where(np.abs(x) < 0.67, 0.6, 0.4), ["arm_is_told"]),
    ],
)
def test_a_send_that_chose_its_people_is_refused(
    share: Callable[[np.ndarray], np.ndarray], expected: list[str]
) -> None:
    rng, features = people(4, 6000)
    found = check_randomised(arms_of(rng.random(6000) < share(features[:, 2])), features, HALVES, seed=1)
    assert codes(found) == expected


def test_whoever_is_unknown_to_one_arm_only_is_seen() -> None:
    rng, features = people(5)
    mailed = rng.random(3000) < 0.5
    features[mailed & (rng.random(3000) < 0.1), 0] = np.nan
    assert "features_differ" in codes(check_randomised(arms_of(mailed), features, HALVES, seed=1, fit=fit_line))


def test_the_sample_ratio_by_hand() -> None:
    # (60 - 50)^2 / 50 twice is 4, and chi-square with one degree of freedom exceeds 4 in 4.55 % of cases.
    assert sample_ratio({"mail": 60, "none": 40}, {"mail": 1, "none": 1}) == pytest.approx(0.0455, abs=1e-4)


def test_the_joint_test_is_uniform_under_randomisation_and_ignores_copies() -> None:
    p = []
    for seed in range(200):
        rng, features = people(seed, 300)
        wide = np.column_stack([features, features[:, 0] * 5, np.ones(300)])
        mailed = rng.random(300) < 0.3
        p.append(joint_p(mailed, features))
        assert joint_p(mailed, wide) == pytest.approx(p[-1], rel=1e-6)
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.06)
    assert np.mean(p) == pytest.approx(0.5, abs=0.07)


def test_features_without_any_difference_tell_nothing() -> None:
    mailed = np.arange(1000) % 2 == 0
    assert joint_p(mailed, np.ones((1000, 2))) == 1.0
    assert told_apart(mailed, np.ones((1000, 2)), fit_line, 1)[1] > 0.01


def test_wins_of_folds_are_those_of_mann_and_whitney() -> None:
    # A fixed score has the same scale in every fold: AUC and z are nearly those of all pairs, and z is divided by the
    # square root of two for cross-fitting.
    rng = np.random.default_rng(3)
    mailed = rng.random(4000) < 0.5
    score = np.round(rng.normal(size=(4000, 1)) + 0.1 * mailed[:, None], 1)
    auc, p = told_apart(mailed, score, lambda x, y: lambda rows: rows[:, 0], 1)
    whole = mannwhitneyu(score[mailed, 0], score[~mailed, 0], alternative="greater", use_continuity=False)
    assert auc == pytest.approx(whole.statistic / (mailed.sum() * (~mailed).sum()), abs=0.005)
    assert norm.isf(p) == pytest.approx(norm.isf(whole.pvalue) / np.sqrt(2), abs=0.1)


def test_a_classifier_that_has_nothing_to_find_is_hardly_ever_sure() -> None:
    p = []
    for seed in range(150):
        rng, features = people(seed, 400)
        p.append(told_apart(rng.random(400) < 0.5, features, fit_line, seed)[1])
    # 5 % of 150; twelve or more would be rare. With the variance of fixed orders there are 19.
    assert np.sum(np.array(p) < 0.05) <= 12
