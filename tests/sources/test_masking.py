"""Pseudonyms instead of identifiers: the same for the same person, and none for what is no identifier."""

import pytest

from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources.masking import Masker, Named
from segspark.sources.vocabulary import Context, Identifier, Rejected

CONTEXT = Context("mails", None, "EUR")
KEY = Key(b"0123456789abcdef0123456789abcdef")
ANN, VISITOR = Identifier("email", "ann@example.com"), Identifier("anonymous", "v-1")


def pseudonym(identifier: Identifier) -> str:
    return str(Pseudonymiser(KEY).identifier_id(*identifier))


def test_the_identifiers_of_a_record_are_collected_on_the_way() -> None:
    named: Named = {}
    event = Masker(KEY, CONTEXT).event({"event_type": "open", "identifier": ANN, "anonymous": VISITOR}, named)
    assert (event["identifier_id"], event["anonymous_id"]) == (pseudonym(ANN), pseudonym(VISITOR))
    assert named == {ANN: pseudonym(ANN), VISITOR: pseudonym(VISITOR)}


def test_what_is_no_identifier_refuses_the_record() -> None:
    for identifier, reason in ((Identifier("email", "ann"), "address"), (Identifier("customer", " "), "identifier")):
        with pytest.raises(Rejected, match=reason):
            Masker(KEY, CONTEXT).owned("orders", {"identifier": identifier}, {})


def test_a_link_tells_which_end_is_a_visitor() -> None:
    pair, at, rule = Masker(KEY, CONTEXT).link((ANN, VISITOR, "identify", 5), {})
    assert (pair, at, rule) == ((pseudonym(ANN), pseudonym(VISITOR), False, True), 5, "identify")


def test_an_event_has_the_family_of_its_mailbox_unless_it_tells_one() -> None:
    masker, gmail = Masker(KEY, CONTEXT), Identifier("email", "ann@gmail.com")
    assert masker.event({"identifier": gmail}, {})["mailbox_provider"] == "gmail"
    assert masker.event({"identifier": gmail, "mailbox_provider": "own"}, {})["mailbox_provider"] == "own"


def test_every_text_gets_the_shape_of_its_column() -> None:
    said = {
        "identifier": ANN, "message_id": "<ann@example.com>", "campaign_id": "Soldes pour ann%40example.com",
        "url": "https://boutique.example/of/ann@example.com?who=1", "order_id": "C 12", "category": "Robes",
    }  # fmt: skip
    masker = Masker(KEY, CONTEXT)
    event = masker.event(dict(said), {})
    assert event["message_id"] == masker.hidden("<ann@example.com>")
    assert event["campaign_id"] == masker.hidden("Soldes pour ann%40example.com")
    assert event["url"] == f"https://boutique.example/of/{masker.hidden('ann@example.com')}"
    assert (event["order_id"], event["category"]) == ("C 12", "Robes")
