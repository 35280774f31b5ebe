"""Numbers, shares, money and dates in the notation of the report's language."""

import math
from dataclasses import dataclass
from datetime import date

from segspark.measure.kpi import Unit
from segspark.money import DIGITS
from segspark.reports.data import Language
from segspark.reports.small_groups import Shown

NOTHING = "–"
MINUS = "−"
NARROW, NO_BREAK = "\u202f", "\u00a0"
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "PLN": "zł"}
MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin",
           "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}  # fmt: skip


@dataclass(frozen=True)
class Formats:
    """One language and one currency; None and values that are not finite are shown as a dash."""

    language: Language
    currency: str

    def number(self, value: float | None, digits: int = 0) -> str:
        """1234.5 -> ``1 234,5`` or ``1,234.5``."""
        if value is None or not math.isfinite(value):
            return NOTHING
        # Adding zero turns a negative zero, as from rounding -0.04, into a positive one.
        value = round(value, digits) + 0.0
        text = f"{abs(value):,.{digits}f}"
        if self.language == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        return (MINUS if value < 0 else "") + text

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A difference, with its sign."""
        text = self.number(value, digits)
        return f"+{text}" if value is not None and math.isfinite(value) and round(value, digits) > 0 else text

    def share(self, value: float | None, digits: int = 1) -> str:
        """0.1234 -> ``12,3 %`` or ``12.3%``."""
        if value is None or not math.isfinite(value):
            return NOTHING
        return self.number(value * 100, digits) + (f"{NO_BREAK}%" if self.language == "fr" else "%")

    def signed_share(self, value: float | None, digits: int = 1) -> str:
        """A relative difference, with its sign."""
        text = self.share(value, digits)
        return f"+{text}" if value is not None and math.isfinite(value) and round(100 * value, digits) > 0 else text

    @property
    def digits(self) -> int:
        """The digits of the currency's minor unit."""
        return DIGITS.get(self.currency, 2)

    @property
    def symbol(self) -> str:
        """The currency's sign, or its code."""
        return SYMBOLS.get(self.currency, self.currency)

    def money(self, cents: float | None, digits: int | None = None) -> str:
        """Minor units -> ``1 234,50 €`` or ``€1,234.50``; ``digits`` rounds, e.g. to whole euros."""
        if cents is None or not math.isfinite(cents):
            return NOTHING
        own = self.digits
        text = self.number(cents / 10**own, own if digits is None else min(digits, own))
        symbol = SYMBOLS.get(self.currency)
        if self.language == "fr":
            return f"{text}{NO_BREAK}{symbol or self.currency}"
        sign, text = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
        return f"{sign}{symbol}{text}" if symbol else f"{sign}{self.currency}{NO_BREAK}{text}"

    def unit(self, value: float | None, unit: Unit, digits: int | None = None) -> str:
        """A value in its unit; without ``digits`` as many as its size needs."""
        if unit == "cents":
            return self.money(value, digits or 0)
        if unit == "share":
            return self.share(value, 1 if digits is None else digits)
        if digits is None:
            digits = 0 if value is not None and abs(value) >= 100 else 1
        return self.number(value, digits)

    def day(self, value: date | None) -> str:
        """2026-06-01 -> ``1er juin 2026`` or ``1 June 2026``."""
        if value is None:
            return NOTHING
        number = "1er" if self.language == "fr" and value.day == 1 else str(value.day)
        return f"{number} {MONTHS[self.language][value.month - 1]} {value.year}"

    def people(self, shown: Shown | None) -> str:
        """A count of people as it may be shown; the page says once that all are rounded."""
        if shown is None:
            return NOTHING
        return (f"<{NO_BREAK}" if shown.is_hidden else "") + self.number(shown.n)
