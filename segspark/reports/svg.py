"""Inline SVG by small pure functions: elements, axes and plot coordinates. Text is always escaped."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """One element; ``stroke_width`` is written ``stroke-width`` and ``class_`` ``class``."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items()
    )
    inside = Markup("").join(escape(c) for c in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inside)


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Axis:
    """A linear axis: title with unit, ends, and the (value, label) of its ticks."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten apart) that cover low to high."""
    if high <= low:
        high = low + 1.0
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


@dataclass(frozen=True)
class Plot:
    """The area of a chart; coordinates match a phone's width, so that text keeps its size there."""

    x_axis: Axis
    y_axis: Axis
    width: float = 360
    height: float = 250
    left: float = 44
    right: float = 14
    top: float = 30
    bottom: float = 44

    def x(self, value: float) -> float:
        return self.left + self._part(self.x_axis, value) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        return self.height - self.bottom - self._part(self.y_axis, value) * (self.height - self.top - self.bottom)

    @staticmethod
    def _part(axis: Axis, value: float) -> float:
        return (value - axis.low) / (axis.high - axis.low) if axis.high > axis.low else 0.5

    def draw(self, name: str, title: str, description: str, marks: Sequence[Markup]) -> Markup:
        """The whole chart; ``name`` is unique on the page and links the picture to its text for screen readers."""
        return element(
            "svg",
            element("title", title, id=f"{name}-title"),
            element("desc", description, id=f"{name}-desc"),
            *self._axes(),
            *marks,
            class_="plot",
            viewBox=f"0 0 {_value(self.width)} {_value(self.height)}",
            role="img",
            aria_labelledby=f"{name}-title {name}-desc",
        )

    def _axes(self) -> list[Markup]:
        bottom, end = self.height - self.bottom, self.width - self.right
        marks = []
        for value, label in self.y_axis.ticks:
            y = self.y(value)
            marks.append(element("line", x1=self.left, x2=end, y1=y, y2=y, class_="grid"))
            marks.append(element("text", label, x=self.left - 6, y=y + 4, text_anchor="end"))
        for value, label in self.x_axis.ticks:
            marks.append(element("text", label, x=self.x(value), y=bottom + 16, text_anchor="middle"))
        marks.append(element("line", x1=self.left, x2=end, y1=bottom, y2=bottom, class_="axis"))
        middle = (self.left + end) / 2
        if self.x_axis.label:
            label = element("text", self.x_axis.label, x=middle, y=self.height - 8, text_anchor="middle", class_="name")
            marks.append(label)
        if self.y_axis.label:
            marks.append(element("text", self.y_axis.label, x=4, y=14, class_="name"))
        return marks


def polyline(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """An open line through points of the plot's coordinates."""
    return element("polyline", points=" ".join(f"{_value(x)},{_value(y)}" for x, y in points), class_=class_)
