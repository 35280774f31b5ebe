"""Render the report as one self-contained HTML page and write it to disk."""

import math
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segspark.reports import charts, group_charts, views
from segspark.reports.data import Alarm, Churn, Clusters, Rare, Reason, Refused, ReportData
from segspark.reports.formats import Formats
from segspark.reports.kpi_columns import kpi_columns
from segspark.reports.labels import feature_label, not_contactable_label, scheme_label
from segspark.reports.palette import group_class, heat_step, odds_step, palette_css
from segspark.reports.reasons import explain_reason
from segspark.reports.small_groups import show, show_parts
from segspark.reports.takeaways import take_away
from segspark.reports.texts import TEXTS, Texts
from segspark.store import store_at

SECTIONS = (
    "headline", "sizes", "levels", "rfm", "clusters", "rare", "churn", "kpis", "profiles", "intake", "glossary",
)  # fmt: skip
# Sections left out if there is nothing to show.
OPTIONAL = ("rare", "profiles")
TERMS = ("as_of", "contactable", "human", "rfm", "lift", "z", "interval", "base_rate")
# Below this value groups are not reliable (formulas.md no. 7).
LEAST_STABILITY = 0.7


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
    environment.globals.update(
        t=texts,
        f=formats,
        show=show,
        show_parts=show_parts,
        views=views,
        heat_step=heat_step,
        odds_step=odds_step,
        group_class=group_class,
        kpi_columns=lambda table: kpi_columns(table, data.language),
    )
    environment.filters.update(
        feature=lambda name: feature_label(name, data.language),
        scheme=lambda key: scheme_label(key, data.language),
        unreachable=lambda reason: not_contactable_label(reason, data.language),
        explain=lambda reason: explain_reason(reason, data.language),
        refusal=lambda reason: _refusal(reason, formats, texts),
        alarm=lambda alarm: _alarm(alarm, formats, texts),
        measured=lambda value, column: formats.unit(value, column.unit, column.place.digits),
    )
    return environment.get_template("report.html").render(
        data=data,
        sections=[s for s in SECTIONS if s not in OPTIONAL or getattr(data, s) is not None],
        terms=TERMS,
        palette=Markup(palette_css()),
        takeaways=take_away(data, formats, texts),
        **_clusters(data.clusters, data.min_group, formats, texts),
        distances=_distances(data.rare, formats, texts),
        interval_chart=lambda name, title, lines: group_charts.interval_chart(name, title, lines, formats, texts),
        **_churn(data.churn, formats, texts),
    )


def write_report(html: str, path: Path) -> Path:
    """Write the page to ``path`` atomically: a reader sees the old page or the new one, never half of one."""
    store_at(path.parent).replace(path.name, html.encode())
    return path


def _clusters(clusters: Clusters | Refused | None, least: int, formats: Formats, texts: Texts) -> dict[str, Any]:
    if not isinstance(clusters, Clusters):
        return {"k_charts": [], "k_reason": "", "sweep": [], "group_charts": []}
    sweep = views.open_sweep(clusters, least)
    draws = [(charts.silhouette_chart, "silhouette"), (charts.elbow_chart, "elbow")]
    if any(p.stability is not None for p in sweep):
        draws.append((charts.stability_chart, "stability"))
    if any(p.smallest_share is not None for p in sweep):
        draws.append((charts.smallest_chart, "smallest"))
    if len(sweep) < 2:
        draws = []
    hidden = {at for at, g in enumerate(clusters.groups) if show(g.n_people, least).is_hidden}
    pictures = []
    if clusters.people_map:
        drawn = group_charts.map_chart(clusters.people_map, hidden, formats, texts)
        pictures.append((texts("people_map"), drawn, texts("people_map_note")))
    if clusters.tree and clusters.tree.joins:
        drawn = group_charts.dendrogram_chart(clusters.tree, clusters.k, formats, texts)
        pictures.append((texts("dendrogram"), drawn, texts("dendrogram_note")))
    return {
        "k_charts": [(texts(n), draw(sweep, clusters.k, formats, texts), texts(f"{n}_note")) for draw, n in draws],
        "k_reason": clusters.reason or _why_k(clusters, formats, texts),
        "sweep": sweep if len(sweep) > 1 else [],
        "group_charts": pictures,
    }


def _distances(rare: Rare | None, formats: Formats, texts: Texts) -> Markup | None:
    if rare is None or len(rare.k_distances) < 2:
        return None
    return group_charts.distances_chart(rare, formats, texts)


def _why_k(clusters: Clusters, formats: Formats, texts: Texts) -> str:
    """How the chosen k compares with the others tried, and how stable its groups are."""
    stability = next((p.stability for p in clusters.sweep if p.k == clusters.k), None)
    if stability is None:
        return _compared(clusters, formats, texts)
    least, key = formats.number(LEAST_STABILITY, 1), "stable" if stability >= LEAST_STABILITY else "unstable"
    verdict = texts(key, stability=formats.number(stability, 2), **({} if key == "stable" else {"least": least}))
    return f"{_compared(clusters, formats, texts)} {verdict}"


def _compared(clusters: Clusters, formats: Formats, texts: Texts) -> str:
    tried = {p.k: p.silhouette for p in clusters.sweep}
    chosen = tried.get(clusters.k)
    values = {"k": clusters.k, "silhouette": formats.number(chosen, 3), "n": len(tried)}
    if len(tried) < 2 or chosen is None:
        return texts("k_only", **values)
    best = max(tried, key=lambda k: (tried[k], -k))
    if best == clusters.k:
        return texts("k_best", **values)
    return texts("k_near", **values, best=formats.number(tried[best], 3), best_k=best)


def _churn(churn: Churn | Refused | None, formats: Formats, texts: Texts) -> dict[str, Any]:
    if not isinstance(churn, Churn):
        return {"churn_charts": [], "metrics": []}
    deciles = [d for d in churn.deciles if all(map(math.isfinite, (d.lift, d.rate, d.mean_score)))]
    baseline = [d for d in churn.baseline_deciles if math.isfinite(d.lift)]
    drawn = []
    if deciles:
        drawn.append((texts("lift"), charts.lift_chart(deciles, baseline, formats, texts), texts("lift_note")))
        reliability = charts.reliability_chart(deciles, formats, texts)
        drawn.append((texts("calibration"), reliability, texts("calibration_note")))
    values = {"rate": formats.number(churn.base_rate, 3), "half": formats.number(0.5, 1)}
    digits = {"pr_auc": 3, "roc_auc": 3, "top_decile_lift": 1, "brier": 3}
    metrics = [
        (
            texts(name),
            formats.number(getattr(churn.model, name), n),
            formats.number(getattr(churn.baseline, name), n),
            texts(f"{name}_note", **(values if "{" in TEXTS[f"{name}_note"][0] else {})),
        )
        for name, n in digits.items()
    ]
    return {"churn_charts": drawn, "metrics": metrics}


def _alarm(alarm: Alarm, formats: Formats, texts: Texts) -> str:
    if alarm.measure == "rand":
        value, threshold = formats.number(alarm.value, 2), formats.number(alarm.threshold, 2)
        return texts("alarm_rand", value=value, threshold=threshold)
    value, threshold = formats.share(alarm.value), formats.share(alarm.threshold)
    return texts("alarm_share", value=value, threshold=threshold, segment=alarm.segment)


def _refusal(reason: Reason | str, formats: Formats, texts: Texts) -> str:
    """The text of a refusal: by its code if there is a text for it, else as it is."""
    if isinstance(reason, str):
        return reason
    key = f"refused_{reason.code}"
    if key not in TEXTS:
        return ", ".join([reason.code, *(f"{name} = {value}" for name, value in reason.values.items())])
    return texts(key, **{name: _written(value, formats) for name, value in reason.values.items()})


def _written(value: int | float | date | str, formats: Formats) -> str:
    if isinstance(value, date):
        return formats.day(value)
    return value if isinstance(value, str) else formats.number(value, 0 if isinstance(value, int) else 2)
