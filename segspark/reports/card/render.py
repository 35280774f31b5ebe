"""Render the card of a version as one self-contained HTML page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segspark.models.card import Block, Content, Curve, Facts, Grid, Listed, Paragraph, Points, Reliability, Said
from segspark.models.version import Version
from segspark.reports.card.bins import with_figures
from segspark.reports.card.cells import cell, masked, text
from segspark.reports.card.drawings import draw_curve, draw_reliability
from segspark.reports.card.frame import parts_of
from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.palette import palette_css
from segspark.reports.texts import Texts

_BLOCKS = (Paragraph, Points, Facts, Grid, Curve, Reliability)


@dataclass(frozen=True)
class Place:
    """Of which workspace a card tells, and how it writes.

    Attributes:
        least: counts of fewer people are hidden.
    """

    workspace: str
    currency: str
    least: int


def render_card(version: Version[Any], content: Content, place: Place, language: Language) -> str:
    """The card in a language.

    Returns:
        HTML with its styles and pictures inside; it reads nothing from the network and runs no script. Equal data give
        equal text.
    """
    page = Page(Formats(language, place.currency), Texts(language), place.least)
    environment = Environment(
        loader=PackageLoader("segspark.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=page.texts, draw=lambda block, name: _drawn(block, name, page), palette=Markup(palette_css())
    )
    environment.filters.update(
        masked=lambda row: masked(row, page),
        figures=lambda blocks: [each for block in blocks for each in with_figures(block, place.least)],
        written=lambda value: text(value, page),
        cell=lambda value: cell(value, page),
        day=page.formats.day,
    )
    environment.tests["words"] = lambda value: isinstance(value, Said | Listed)
    environment.tests.update({kind.__name__.lower(): _is_a(kind) for kind in _BLOCKS})
    return environment.get_template("card.html").render(
        version=version, content=content, place=place, language=language, parts=parts_of(version, content)
    )


def _is_a(kind: type[Block]) -> Callable[[object], bool]:
    return lambda block: isinstance(block, kind)


def _drawn(block: Curve | Reliability, name: str, page: Page) -> Markup:
    return draw_curve(block, name, page) if isinstance(block, Curve) else draw_reliability(block, name, page)
