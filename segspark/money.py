"""Money: text to integer minor units of an ISO 4217 currency, exactly or not at all."""

import re
from decimal import ROUND_HALF_UP, Decimal

# Minor-unit digits that differ from two (ISO 4217, table A.1).
DIGITS = {
    **dict.fromkeys(("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(), 0),
    **dict.fromkeys(("BHD IQD JOD KWD LYD OMR TND").split(), 3),
}
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?")
MAX_CENTS = 10**15


class MoneyFormatError(ValueError):
    """The text is not an amount in the declared notation; ``code`` is the quarantine reason."""

    def __init__(self, code: str, text: object) -> None:
        super().__init__(f"{code}: {text!r}")
        self.code = code


def parse_decimal(text: str, decimal_mark: str = ".") -> Decimal:
    """A plain number in the source's declared notation; blanks between digit groups are allowed with a comma.

    Raises:
        MoneyFormatError: ``locale_decimal`` (a comma where a point is declared), else ``number``.
    """
    text = text.strip()
    if decimal_mark == ",":
        text = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
        if _COMMA.fullmatch(text):
            return Decimal(text.replace(",", "."))
    elif _PLAIN.fullmatch(text):
        return Decimal(text)
    raise MoneyFormatError("locale_decimal" if re.fullmatch(r"[+-]?[\d.,\s]+", text) else "number", text)


def to_minor(amount: Decimal, currency: str, rounding: bool = False) -> tuple[int, bool]:
    """Minor units and whether rounding was needed.

    Raises:
        MoneyFormatError: ``scale`` if the amount has more digits than the currency and rounding is not declared;
            ``amount_range`` beyond ten trillion major units.
    """
    scaled = amount.scaleb(DIGITS.get(currency, 2))
    minor = scaled.to_integral_value(rounding=ROUND_HALF_UP)
    if abs(minor) > MAX_CENTS:
        raise MoneyFormatError("amount_range", amount)
    if minor == scaled:
        return int(minor), False
    if not rounding:
        raise MoneyFormatError("scale", amount)
    return int(minor), True
