"""What a model must show before its scores are used; each gate with its figure and its bound."""

from segspark.models.evaluate.judgement import Judgement
from segspark.models.promotion import GateResult
from segspark.models.propensity.config import Trees


def gates_of(judged: Judgement, config: Trees) -> tuple[GateResult, ...]:
    """The gates of a judged model (formulas: model gates).

    A baseline closes its gate only where the interval of the difference leaves no room for a better model: gates of
    loss ask for a mean that is better, as does the tenth of the people where the rarer outcome is most likely.
    """
    calibration = judged.calibration
    found = [
        GateResult(
            "calibration",
            calibration.excess,
            config.max_calibration_error,
            calibration.excess <= config.max_calibration_error,
            {"n": judged.n, "error": calibration.error, "by_chance": calibration.by_chance},
        ),
        GateResult(
            "skill",
            judged.brier_skill.value,
            0.0,
            judged.brier_skill.is_above_zero,
            {"low": judged.brier_skill.low, "high": judged.brier_skill.high},
        ),
    ]
    for name, baseline in judged.baselines.items():
        gain = baseline.log_loss_gain
        found.append(GateResult(f"loss_{name}", gain.value, 0.0, gain.value > 0, {"low": gain.low, "high": gain.high}))
    simple = judged.baselines.get("recency")
    if simple is not None:
        best = simple.top_tenth_rate
        found.append(
            GateResult("top_tenth", judged.top_tenth_rate, best, judged.top_tenth_rate >= best, {"n": judged.n})
        )
    return tuple(found)
