"""The report as one self-contained HTML page, and its place on disk."""

import math
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segspark.reports import charts, views
from segspark.reports.data import Churn, Clusters, Reason, Refused, ReportData
from segspark.reports.formats import Formats
from segspark.reports.labels import feature_label, not_contactable_label, scheme_label
from segspark.reports.palette import heat_step, odds_step, palette_css
from segspark.reports.reasons import explain_reason
from segspark.reports.small_groups import show, show_parts
from segspark.reports.takeaways import take_away
from segspark.reports.texts import TEXTS, Texts

SECTIONS = ("headline", "sizes", "levels", "rfm", "clusters", "churn", "kpis", "intake", "glossary")
TERMS = ("as_of", "contactable", "human", "rfm", "lift", "z", "base_rate")


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
        t=texts, f=formats, show=show, show_parts=show_parts, views=views, heat_step=heat_step, odds_step=odds_step
    )
    environment.filters.update(
        feature=lambda name: feature_label(name, data.language),
        scheme=lambda key: scheme_label(key, data.language),
        unreachable=lambda reason: not_contactable_label(reason, data.language),
        explain=lambda reason: explain_reason(reason, data.language),
        refusal=lambda reason: _refusal(reason, formats, texts),
    )
    return environment.get_template("report.html").render(
        data=data,
        sections=SECTIONS,
        terms=TERMS,
        palette=Markup(palette_css()),
        takeaways=take_away(data, formats, texts),
        **_clusters(data.clusters, formats, texts),
        **_churn(data.churn, formats, texts),
    )


def write_report(html: str, path: Path) -> Path:
    """Put the page at ``path`` in one step: a reader sees the old page or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _clusters(clusters: Clusters | Refused | None, formats: Formats, texts: Texts) -> dict[str, Any]:
    if not isinstance(clusters, Clusters):
        return {"k_charts": [], "k_reason": ""}
    drawn = []
    if len(clusters.sweep) > 1:
        for draw, note in ((charts.silhouette_chart, "silhouette_note"), (charts.elbow_chart, "elbow_note")):
            drawn.append(
                (texts(note.removesuffix("_note")), draw(clusters.sweep, clusters.k, formats, texts), texts(note))
            )
    return {"k_charts": drawn, "k_reason": clusters.reason or _why_k(clusters, formats, texts)}


def _why_k(clusters: Clusters, formats: Formats, texts: Texts) -> str:
    """How the chosen k compares with the others that were tried."""
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


def _refusal(reason: Reason | str, formats: Formats, texts: Texts) -> str:
    """A refusal in words: by its code where there is a text for it, else as it came."""
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
