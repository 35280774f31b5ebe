"""The shared words are a contract with stored tables and with people's rules: here they stand as literals."""

from dataclasses import FrozenInstanceError

import pytest

from segspark.sources import vocabulary
from segspark.sources.provider import NoOptions
from segspark.sources.vocabulary import Context, Identifier, Produced, Rejected, refusal


def test_the_words_are_these() -> None:
    assert vocabulary.EVENT_TYPES == (
        "sent",
        "delivered",
        "deferred",
        "bounce_hard",
        "bounce_soft",
        "blocked",
        "suppressed",
        "open",
        "click",
        "complaint",
        "unsubscribe",
        "resubscribe",
        "page_view",
        "product_view",
        "search",
        "cart_add",
        "cart_remove",
        "checkout",
        "order",
        "refund",
        "offer_received",
        "offer_viewed",
        "offer_completed",
        "session_end",
        "unknown",
    )
    assert vocabulary.DEVICES == ("desktop", "mobile", "tablet")
    assert vocabulary.LINE_TYPES == ("sale", "refund", "other")


def test_a_refusal_keeps_its_codes_and_says_them() -> None:
    refused = Rejected("missing:email", "type:url")
    assert refused.reasons == ["missing:email", "type:url"]
    assert str(refused) == "missing:email, type:url"
    assert isinstance(refused, ValueError)
    assert (Rejected().reasons, str(Rejected())) == ([], "")


def test_an_identifier_is_a_kind_and_a_value() -> None:
    assert Identifier("email", "jeanne@exemple.fr") == ("email", "jeanne@exemple.fr")
    assert Identifier(kind="user", value="7")._asdict() == {"kind": "user", "value": "7"}


def test_a_context_is_what_a_source_declares_and_does_not_change() -> None:
    context = Context("mails", "Europe/Paris", "EUR", NoOptions())
    assert vars(context) == {
        "source": "mails", "time_zone": "Europe/Paris", "currency": "EUR", "options": NoOptions(),
        "keep": {}, "attributes": "word", "words": frozenset(),
    }  # fmt: skip
    with pytest.raises(FrozenInstanceError):
        context.source = "others"  # type: ignore[misc]


def test_what_says_nothing_is_empty_and_shares_nothing() -> None:
    nothing = Produced()
    assert vars(nothing) == {
        "events": [], "orders": [], "lines": [], "profiles": [], "consents": [], "links": [],
        "introduced": [], "received_at": None, "ignored": False, "flags": [], "body": None,
    }  # fmt: skip
    other = Produced()
    for name in ("events", "orders", "lines", "profiles", "consents", "links", "introduced", "flags"):
        assert getattr(nothing, name) is not getattr(other, name)


def test_two_results_are_equal_only_where_every_part_is() -> None:
    # The adapters' tests compare whole results; that must not overlook a part.
    parts = {
        "events": [{}], "orders": [{}], "lines": [{}], "profiles": [{}], "consents": [{}],
        "links": [(Identifier("user", "1"), Identifier("email", "a@exemple.fr"), "crm", 1)],
        "introduced": [(Identifier("user", "1"), 1)], "received_at": 1, "ignored": True, "flags": ["x"],
    }  # fmt: skip
    assert {*parts, "body"} == set(vars(Produced()))
    for name, value in parts.items():
        assert Produced(**{name: value}) != Produced()
        assert Produced(**{name: value}) == Produced(**{name: value})


def test_of_an_adapter_s_error_only_its_type_is_told() -> None:
    assert refusal(Rejected("type:event", "missing:id")) == ["type:event", "missing:id"]
    assert refusal(KeyError("ann@example.com")) == ["adapter_error:KeyError"]
    with pytest.raises(MemoryError):
        refusal(MemoryError())
