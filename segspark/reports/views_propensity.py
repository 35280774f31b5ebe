"""The section about a model of propensity: its figures, its table of metrics, and its verdict."""

import math

from segspark.models.evaluate.evaluation import Evaluation
from segspark.models.evaluate.judgement import CROSS_VALIDATED, HELD_OUT, NEXT_CUT
from segspark.models.propensity.documents import PropensityDocuments
from segspark.models.propensity.sections import PropensityQuality
from segspark.reports import charts, group_figures, views
from segspark.reports.page import Page

Metric = tuple[str, str, str, str]
HOW = {NEXT_CUT: "how_next_cut", HELD_OUT: "how_held_out", CROSS_VALIDATED: "how_cross_validated"}


def how_key(documents: PropensityDocuments) -> str:
    """The text on who was judged; models of earlier releases were judged on a later cut."""
    return HOW[documents.review.judged.how if documents.review else NEXT_CUT]


def verdict(documents: PropensityDocuments) -> tuple[str, str]:
    """Class and text: good only where everything that is asked for is met, and no figure shown denies it."""
    ours, recency, review = documents.model, documents.recency, documents.review
    if ours.pr_auc <= recency.pr_auc:
        return "bad", "verdict_worse"
    is_better = (
        ours.roc_auc >= recency.roc_auc and ours.rarer_lift >= recency.rarer_lift and ours.brier <= recency.brier
    )
    is_open = review is None or all(gate.is_open for gate in review.gates)
    return ("good", "verdict_better") if is_better and is_open else ("", "verdict_mixed")


def propensity_figures(content: PropensityQuality, page: Page) -> list[group_figures.Figure]:
    """Lift and reliability by tenth; none where some tenth has too few people of either kind to be shown."""
    formats, texts = page.formats, page.texts
    documents = content.documents
    tenths, by_recency = (views.open_tenths(e, page.least) for e in (documents.model, documents.recency))
    deciles = [d for d in tenths if all(map(math.isfinite, (d.lift, d.rate, d.mean_score)))]
    baseline = [d for d in by_recency if math.isfinite(d.lift)]
    if not deciles:
        return []
    did = content.said(content.words.did, formats.language)
    reliability = charts.reliability_chart(deciles, formats, texts)
    return [
        (texts("lift"), charts.lift_chart(deciles, baseline, formats, texts), texts("lift_note", did=did)),
        (texts("calibration"), reliability, texts("calibration_note")),
    ]


def propensity_metrics(content: PropensityQuality, page: Page) -> list[Metric]:
    """Name, value, the baseline's value and how to read it."""
    formats, texts, documents = page.formats, page.texts, content.documents
    model, recency = documents.model, documents.recency
    rarer = content.words.did if model.is_label_rarer else content.words.did_not
    values = {
        "pr_auc": {"rate": formats.number(views.open_rate(model, page.least), 3)},
        "roc_auc": {"half": formats.number(0.5, 1)},
        "rarer_lift": {"rarer": content.said(rarer, formats.language)},
        "brier": {},
    }
    digits = {"pr_auc": 3, "roc_auc": 3, "rarer_lift": 1, "brier": 3}

    def value(of: Evaluation, name: str) -> float | None:
        is_hidden = name == "rarer_lift" and not views.open_tenths(of, page.least)
        return None if is_hidden else float(getattr(of, name))

    rows = [
        (
            texts(name),
            formats.number(value(model, name), n),
            formats.number(value(recency, name), n),
            texts(f"{name}_note", **values[name]),
        )
        for name, n in digits.items()
    ]
    return [*rows, *_reviewed(documents, page)]


def _reviewed(documents: PropensityDocuments, page: Page) -> list[Metric]:
    """What only a review knows."""
    if documents.review is None:
        return []
    formats, texts, judged = page.formats, page.texts, documents.review.judged
    loss, calibration = judged.log_loss, judged.calibration
    recency = judged.baselines.get("recency")
    interval = f"{formats.number(loss.low, 3)} – {formats.number(loss.high, 3)}"
    return [
        (
            texts("log_loss"),
            formats.number(loss.value, 3),
            formats.number(recency.log_loss if recency else None, 3),
            texts("log_loss_note", interval=interval),
        ),
        (
            texts("calibration_excess"),
            formats.number(calibration.excess, 3),
            formats.number(None, 3),
            texts("calibration_excess_note", by_chance=formats.number(calibration.by_chance, 3)),
        ),
    ]
