"""A card's values as text in the page's language."""

from datetime import date

from markupsafe import Markup, escape

from segspark.models.card import Bar, Change, Code, InputName, Interval, Listed, Percent, Said, Value
from segspark.reports.formats import NARROW, NOTHING
from segspark.reports.labels import feature_label
from segspark.reports.page import Page
from segspark.reports.small_groups import show
from segspark.reports.svg import element
from segspark.sections import Cents, Number, People, Share

_BETWEEN = {"fr": f"{NARROW}; ", "en": "; "}


def text(value: Value, page: Page) -> str:
    """A value as plain text, for sentences and charts."""
    formats = page.formats
    match value:
        case Said(words, values):
            return page.texts.say((words["fr"], words["en"]), **{k: text(v, page) for k, v in values.items()})
        case Listed(values):
            return _BETWEEN[page.language].join(text(v, page) for v in values)
        case People(n):
            return formats.people(show(n, page.least))
        case Share(share) | Bar(share):
            return formats.share(share)
        case Percent(share):
            return formats.share(share, 0)
        case Change(change):
            return formats.signed_share(change)
        case Cents(cents):
            return formats.money(cents)
        case Number(number, digits):
            return formats.number(number, digits)
        case Interval(middle, low, high, digits):
            ends = f"{formats.number(low, digits)} – {formats.number(high, digits)}"
            return f"{formats.number(middle, digits)} ({ends})"
        case InputName(name):
            return feature_label(name, page.language)
        case Code(code):
            return code
        case date():
            return formats.day(value)
        case None:
            return NOTHING
    return str(value)


def masked(row: tuple[Value, ...], page: Page) -> tuple[Value, ...]:
    """A row of a table; where its first count of people, its size, is hidden, its name and its counts alone are left."""
    sizes = [show(value.n, page.least) for value in row if isinstance(value, People)]
    if not sizes or not sizes[0].is_hidden:
        return row
    return tuple(value if not at or isinstance(value, People) else None for at, value in enumerate(row))


def cell(value: Value, page: Page) -> Markup:
    """A value for a table or a list of facts."""
    match value:
        case Code(code):
            return element("code", code)
        case Bar(share):
            width = element("b", style=f"width:{min(100 * share, 100):.1f}%")
            return element(
                "span", element("i", width, aria_hidden="true"), element("span", text(value, page)), class_="bar"
            )
    return escape(text(value, page))
