"""Render the report as one self-contained HTML page and write it to disk."""

import math
from datetime import date
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segspark.config.url import Url
from segspark.models.churn.documents import ChurnDocuments
from segspark.models.churn.sections import ChurnQuality
from segspark.models.evaluate.evaluation import Evaluation
from segspark.points import point
from segspark.reports import charts, group_charts, group_figures, views, views_groups
from segspark.reports.contents import sections_of
from segspark.reports.data import ReportData
from segspark.reports.formats import Formats
from segspark.reports.kpi_columns import kpi_columns
from segspark.reports.labels import feature_label, not_contactable_label, scheme_label
from segspark.reports.page import Page
from segspark.reports.palette import group_class, heat_step, odds_step, palette_css
from segspark.reports.reasons import explain_reason
from segspark.reports.small_groups import share_of, show
from segspark.reports.tables import table_rows
from segspark.reports.takeaways import take_away
from segspark.reports.texts import TEXTS, Texts
from segspark.sections import Missing, Reason, Refused
from segspark.store import store_of_file

# Of the glossary, in the order of its texts.
TERMS = tuple(key.removeprefix("term_") for key in TEXTS if key.startswith("term_"))


def render_report(data: ReportData) -> str:
    """The page of a day, in the data's language.

    Returns:
        HTML with its styles and pictures inside; it reads nothing from the network and runs no script. Equal data
        give equal text.
    """
    environment = Environment(
        loader=PackageLoader("segspark.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formats = Formats(data.language, data.currency)
    texts = Texts(data.language)
    page = Page(formats, texts, data.min_group)
    environment.globals.update(
        t=texts,
        f=formats,
        show=show,
        share_of=share_of,
        views=views,
        views_groups=views_groups,
        heat_step=heat_step,
        odds_step=odds_step,
        group_class=group_class,
        kpi_columns=lambda table: kpi_columns(table, data.language),
        table_rows=lambda table: table_rows(table, data.min_group, formats),
        interval_chart=lambda name, title, lines: group_charts.interval_chart(name, title, lines, formats, texts),
        churn_figures=lambda churn: _churn_figures(churn, page),
        churn_metrics=lambda churn: _churn_metrics(churn, page),
        churn_verdict=_churn_verdict,
    )
    drawings = (group_figures.k_figures, group_figures.why_k, group_figures.group_figures, group_figures.migration_view,
                group_figures.distances)  # fmt: skip
    environment.globals.update({draw.__name__: partial(draw, page=page) for draw in drawings})
    environment.tests.update(
        missing=lambda content: isinstance(content, Missing), refused=lambda content: isinstance(content, Refused)
    )
    environment.filters.update(
        feature=lambda name: feature_label(name, data.language),
        scheme=lambda key: scheme_label(key, data.language),
        unreachable=lambda reason: not_contactable_label(reason, data.language),
        explain=lambda reason: explain_reason(reason, data.language),
        refusal=lambda reason: _refusal(reason, data.as_of, formats, texts),
        said=texts.said,
        in_language=lambda words: words[data.language],
        measured=lambda value, column: formats.unit(value, column.unit, column.place.digits),
    )
    return environment.get_template("report.html").render(
        data=data,
        sections=sections_of(data),
        terms=TERMS,
        palette=Markup(palette_css()),
        takeaways=take_away(data, formats, texts),
    )


def write_report(html: str, place: Url | Path) -> str:
    """Write the page whole: a reader sees the old page or the new one, never half of one. Returns where it is."""
    store, name = store_of_file(place)
    point("report_made")
    store.replace(name, html.encode())
    return store.url_of(name)


def _churn_figures(churn: ChurnQuality, page: Page) -> list[group_figures.Figure]:
    formats, texts = page.formats, page.texts
    tenths, by_recency = (views.open_tenths(e, page.least) for e in (churn.documents.model, churn.documents.recency))
    deciles = [d for d in tenths if all(map(math.isfinite, (d.lift, d.rate, d.mean_score)))]
    baseline = [d for d in by_recency if math.isfinite(d.lift)]
    drawn = []
    if deciles:
        drawn.append((texts("lift"), charts.lift_chart(deciles, baseline, formats, texts), texts("lift_note")))
        reliability = charts.reliability_chart(deciles, formats, texts)
        drawn.append((texts("calibration"), reliability, texts("calibration_note")))
    return drawn


def _churn_metrics(churn: ChurnQuality, page: Page) -> list[tuple[str, str, str, str]]:
    """Name, value, the baseline's value and how to read it."""
    formats, texts = page.formats, page.texts
    rate = views.open_rate(churn.documents.model, page.least)
    values = {"rate": formats.number(rate, 3), "half": formats.number(0.5, 1)}
    lift = "lift_of_none" if churn.documents.model.is_label_rarer else "lift_of_orders"
    digits = {"pr_auc": 3, "roc_auc": 3, lift: 1, "brier": 3}

    def value(of: Evaluation, name: str) -> float | None:
        if name != lift:
            return float(getattr(of, name))
        return of.rarer_lift if views.open_tenths(of, page.least) else None

    return [
        (
            texts(name),
            formats.number(value(churn.documents.model, name), n),
            formats.number(value(churn.documents.recency, name), n),
            texts(f"{name}_note", **(values if "{" in TEXTS[f"{name}_note"][0] else {})),
        )
        for name, n in digits.items()
    ]


def _churn_verdict(churn: ChurnDocuments) -> tuple[str, str]:
    """Class and text: good only where each figure that the section shows is at least as good as recency's."""
    ours, recency = churn.model, churn.recency
    if ours.pr_auc <= recency.pr_auc:
        return "bad", "verdict_worse"
    is_better = (
        ours.roc_auc >= recency.roc_auc and ours.rarer_lift >= recency.rarer_lift and ours.brier <= recency.brier
    )
    return ("good", "verdict_better") if is_better else ("", "verdict_mixed")


def _refusal(reason: Reason | str, day: date, formats: Formats, texts: Texts) -> str:
    """The text of a refusal: by its code if there is a text for it, else as it is. What was to come by the page's day is
    said to have come."""
    if isinstance(reason, str):
        return reason
    key = f"refused_{reason.code}"
    ready = reason.values.get("ready")
    if isinstance(ready, date) and ready <= day and f"{key}_over" in TEXTS:
        key = f"{key}_over"
    if key not in TEXTS:
        return ", ".join([reason.code, *(f"{name} = {value}" for name, value in reason.values.items())])
    return texts(key, **{name: _written(value, formats) for name, value in reason.values.items()})


def _written(value: int | float | date | str, formats: Formats) -> str:
    if isinstance(value, date):
        return formats.day(value)
    return value if isinstance(value, str) else formats.number(value, 0 if isinstance(value, int) else 2)
