"""The learning curve: what models of fewer people know of the people judged, so that one sees whether more would help."""

from segspark.models.evaluate.calibration import crossfitted
from segspark.models.evaluate.judgement import LearningPoint
from segspark.models.evaluate.probabilities import losses, roc_auc
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.fit import Trees, fit_trees, scored_by
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.judged import Scored, read_scored

SHARES = (1 / 8, 1 / 4, 1 / 2)


def learning_curve(frozen: Frozen, config: Propensity, full: Trees, judged: Scored) -> tuple[LearningPoint, ...]:
    """Fits of rising shares of the people of the training cuts, with the configured trees; the last one is the fit that
    is judged. A share without a row of each label to learn from is left out.

    Args:
        full: the fit of everybody, and ``judged`` what it says.
    """
    cuts = frozen.cuts
    points = []
    for share in SHARES:
        if share * frozen.of(cuts.train) < config.min_people:
            continue
        trees = fit_trees(frozen.rows, cuts.train, frozen.of(cuts.train), config, share)
        scored = scored_by(trees.model, frozen.at(cuts.validate))
        found = read_scored(scored, frozen.inputs, frozen.n_rows[cuts.validate])
        points.append(_point(share, trees, found))
    return (*points, _point(1.0, full, judged))


def _point(share: float, trees: Trees, scored: Scored) -> LearningPoint:
    p = crossfitted(scored.p, scored.y, scored.fold)
    return LearningPoint(share, trees.n_rows, roc_auc(p, scored.y), float(losses(p, scored.y).mean()))
