"""Plots of results. Matplotlib is imported when one is drawn, without pyplot, whose state is global to a process."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segspark.reports.page import Page
from segspark.reports.palette import GROUPS_LIGHT, LIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 110
# Names are cut where they would take the room of the bars.
_LONGEST = 48
_BAR = 0.36


@dataclass(frozen=True, repr=False)
class Plot:
    """A drawing, which a notebook shows by itself.

    Attributes:
        figure: of matplotlib, to be changed or saved in another form.
    """

    title: str
    figure: "Figure"

    def save(self, path: str | Path) -> None:
        """Write it as PNG, or as the ending of the path says."""
        self.figure.savefig(path, dpi=_DPI)

    def __repr__(self) -> str:
        return f"Plot({self.title!r})"

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()


def bars(names: Sequence[str], values: Mapping[str, Sequence[float]], title: str, page: Page, digits: int = 0) -> Plot:
    """Horizontal bars, a group of them per name, the first name at the top.

    Args:
        digits: of the numbers on the axis.
    """
    figure, (axes,) = _figure(1, (9, 1.2 + 0.38 * len(names)))
    for at, (label, of_names) in enumerate(values.items()):
        places = [row + (at - (len(values) - 1) / 2) * _BAR for row in range(len(names))]
        axes.barh(places, of_names, height=_BAR, label=label, color=GROUPS_LIGHT[at])
    axes.set_yticks(
        range(len(names)), [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in names]
    )
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_title(title, loc="left")
    axes.xaxis.set_major_formatter(lambda value, _: page.formats.number(value, digits))
    axes.grid(axis="x", color=LIGHT["line"])
    # Beside the bars, of which any may be the longest.
    figure.legend(loc="outside lower right", ncols=len(values))
    return Plot(title, figure)


def curve(
    thresholds: Sequence[float],
    sizes: Mapping[str, Sequence[float]],
    money: Mapping[str, Sequence[float | None]],
    axis: str,
    title: str,
    is_up_to: bool,
    page: Page,
) -> Plot:
    """Steps of people on the left, of an amount on the right, over a threshold.

    Args:
        is_up_to: a threshold has the people up to it, so that its size holds until the next one.
    """
    held = "steps-post" if is_up_to else "steps-pre"
    figure, both = _figure(2, (11, 4))
    formats = page.formats
    symbols = [lambda value, _: formats.number(value), lambda value, _: formats.money(value * 10**formats.digits, 0)]
    for axes, lines, written in zip(both, (sizes, money), symbols, strict=True):
        for at, (label, values) in enumerate(lines.items()):
            drawn = [float("nan") if value is None else value for value in values]
            axes.plot(thresholds, drawn, label=label, color=GROUPS_LIGHT[at], drawstyle=held)
        axes.set_ylim(bottom=min([0.0, *(v for values in lines.values() for v in values if v is not None)]))
        axes.set_xlabel(axis)
        axes.xaxis.set_major_formatter(lambda value, _: formats.number(value))
        axes.yaxis.set_major_formatter(written)
        axes.grid(color=LIGHT["line"])
        axes.legend()
    for axes in both[1:]:
        # An amount of a few people is not drawn.
        axes.set_xlim(both[0].get_xlim())
    figure.suptitle(title, x=0.01, ha="left")
    return Plot(title, figure)


@dataclass(frozen=True)
class Line:
    """A line of a panel.

    Attributes:
        is_dashed: for what others are compared with.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    is_dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """Axes with some lines.

    Attributes:
        marked: a place on the x-axis that is pointed out, and what it is.
        by_ones: the x-axis counts, so it has no ticks between whole numbers.
    """

    title: str
    x: str
    y: str
    lines: tuple[Line, ...]
    marked: tuple[float, str] | None = None
    by_ones: bool = False


def panels(shown: Sequence[Panel], title: str, page: Page) -> Plot:
    """Panels side by side."""
    from matplotlib.ticker import MaxNLocator

    figure, every = _figure(len(shown), (5.2 * len(shown), 4))
    for axes, panel in zip(every, shown, strict=True):
        for at, line in enumerate(panel.lines):
            style: dict[str, Any] = (
                {"linestyle": "--", "color": LIGHT["muted"], "linewidth": 1}
                if line.is_dashed
                else {"marker": "o", "color": GROUPS_LIGHT[at]}
            )
            axes.plot(line.x, line.y, label=line.label, **style)
        if panel.marked is not None:
            axes.axvline(panel.marked[0], linestyle="--", color=LIGHT["muted"], label=panel.marked[1])
        axes.set(title=panel.title, xlabel=panel.x, ylabel=panel.y)
        if panel.by_ones:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(lambda value, _: page.formats.number(value, _digits(value)))
        axes.grid(color=LIGHT["line"])
        # The title says what a single line is.
        handles, labels = axes.get_legend_handles_labels()
        named = [(h, label) for h, label in zip(handles, labels, strict=True) if label != panel.title]
        if named:
            axes.legend(*zip(*named, strict=True))
    figure.suptitle(title, x=0.01, ha="left")
    return Plot(title, figure)


def _digits(value: float) -> int:
    return next((n for n in (0, 1, 2) if round(value, n) == round(value, 6)), 3)


def _figure(n: int, size: tuple[float, float]) -> "tuple[Figure, Sequence[Any]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    made = figure.subplots(1, n, squeeze=False)
    for axes in made[0]:
        axes.spines["top"].set_visible(False)
        axes.spines["right"].set_visible(False)
        axes.set_axisbelow(True)
    return figure, made[0]
