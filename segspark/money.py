"""Money: text or a JSON number to integer minor units of an ISO 4217 currency, exactly or not at all."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

# ISO 4217, list one, with the codes that were replaced since 2010 and still stand in exports.
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BYR BZD CAD
    CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
    LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR
    PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VEF VES VND VUV WST XAF XCD XCG XOF XPF YER
    ZAR ZMK ZMW ZWG ZWL""".split()
)
# Minor-unit digits that differ from two (ISO 4217, table A.1).
DIGITS = {
    **dict.fromkeys("BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
# Digits are the ten of ASCII.
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
# Blanks stand between groups of three digits: 12 34,50 is no number, and may be two.
_COMMA = re.compile("[+-]?(?:[0-9]+|[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+)(?:,[0-9]+)?")
_BLANKS = str.maketrans("", "", " \u00a0\u2009\u202f")
_OTHER_MARK = re.compile(r"[+-]?[\d.,\s]+", re.ASCII)
MAX_CENTS = 10**15
# The flag of an amount from which binary noise was cut.
NOISE = "float_noise"
# A plain number of more digits before or after its mark is no amount, and costs time.
_MAX_DIGITS = 40
# A double keeps 15 digits of what somebody typed; those after them are noise of the binary form.
_EXACT_DIGITS = 15
_EXACT = Context(prec=200)


class MoneyFormatError(ValueError):
    """The text is not an amount in the declared notation; ``code`` is the quarantine reason."""

    def __init__(self, code: str, text: object) -> None:
        # Never the value: a message may reach a log.
        super().__init__(f"{code}: {type(text).__name__}")
        self.code = code


def parse_decimal(text: str, decimal_mark: str = ".") -> Decimal:
    """A plain number in the source's declared notation; with a comma, blanks may part groups of three digits.

    Raises:
        MoneyFormatError: ``locale_decimal`` (a comma where a point is declared), ``amount_range`` or
            ``scale`` beyond 40 digits before or after it, else ``number``.
    """
    text = text.strip()
    if (_COMMA if decimal_mark == "," else _PLAIN).fullmatch(text):
        number = text.translate(_BLANKS).replace(",", ".")
        whole, _, fraction = number.partition(".")
        if len(whole) > _MAX_DIGITS or len(fraction) > _MAX_DIGITS:
            raise MoneyFormatError("amount_range" if len(whole) > _MAX_DIGITS else "scale", text)
        return Decimal(number)
    is_other = _OTHER_MARK.fullmatch(text) and not (decimal_mark == "," and _COMMA.fullmatch(text.translate(_BLANKS)))
    raise MoneyFormatError("locale_decimal" if is_other else "number", text)


def from_number(value: int | float) -> tuple[Decimal, bool]:
    """A JSON number, and whether binary noise was cut: 19.990000000000002 is 19.99.

    Raises:
        MoneyFormatError: ``amount_range`` if it is no amount at all: infinite, or beyond any other.
    """
    if isinstance(value, int):
        if abs(value) > MAX_CENTS:
            raise MoneyFormatError("amount_range", "")
        return Decimal(value), False
    if not abs(value) <= MAX_CENTS:
        raise MoneyFormatError("amount_range", "")
    exact = Decimal(repr(value))
    if len(exact.as_tuple().digits) <= _EXACT_DIGITS:
        return exact, False
    return Decimal(f"{value:.{_EXACT_DIGITS}g}"), True


def parse_currency(text: str) -> str:
    """The code of a currency in capitals.

    Raises:
        MoneyFormatError: ``currency`` if ISO 4217 does not know it.
    """
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise MoneyFormatError("currency", text)
    return code


def to_minor(amount: Decimal, currency: str, rounding: bool = False) -> tuple[int, bool]:
    """Minor units and whether rounding was needed.

    Raises:
        MoneyFormatError: ``scale`` if the amount has more digits than the currency and rounding is not declared;
            ``amount_range`` beyond ten trillion major units; ``currency`` if nobody knows how many digits it has.
    """
    if currency not in CURRENCIES:
        raise MoneyFormatError("currency", currency)
    scaled = _EXACT.scaleb(amount, DIGITS.get(currency, 2))
    if abs(scaled) > MAX_CENTS:
        raise MoneyFormatError("amount_range", amount)
    minor = scaled.to_integral_value(rounding=ROUND_HALF_UP)
    if minor == scaled:
        return int(minor), False
    if not rounding:
        raise MoneyFormatError("scale", amount)
    return int(minor), True
