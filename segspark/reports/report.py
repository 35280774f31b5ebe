"""Render the report as one self-contained HTML page and write it to disk."""

from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segspark.config.url import Url
from segspark.points import point
from segspark.reports import group_charts, group_figures, views, views_groups, views_propensity, views_since
from segspark.reports.contents import sections_of
from segspark.reports.data import ReportData
from segspark.reports.formats import Formats
from segspark.reports.kpi_columns import kpi_columns
from segspark.reports.labels import feature_label, not_contactable_label, scheme_label
from segspark.reports.page import Page
from segspark.reports.palette import group_class, heat_step, odds_step, palette_css
from segspark.reports.reasons import explain_reason
from segspark.reports.refusals import say_refusal
from segspark.reports.small_groups import share_of, show
from segspark.reports.tables import table_rows
from segspark.reports.takeaways import take_away
from segspark.reports.texts import TEXTS, Texts
from segspark.sections import Missing, Refused
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
        views_propensity=views_propensity,
        propensity_figures=lambda content: views_propensity.propensity_figures(content, page),
        propensity_metrics=lambda content: views_propensity.propensity_metrics(content, page),
        views_since=views_since,
        since_lines=lambda content: views_since.since_lines(content, page),
        since_windows=lambda content: views_since.since_windows(content, page),
        silhouette_name=group_figures.silhouette_name,
    )
    drawings = (group_figures.k_figures, group_figures.why_k, group_figures.group_figures, group_figures.migration_view,
                group_figures.distances, group_figures.rule_shares)  # fmt: skip
    environment.globals.update({draw.__name__: partial(draw, page=page) for draw in drawings})
    environment.tests.update(
        missing=lambda content: isinstance(content, Missing), refused=lambda content: isinstance(content, Refused)
    )
    environment.filters.update(
        feature=lambda name: feature_label(name, data.language),
        scheme=lambda key: scheme_label(key, data.language),
        unreachable=lambda reason: not_contactable_label(reason, data.language),
        explain=lambda reason: explain_reason(reason, data.language),
        refusal=lambda reason: say_refusal(reason, data.as_of, texts, formats, page.least),
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
