"""Charts of groups: map of people, dendrogram, neighbour distances, rates with intervals."""

from collections.abc import Collection, Sequence

from markupsafe import Markup

from segspark.models.clustering.documents.map import Map
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.tree import Tree
from segspark.reports.charts import value_axis
from segspark.reports.formats import NO_BREAK, Formats
from segspark.reports.palette import group_class
from segspark.reports.svg import Axis, Plot, element, nice_ticks, polyline
from segspark.reports.texts import Texts
from segspark.reports.views import IntervalLine
from segspark.reports.views_groups import Branch, last_joins

# This share is cut off at both ends of each axis: otherwise a few people far away would squeeze all others together.
TAIL = 0.005


def map_chart(drawn: Map, hidden: Collection[int], formats: Formats, texts: Texts) -> Markup:
    """A dot per person of the sample in the group's colour, with the group's number at its centre.

    Args:
        hidden: groups that are too small to be shown.
    """
    shown = [p for p in drawn.points if p.cluster not in hidden]
    # With a single feature nothing lies along the second axis.
    along_x, along_y = (*drawn.explained_variance, 0.0)[:2]
    x_axis, y_axis = (
        Axis(texts("map_axis", n=n, share=formats.share(share, 0)), *_middle(values), ())
        for n, share, values in ((1, along_x, [p.x for p in shown]), (2, along_y, [p.y for p in shown]))
    )
    plot = Plot(x_axis, y_axis, height=340, left=14, bottom=26)
    marks = []
    for group in sorted({p.cluster for p in shown}):
        # A line of zero length with round ends is a dot, in a tenth of the characters of a circle.
        dots = " ".join(
            f"M{plot.x(p.x):.1f} {plot.y(p.y):.1f}h0"
            for p in shown
            if p.cluster == group and x_axis.low <= p.x <= x_axis.high and y_axis.low <= p.y <= y_axis.high
        )
        marks.append(element("path", d=dots, class_=f"people {group_class(group)}"))
    for centre in drawn.centres:
        if centre.cluster not in hidden:
            at = (
                min(max(plot.x(centre.x), plot.left + 9), plot.width - plot.right - 9),
                min(max(plot.y(centre.y), plot.top + 9), plot.height - plot.bottom - 9),
            )
            marks += numbered(centre.cluster, *at)
    title = texts("people_map")
    n = texts("map_values", n=formats.number(len(shown)), groups=len({p.cluster for p in shown}))
    return plot.draw("people-map", title, n, marks)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The range of the middle part of some values, with a small margin."""
    if not values:
        return 0.0, 1.0
    in_order = sorted(values)
    cut = int(TAIL * len(in_order))
    low, high = in_order[cut], in_order[-1 - cut]
    room = 0.03 * (high - low) or 1.0
    return low - room, high + room


def numbered(group: int, x: float, y: float) -> list[Markup]:
    """The number of a group, from 1, on a disc of the group's colour."""
    return [
        element("circle", cx=x, cy=y, r=8.5, class_=f"disc {group_class(group)}"),
        element("text", str(group + 1), x=x, y=y + 4, text_anchor="middle", class_="on-disc"),
    ]


def dendrogram_chart(tree: Tree, k: int, formats: Formats, texts: Texts) -> Markup:
    """The last joins from bottom to top, those within a group in its colour, and the cut as a dashed line."""
    leaves, branches, level = last_joins(tree, k)
    ticks = nice_ticks(0.0, max(b.height for b in branches), 4)
    plot = Plot(
        Axis("", -0.7, len(leaves) - 0.3, ()), value_axis(texts("height_axis"), ticks, formats), height=300, bottom=34
    )
    marks = [_branch(plot, b) for b in branches]
    marks.append(
        element(
            "line", x1=plot.left, x2=plot.width - plot.right, y1=plot.y(level), y2=plot.y(level), class_="reference"
        )
    )
    # Beside the axis title, where no join can be.
    end = plot.width - plot.right
    marks.append(element("text", texts("cut", k=k), x=end, y=14, text_anchor="end", class_="name"))
    marks.append(element("line", x1=end - 136, x2=end - 118, y1=10, y2=10, class_="reference"))
    for group in dict.fromkeys(leaves):
        its = [at for at, g in enumerate(leaves) if g == group]
        marks += numbered(group, plot.x((its[0] + its[-1]) / 2), plot.height - plot.bottom + 16)
    title = texts("dendrogram")
    heights = ", ".join(formats.number(b.height, 1) for b in reversed(branches[-k:]))
    return plot.draw("dendrogram", title, texts("chart_values", title=title, values=heights), marks)


def _branch(plot: Plot, branch: Branch) -> Markup:
    """A join as three sides of a rectangle."""
    corners = [
        (plot.x(branch.left), plot.y(branch.left_height)),
        (plot.x(branch.left), plot.y(branch.height)),
        (plot.x(branch.right), plot.y(branch.height)),
        (plot.x(branch.right), plot.y(branch.right_height)),
    ]
    return polyline(corners, "join" if branch.group is None else f"join {group_class(branch.group)}")


def distances_chart(rare: Rare, formats: Formats, texts: Texts) -> Markup:
    """Ascending distances to a neighbour, with eps where they begin to grow fast."""
    values = rare.k_distances
    ticks = nice_ticks(0.0, max(*values, rare.eps or 0.0), 4)
    shares = tuple((s / 100, formats.share(s / 100, 0)) for s in (0, 25, 50, 75, 100))
    plot = Plot(Axis(texts("people_axis"), 0, 1, shares), value_axis(texts("distance_axis"), ticks, formats), right=26)
    marks = [polyline([(plot.x(at / (len(values) - 1)), plot.y(v)) for at, v in enumerate(values)], "line")]
    if rare.eps is not None:
        y = plot.y(rare.eps)
        marks.append(element("line", x1=plot.left, x2=plot.width - plot.right, y1=y, y2=y, class_="reference"))
        label = f"eps = {formats.number(rare.eps, 2)}"
        marks.append(element("text", label, x=plot.left + 6, y=y - 6, class_="halo value small"))
    title = texts("k_distances", n=rare.min_samples)
    listed = ", ".join(formats.number(values[int(s * (len(values) - 1))], 2) for s in (0, 0.5, 0.9, 1))
    return plot.draw("k-distances", title, texts("chart_values", title=title, values=listed), marks)


def interval_chart(name: str, title: str, lines: Sequence[IntervalLine], formats: Formats, texts: Texts) -> Markup:
    """Rates with their 95 % intervals, one row per segment under its name."""
    top = max(100 * line.high for line in lines)
    ticks = nice_ticks(0.0, top, 4)
    step = 40
    plot = Plot(
        value_axis("", ticks, formats, unit=f"{NO_BREAK}%" if formats.language == "fr" else "%"), Axis("", 0, 1, ()),
        height=step * len(lines) + 34, left=18, right=52, top=4, bottom=30,
    )  # fmt: skip
    marks = []
    for at, line in enumerate(lines):
        y = plot.top + step * at + 26
        low, value, high = (plot.x(100 * v) for v in (line.low, line.value, line.high))
        marks.append(element("text", _short(line.name), x=4, y=y - 10, class_="halo name dark"))
        marks.append(element("line", x1=low, x2=high, y1=y, y2=y, class_="whisker"))
        marks.append(element("circle", cx=value, cy=y, r=4.5, class_="dot"))
        marks.append(element("text", formats.share(line.value), x=high + 7, y=y + 4, class_="halo value small"))
    listed = ", ".join(
        f"{line.name} {formats.share(line.value)} ({formats.share(line.low)}–{formats.share(line.high)})"
        for line in lines
    )
    return plot.draw(name, title, texts("chart_values", title=title, values=listed), marks)


def _short(name: str, most: int = 46) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
