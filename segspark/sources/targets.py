"""Convert the evaluated texts of one row to records of the shared vocabulary, one maker per target."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from segspark import money, time
from segspark.sources.convert import COLUMNS, NUMBERS, REQUIRED, Converter, Notation, local_flag, to_time, without_noise
from segspark.sources.fields import page
from segspark.sources.files import InputFile
from segspark.sources.mapping import writing_of
from segspark.sources.plausible import without_absurd_dates
from segspark.sources.spec import ColumnSpec, RecordSpec, Source
from segspark.sources.sql.values import DATE, MOMENT, NUMERIC, TEXT
from segspark.sources.vocabulary import REACTIONS, Identifier, Produced, Rejected

Maker = Callable[[dict[str, Any], InputFile, Produced], None]
# The flag of a profile that has no time but that of its delivery.
UNDATED = "undated:valid_from"


def failed_name(output: str) -> str:
    """The column that is true where an expression failed."""
    return f"failed__{output}"


def notation_of(source: Source, kind: str, spec: ColumnSpec | None = None) -> Notation:
    """How the result of an expression is written: as the source writes, or as Spark does where it was calculated."""
    writing = writing_of(source, spec)
    times = ("iso",) if kind in (DATE, MOMENT) else writing.times
    mark = "." if kind in NUMERIC else writing.decimal_mark
    return Notation(times, source.time_zone, mark)


def make_maker(source: Source, at: int, currency: str, kinds: Mapping[str, str] = MappingProxyType({})) -> Maker:
    """The function that converts one row by ``records[at]`` of the source and adds it to ``Produced``.

    It raises ``Rejected`` with all errors of the row, each ``code:column``.

    Args:
        kinds: what each expression gives; a text if it is not among them.
    """
    record = source.records[at]
    converters: list[tuple[str, str, str, Converter, Notation]] = []
    attributes: list[tuple[str, str]] = []
    for name, spec in record.columns.items():
        if name == "attributes" and isinstance(spec, dict):
            attributes += [(key, f"r{at}_attributes__{key}") for key in spec]
            continue
        notation = notation_of(source, kinds.get(f"r{at}_{name}", TEXT), spec if isinstance(spec, ColumnSpec) else None)
        column = f"r{at}_{name}"
        converters.append((name, column, failed_name(column), COLUMNS[record.target][name], notation))
    finish = _FINISH[record.target]
    links = [(link.kind, f"r{at}__link{n}", link.rule) for n, link in enumerate(record.links)]
    where_failed = failed_name(f"r{at}__where")
    where, own_id, visitor_id = f"r{at}__where", f"r{at}__id", f"r{at}__anonymous"
    owner_kind = record.identifier.kind if record.identifier else None
    others = [
        *((failed_name(own_id), "identifier"), (failed_name(visitor_id), "anonymous")),
        *((failed_name(column), "links") for _, column, _ in links),
        *((failed_name(column), f"attributes.{key}") for key, column in attributes),
    ]
    are_doubles = source.doubles if source.doubles is not None else source.format != "csv"
    required, needs_owner = REQUIRED[record.target], record.target in ("profiles", "consents")

    def make(row: dict[str, Any], file: InputFile, produced: Produced) -> None:
        if row.get(where_failed):
            raise Rejected("expression:where")
        if record.where and not row[where]:
            return
        item: dict[str, Any] = {}
        flags: list[str] = []
        reasons = [f"expression:{label}" for column, label in others if row.get(column)]
        for name, column, failed, converter, notation in converters:
            text = row[column]
            if row.get(failed):
                reasons.append(f"expression:{name}")
                continue
            if text is None or not text.strip():
                continue
            if are_doubles and converter in NUMBERS and (rounded := without_noise(text)) is not None:
                text = rounded
                flags.append(f"{money.NOISE}:{name}")
            try:
                item[name] = converter(text, notation)
                if converter is to_time and _may_be_doubtful(item[name], notation):
                    doubt = local_flag(text, notation)
                    flags += [f"{doubt}:{name}"] if doubt else []
            except Rejected as error:
                reasons += [f"{reason}:{name}" for reason in error.reasons]
        for name in required:
            if name not in item and not any(name in r for r in reasons):
                reasons.append(f"missing:{name}")
        if attributes and (extras := {key: row[column] for key, column in attributes if row[column]}):
            item["attributes"] = extras
        owner = _identifier(owner_kind, row[own_id]) if owner_kind else None
        visitor = _identifier("anonymous", row[visitor_id]) if record.anonymous else None
        if owner is not None and owner.kind == "anonymous":
            owner, visitor = None, owner
        if owner is None and needs_owner:
            reasons.append("missing:identifier")
        if reasons:
            raise Rejected(*reasons)
        item["identifier"] = owner
        finish(item, visitor, _Place(source, file, row["position"], currency, flags), produced)
        first = owner or visitor
        if first is None:
            return
        times = [item.get(n) for n in ("occurred_at", "ordered_at", "valid_from", "effective_at")]
        at_time = next((t for t in [*times, file.received_at] if t is not None), None)
        if at_time is not None and introduces(record, item):
            produced.introduced.append((first, at_time))
        for kind, column, rule in links:
            other = _identifier(kind, row[column])
            if other is not None and at_time is not None:
                produced.links.append((first, other, rule, at_time))

    return make


def _may_be_doubtful(micros: int, notation: Notation) -> bool:
    return notation.time_zone is not None and time.is_near_change(micros, notation.time_zone)


def introduces(record: RecordSpec, item: dict[str, Any]) -> bool:
    """Whether a row makes its person known; an event of the business's own tables does, a reaction to a mail not."""
    if record.introduces is not None:
        return record.introduces
    return record.target != "events" or item.get("event_type") not in REACTIONS


class _Place:
    """The position of a row: its identity if it has no key of its own."""

    def __init__(self, source: Source, file: InputFile, position: int, currency: str, flags: list[str]) -> None:
        # ``flags``: of the values of the row.
        self.source, self.currency, self.flags = source, currency, flags
        self.file = file
        self.id = f"{file.file_id[:16]}-{position}"


def _identifier(kind: str, value: str | None) -> Identifier | None:
    text = value.strip() if value else None
    return Identifier(kind, text) if text else None


def _cents(item: dict[str, Any], name: str, place: _Place, flags: list[str]) -> None:
    """Replace ``name`` (major units) with ``name_cents``."""
    amount = item.pop(name, None)
    if amount is None:
        return
    try:
        cents, was_rounded = money.to_minor(amount, item["currency"], place.source.rounding is not None)
    except money.MoneyFormatError as error:
        raise Rejected(f"{error.code}:{name}") from None
    item[f"{name}_cents"] = cents
    if was_rounded:
        flags.append(f"rounded:{name}")


def _not_negative(item: dict[str, Any], name: str) -> None:
    """A sale below zero is a refund that nobody declared: counted as a sale it would be an order more."""
    if (item.get(f"{name}_cents") or 0) < 0:
        raise Rejected(f"negative:{name}")


def _finish_event(item: dict[str, Any], visitor: Identifier | None, place: _Place, produced: Produced) -> None:
    item.setdefault("currency", place.currency)
    produced.flags += place.flags
    _cents(item, "amount", place, produced.flags)
    if item["event_type"] == "refund" and item.get("amount_cents") is not None:
        item["amount_cents"] = abs(item["amount_cents"])
    if item["event_type"] == "order":
        _not_negative(item, "amount")
    item["anonymous"] = visitor
    if item.get("event_id") is None and place.source.duplicates != "drop":
        item["event_id"] = place.id
    if item.get("url"):
        item["url"] = page(item["url"])
    produced.events.append(item)


def _finish_order(item: dict[str, Any], visitor: Identifier | None, place: _Place, produced: Produced) -> None:
    item.setdefault("currency", place.currency)
    item.setdefault("order_type", "sale")
    item.setdefault("order_id", place.id)
    produced.flags += place.flags
    _cents(item, "amount", place, produced.flags)
    _cents(item, "refunded", place, produced.flags)
    _not_negative(item, "refunded")
    if item["order_type"] == "sale":
        _not_negative(item, "amount")
        if item.get("amount_cents") is not None and (item.get("refunded_cents") or 0) > item["amount_cents"]:
            raise Rejected("range:refunded")
    category = item.pop("category", None)
    produced.orders.append(item)
    if item["order_type"] == "other":
        return
    cents = item.get("amount_cents")
    produced.events.append(
        {
            "event_id": f"{item['order_type']}:{item['order_id']}",
            "source_event": "order",
            "event_type": "order" if item["order_type"] == "sale" else "refund",
            "identifier": item["identifier"],
            "anonymous": visitor,
            "occurred_at": item["ordered_at"],
            "order_id": item["order_id"],
            "category": category,
            "amount_cents": abs(cents) if cents is not None and item["order_type"] == "refund" else cents,
            "currency": item["currency"],
            "n_items": item.get("n_items"),
            "country": item.get("country"),
        }
    )


def _finish_line(item: dict[str, Any], visitor: Identifier | None, place: _Place, produced: Produced) -> None:
    """Finish a line; its order's event is made later, from all lines of the order."""
    item.setdefault("currency", place.currency)
    item.setdefault("line_type", "sale")
    item.setdefault("line_id", place.id)
    flags = list(place.flags)
    price = item.get("unit_price")
    if "amount" not in item and "amount_cents" not in item and isinstance(price, Decimal):
        item["amount"] = price * item["quantity"]
    _cents(item, "amount", place, flags)
    item["flags"] = flags or None
    produced.flags += flags
    produced.lines.append(item)


def _finish_profile(item: dict[str, Any], visitor: Identifier | None, place: _Place, produced: Produced) -> None:
    """Finish a profile; impossible birth and sign-up dates are flagged and left empty, the row is kept."""
    flags = list(place.flags)
    if "valid_from" not in item:
        told = item.get("recorded_at") or produced.received_at or place.file.received_at
        if told is None:
            # Known from its delivery: nothing tells that it held before, and the next delivery may tell otherwise.
            told = place.file.delivered_at or 0
            flags.append(UNDATED)
        item["valid_from"] = told
    item.setdefault("recorded_at", item["valid_from"])
    flags += without_absurd_dates(item)
    item["flags"] = flags or None
    produced.flags += flags
    produced.profiles.append(item)


def _finish_consent(item: dict[str, Any], visitor: Identifier | None, place: _Place, produced: Produced) -> None:
    produced.flags += place.flags
    item.setdefault("recorded_at", item["effective_at"])
    produced.consents.append(item)


_FINISH: dict[str, Callable[[dict[str, Any], Identifier | None, _Place, Produced], None]] = {
    "events": _finish_event,
    "orders": _finish_order,
    "order_lines": _finish_line,
    "profiles": _finish_profile,
    "consents": _finish_consent,
}
