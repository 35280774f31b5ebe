"""The shared vocabulary of all sources, and the records an adapter produces.

An adapter is a pure function ``parse(record, context) -> Produced`` over one decoded JSON object. It raises
``Rejected`` with a reason code for invalid records, returns ``Produced(ignored=True)`` for valid records that are
not about a person, and never fails on unknown keys or unknown event types (``unknown``).
Identifiers stay in clear inside an adapter; the gateway (``masking.py``) replaces them before anything is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

EVENT_TYPES = (
    "sent", "delivered", "deferred", "bounce_hard", "bounce_soft", "blocked", "suppressed",
    "open", "click", "complaint", "unsubscribe", "resubscribe",
    "page_view", "product_view", "search", "cart_add", "cart_remove", "checkout",
    "order", "refund", "offer_received", "offer_viewed", "offer_completed", "session_end", "unknown",
)  # fmt: skip
DEVICES = ("desktop", "mobile", "tablet")
# What mailbox providers and recipients do with a mail, and words that the vocabulary does not know.
REACTIONS = frozenset(
    """open click deferred bounce_hard bounce_soft blocked suppressed complaint unsubscribe resubscribe unknown""".split()
)
# What introduces a person, unless a provider declares less: the words of such events and the kinds of such content
# (``Produced``), and calls that do nothing else.
INTRODUCING = frozenset(("sent", "delivered", "order", "refund", "orders", "lines", "profiles", "consents", "identify"))
# What a mail provider knows that the business did itself; anybody may send it the rest, such as an open.
BY_MAIL = frozenset(("sent", "delivered"))
# Providers without machine flags are assumed to have filtered machines themselves.
BY_A_HUMAN = "coalesce(not is_machine, true)"
LINE_TYPES = ("sale", "refund", "other")
# The reason of a record on which its adapter failed, with the type of the error.
ADAPTER_ERROR = "adapter_error"


class Rejected(ValueError):
    """The record is refused; ``reasons`` are codes, ``code`` or ``code:column``."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = list(reasons)


def refusal(error: Exception) -> list[str]:
    """The reasons to quarantine a record by an error in the middle of it.

    An adapter that fails otherwise than by ``Rejected`` is wrong about this record, and the others go on. Of the error
    only its type is told: its text may hold what the record says. A lack of memory is not the record's fault and is
    raised again.
    """
    if isinstance(error, Rejected):
        return error.reasons
    if isinstance(error, MemoryError):
        raise error
    return [f"{ADAPTER_ERROR}:{type(error).__name__}"]


class Identifier(NamedTuple):
    """An identifier in clear. Kinds: email, customer (CRM or shop number), user, anonymous (cookie), phone."""

    kind: str
    value: str


@dataclass(frozen=True)
class Context:
    """What a source declares: name, zone of naive times, currency, and its options by the provider's own model.

    Attributes:
        keep: custom arguments that are kept among an event's attributes -> the shape of their values.
        attributes: the shape of attributes that are no custom arguments.
        words: texts of several words that the provider's vocabulary has.
    """

    source: str
    time_zone: str | None
    currency: str
    options: Any = None
    keep: Mapping[str, str] = field(default_factory=dict)
    attributes: str = "word"
    words: frozenset[str] = frozenset()


@dataclass
class Produced:
    """The content of one record. Each list holds dictionaries with the keys below; missing keys are null.

    events: the columns of silver.events, but ``identifier`` and ``anonymous`` (Identifier or None) instead of
        the pseudonyms; times as UTC microseconds (int); required: event_type, occurred_at. ``event_id`` may be
        None: the sanitizer then makes a documented hash. Without event_date, received_at, known_as_of, run_id,
        fingerprint, source, mailbox_provider (the sanitizer fills them). url without query string.
    orders: order_id, identifier, order_type, ordered_at, updated_at, status, amount_cents, refunded_cents,
        currency, n_items, country, attributes.
    lines: order_id, line_id, identifier, line_type, ordered_at, product_id, title, category, quantity (int),
        unit_price (Decimal), amount_cents, currency, country, attributes, flags.
    profiles: identifier, valid_from, recorded_at (µs), birth_date (date), gender, country, region, city,
        language, signup_date (date), attributes, flags.
    consents: identifier, purpose, topic, value (granted or withdrawn), basis, effective_at, recorded_at,
        expires_at (µs), proof.
    links: identifiers of one person as (Identifier, Identifier, rule, effective_at µs).
    introduced: identifiers that the record introduces by itself, as an identify call does, with the time (µs); of an
        anonymous visitor the record introduces those whom it names beside it.
    received_at: UTC µs if the record itself gives its time of receipt.
    body: the part of the record that the provider's ``keeps`` describes, where it lies in an envelope; None is the
        record itself.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    links: list[tuple[Identifier, Identifier, str, int]] = field(default_factory=list)
    introduced: list[tuple[Identifier, int]] = field(default_factory=list)
    received_at: int | None = None
    ignored: bool = False
    flags: list[str] = field(default_factory=list)
    body: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    def others(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Kind of staged rows and items of all content but events; most records have none."""
        if not (self.orders or self.lines or self.profiles or self.consents):
            return []
        kinds = ("orders", self.orders), ("lines", self.lines), ("profiles", self.profiles), ("consents", self.consents)
        return [(kind, its) for kind, its in kinds if its]


def introduces_people(produced: Produced, introducing: frozenset[str]) -> bool:
    """Whether a record introduces everybody whom it names.

    Args:
        introducing: of the record's provider.
    """
    if produced.introduced:
        return True
    for event in produced.events:
        if event["event_type"] in introducing:
            return True
    return any(kind in introducing for kind, _ in produced.others())
