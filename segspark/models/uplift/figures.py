"""A trial's figures: rows for people and programs, and flat numbers and the curve for MLflow."""

from collections.abc import Mapping
from typing import Any

from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.estimate import Uplift


def named_estimates(found: Uplift) -> dict[str, Estimate]:
    """Qini coefficient, effect on the first, effect on average, and the value of mailing the share that is advised; of
    the first ``top_share`` where everybody or nobody is advised."""
    evaluation = found.evaluation
    policy = found.verdict.policy or min(evaluation.policies, key=lambda p: abs(p.share - evaluation.top_share))
    return {
        "qini": evaluation.qini,
        f"effect_top_{round(100 * evaluation.top_share)}": evaluation.top,
        "effect": evaluation.effect,
        f"policy_{round(100 * policy.share)}": policy.value,
        f"policy_{round(100 * policy.share)}_over_all": policy.over_all,
        f"policy_{round(100 * policy.share)}_over_none": policy.over_none,
    }


def rows_of(found: Uplift) -> list[dict[str, Any]]:
    """figure, value, low and high, in units of the outcome per person."""
    return [
        {"figure": name, "value": one.value, "low": one.low, "high": one.high}
        for name, one in named_estimates(found).items()
    ]


def metrics_of(found: Uplift) -> dict[str, float]:
    """Flat numbers, for MLflow; the names are those of every trial."""
    check, evaluation = found.randomised, found.evaluation
    estimates = {"qini": evaluation.qini, "effect": evaluation.effect, "effect_top": evaluation.top}
    parts = {f"{name}{end}": value for name, one in estimates.items() for end, value in _parts(one)}
    return {
        **parts,
        **{f"policy_{round(100 * policy.share)}": policy.value.value for policy in evaluation.policies},
        "found": float(found.verdict.found),
        "n_treated": float(evaluation.n_treated),
        "n_control": float(evaluation.n_control),
        "sample_ratio_p": check.ratio_p,
        "joint_p": check.joint_p,
        "arm_auc": check.auc,
        "arm_auc_p": check.auc_p,
    }


def _parts(one: Estimate) -> tuple[tuple[str, float], ...]:
    return ("", one.value), ("_low", one.low), ("_high", one.high)


def curve_document(found: Uplift) -> Mapping[str, Any]:
    """The Qini curve at every hundredth of the people."""
    curve = found.evaluation.curve
    return {"share": [round(float(s), 4) for s in curve.share], "gain": [float(g) for g in curve.gain]}


def qini_figure(found: Uplift, outcome: str) -> Any:
    """The curve, and the line of a random order, as a figure of matplotlib.

    Args:
        outcome: its name in the plural.
    """
    # Without pyplot, whose state is global to the process.
    from matplotlib.figure import Figure

    curve = found.evaluation.curve
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(100 * curve.share, 100 * curve.gain, label="by expected effect")
    axes.plot([0, 100], [0, 100 * curve.gain[-1]], linestyle="--", color="grey", label="random order")
    axes.set(xlabel="% of people mailed, largest expected effect first", ylabel=f"{outcome} added per 100 people")
    axes.set_title(f"Qini {found.evaluation.qini}")
    axes.legend()
    return figure
