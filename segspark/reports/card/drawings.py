"""A card's curves as inline SVG."""

from markupsafe import Markup

from segspark.models.card import Curve, Reliability
from segspark.reports.card.bins import shown_bins
from segspark.reports.card.cells import text
from segspark.reports.charts import value_axis
from segspark.reports.page import Page
from segspark.reports.svg import Axis, Plot, element, nice_ticks, polyline

# Standard deviations that hold 95 % of what chance gives.
_MOST_CHANCE = 1.96


def draw_curve(curve: Curve, name: str, page: Page) -> Markup:
    """A line through the points, each with its value."""
    values = [value for _, value in curve.points]
    # Level values have an axis too.
    margin = (max(values) - min(values)) / 4 or abs(values[0]) / 100 or 1.0
    ticks = nice_ticks(min(values) - margin, max(values) + margin, 4)
    labels = tuple((float(at), text(label, page)) for at, (label, _) in enumerate(curve.points))
    plot = Plot(
        Axis(text(curve.x, page), -0.4, len(labels) - 0.6, labels),
        value_axis(text(curve.y, page), ticks, page.formats),
        left=52,
    )
    points = [(plot.x(at), plot.y(value)) for at, value in enumerate(values)]
    marks = [polyline(points, "line")]
    for at, (x, y) in enumerate(points):
        written = page.formats.number(values[at], curve.digits)
        marks.append(element("circle", cx=x, cy=y, r=6 if at == curve.marked else 4, class_="dot"))
        marks.append(element("text", written, x=x, y=y - 11, text_anchor="middle", class_="halo value small"))
    listed = ", ".join(f"{label} → {page.formats.number(values[int(at)], curve.digits)}" for at, label in labels)
    title = text(curve.title, page)
    return plot.draw(name, title, page.texts("chart_values", title=title, values=listed), marks)


def draw_reliability(found: Reliability, name: str, page: Page) -> Markup:
    """Observed against announced, the diagonal, and around it what chance alone gives; empty if all bins are hidden."""
    bins = shown_bins(found, page.least)
    if not bins:
        return Markup("")
    ticks = nice_ticks(0.0, min(100.0, 100 * max(max(b.announced, b.observed) for b in bins)), 5)
    texts, formats = page.texts, page.formats
    plot = Plot(
        value_axis(texts("predicted_axis"), ticks, formats),
        value_axis(texts("observed_axis"), ticks, formats),
        height=300,
    )
    top = ticks[-1]
    marks = [element("line", x1=plot.x(0), y1=plot.y(0), x2=plot.x(top), y2=plot.y(top), class_="reference")]
    for b in bins:
        half = _MOST_CHANCE * (b.announced * (1 - b.announced) / b.n) ** 0.5
        low, high = (100 * min(max(b.announced + side * half, 0.0), top / 100) for side in (-1, 1))
        x = plot.x(100 * b.announced)
        marks.append(element("line", x1=x, x2=x, y1=plot.y(low), y2=plot.y(high), class_="whisker"))
    points = [(plot.x(100 * b.announced), plot.y(100 * b.observed)) for b in bins]
    marks += [polyline(points, "line"), *(element("circle", cx=x, cy=y, r=4, class_="dot") for x, y in points)]
    left, first = plot.left + 10, plot.top + 12
    for at, (class_, key) in enumerate((("reference", "perfect"), ("whisker", "card_chance"))):
        y = first + 18 * at
        marks.append(element("line", x1=left, x2=left + 20, y1=y, y2=y, class_=class_))
        marks.append(element("text", texts(key), x=left + 27, y=y + 4, class_="halo name"))
    listed = ", ".join(f"{formats.share(b.announced, 0)} → {formats.share(b.observed, 0)}" for b in bins)
    title = text(found.title, page)
    return plot.draw(name, title, texts("chart_values", title=title, values=listed), marks)
