"""The report's charts: silhouette and elbow of the search for k, lift by decile, reliability."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.evaluate.evaluation import Decile
from segspark.reports.formats import Formats
from segspark.reports.svg import Axis, Plot, element, nice_ticks, polyline
from segspark.reports.texts import Texts


def silhouette_chart(
    sweep: Sequence[SweepRow], k: int, formats: Formats, texts: Texts, title: str = "silhouette"
) -> Markup:
    """Silhouette by k, the chosen k marked; the title says of which distances."""
    points = [(p.k, p.silhouette) for p in sweep]
    return _by_k("silhouette", texts(title), texts("silhouette_axis"), points, k, formats, texts)


def stability_chart(sweep: Sequence[SweepRow], k: int, formats: Formats, texts: Texts) -> Markup:
    """Adjusted Rand index of the groups found in two halves of the people, by k, the chosen k marked."""
    points = [(p.k, math.nan if p.stability is None else p.stability) for p in sweep]
    return _by_k("stability", texts("stability"), texts("stability_axis"), points, k, formats, texts)


def smallest_chart(sweep: Sequence[SweepRow], k: int, formats: Formats, texts: Texts) -> Markup:
    """Share of the smallest group in per cent by k, the chosen k marked."""
    points = [(p.k, math.nan if p.smallest_share is None else 100 * p.smallest_share) for p in sweep]
    return _by_k("smallest", texts("smallest"), texts("smallest_axis"), points, k, formats, texts, digits=1)


def elbow_chart(sweep: Sequence[SweepRow], k: int, formats: Formats, texts: Texts) -> Markup:
    """Inertia per person by k, the chosen k marked."""
    points = [(p.k, p.inertia) for p in sweep]
    return _by_k("elbow", texts("elbow"), texts("inertia_axis"), points, k, formats, texts)


def _by_k(
    name: str,
    title: str,
    y_label: str,
    points: Sequence[tuple[int, float]],
    k: int,
    formats: Formats,
    texts: Texts,
    digits: int = 2,
) -> Markup:
    known = [(at, value) for at, value in points if math.isfinite(value)]
    ks, values = [at for at, _ in points], [value for _, value in known] or [0.0]
    y_axis = value_axis(y_label, nice_ticks(min(0.0, *values), max(values), 4), formats)
    x_axis = Axis(texts("k_axis"), min(ks) - 0.5, max(ks) + 0.5, tuple((at, str(at)) for at in ks))
    plot = Plot(x_axis, y_axis)
    marks = [polyline([(plot.x(at), plot.y(value)) for at, value in known], "line")]
    for at, value in known:
        chosen = at == k
        marks.append(element("circle", cx=plot.x(at), cy=plot.y(value), r=6 if chosen else 3, class_="dot"))
        if chosen:
            colon = "\u00a0:" if formats.language == "fr" else ":"
            label = f"k = {at}{colon} {formats.number(value, digits)}"
            side = "start" if at < (min(ks) + max(ks)) / 2 else "end"
            # Right of the middle the label is left of its point, so that it never leaves the plot.
            x = plot.x(at) + (4 if side == "start" else -4)
            # The axis title is at the top.
            y = plot.y(value) + (-11 if plot.y(value) > plot.top + 20 else 21)
            marks.append(element("text", label, x=x, y=y, text_anchor=side, class_="halo value"))
    listed = ", ".join(f"k = {at} {formats.number(value, 3)}" for at, value in known)
    return plot.draw(name, title, texts("chart_values", title=title, values=listed), marks)


def lift_chart(deciles: Sequence[Decile], baseline: Sequence[Decile], formats: Formats, texts: Texts) -> Markup:
    """Lift of each tenth as bars with their values, recency alone as short lines, the average as a dashed line."""
    lifts = [d.lift for d in (*deciles, *baseline) if math.isfinite(d.lift)]
    y_axis = value_axis(texts("lift_axis"), nice_ticks(0.0, max([1.0, *lifts]) * 1.05, 4), formats)
    ticks = tuple((float(i), str(i)) for i in range(1, len(deciles) + 1))
    plot = Plot(Axis(texts("decile_axis"), 0.4, len(deciles) + 0.6, ticks), y_axis, height=300)
    half = 0.36 * (plot.x(2) - plot.x(1))
    zero, one = plot.y(0), plot.y(1)
    marks = []
    for at, decile in enumerate(deciles, start=1):
        x, y = plot.x(at), plot.y(decile.lift)
        marks.append(element("rect", x=x - half, y=y, width=2 * half, height=zero - y, rx=2, class_="bar"))
    marks.append(element("line", x1=plot.left, x2=plot.width - plot.right, y1=one, y2=one, class_="reference"))
    marks.append(
        element("text", texts("average"), x=plot.width - plot.right, y=one - 5, text_anchor="end", class_="halo name")
    )
    for at, decile in enumerate(baseline, start=1):
        x, y = plot.x(at), plot.y(decile.lift)
        for class_ in ("under", "second"):
            marks.append(element("line", x1=x - half - 2, x2=x + half + 2, y1=y, y2=y, class_=class_))
    for at, decile in enumerate(deciles, start=1):
        tops = [decile.lift, *(d.lift for d in baseline[at - 1 : at])]
        over = plot.y(max(tops)) - 6 if abs(plot.y(max(tops)) - plot.y(decile.lift)) < 16 else plot.y(decile.lift) - 6
        value = formats.number(decile.lift, 1)
        marks.append(element("text", value, x=plot.x(at), y=over, text_anchor="middle", class_="halo value small"))
    if baseline:
        x, y = plot.width - plot.right - 112, plot.top + 4
        marks.append(element("line", x1=x, x2=x + 16, y1=y, y2=y, class_="second"))
        marks.append(element("text", texts("baseline"), x=x + 22, y=y + 4, class_="halo name"))
    listed = ", ".join(f"{at} → {formats.number(d.lift, 2)}" for at, d in enumerate(deciles, start=1))
    return plot.draw("lift", texts("lift"), texts("chart_values", title=texts("lift"), values=listed), marks)


def reliability_chart(deciles: Sequence[Decile], formats: Formats, texts: Texts) -> Markup:
    """Observed against predicted share per tenth; on the diagonal the probabilities are calibrated."""
    in_order = sorted(deciles, key=lambda d: d.mean_score)
    ticks = nice_ticks(0.0, min(100.0, 100 * max(max(d.mean_score, d.rate) for d in in_order)), 5)
    top = ticks[-1]
    plot = Plot(
        value_axis(texts("predicted_axis"), ticks, formats),
        value_axis(texts("observed_axis"), ticks, formats),
        height=300,
    )
    points = [(plot.x(100 * d.mean_score), plot.y(100 * d.rate)) for d in in_order]
    diagonal = element("line", x1=plot.x(0), y1=plot.y(0), x2=plot.x(top), y2=plot.y(top), class_="reference")
    x, y = plot.left + 10, plot.top + 12
    key = element("line", x1=x, x2=x + 20, y1=y, y2=y, class_="reference")
    name = element("text", texts("perfect"), x=x + 27, y=y + 4, class_="halo name")
    dots = [element("circle", cx=x, cy=y, r=4, class_="dot") for x, y in points]
    marks = [diagonal, key, name, polyline(points, "line"), *dots, *_ends(plot, in_order, points, formats)]
    listed = ", ".join(f"{formats.share(d.mean_score)} → {formats.share(d.rate)}" for d in in_order)
    title = texts("calibration")
    return plot.draw("calibration", title, texts("chart_values", title=title, values=listed), marks)


def _ends(
    plot: Plot, in_order: Sequence[Decile], points: Sequence[tuple[float, float]], formats: Formats
) -> list[Markup]:
    """Labels of the safest and the riskiest tenth: predicted → observed."""
    marks = []
    for at, side, dx, dy in ((0, "start", 9, 4), (-1, "end", -9, -4)):
        (x, y), d = points[at], in_order[at]
        label = f"{formats.share(d.mean_score, 0)} → {formats.share(d.rate, 0)}"
        marks.append(element("text", label, x=x + dx, y=y + dy, text_anchor=side, class_="halo value small"))
    return marks


def value_axis(label: str, ticks: Sequence[float], formats: Formats, unit: str = "") -> Axis:
    """An axis with ticks of ``nice_ticks``, with as many digits as they need."""
    step = abs(ticks[1] - ticks[0])
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return Axis(label, ticks[0], ticks[-1], tuple((t, formats.number(t, digits) + unit) for t in ticks))
