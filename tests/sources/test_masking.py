"""Pseudonyms instead of identifiers: the same for the same person, and none for what is no identifier."""

import pytest

from segspark.pseudonyms import Key, Pseudonymiser
from segspark.sources.masking import Masker, Named
from segspark.sources.vocabulary import Identifier, Rejected

KEY = Key(b"0123456789abcdef0123456789abcdef")
ANN, VISITOR = Identifier("email", "ann@example.com"), Identifier("anonymous", "v-1")


def pseudonym(identifier: Identifier) -> str:
    return str(Pseudonymiser(KEY).identifier_id(*identifier))


def test_the_identifiers_of_a_record_are_collected_on_the_way() -> None:
    named: Named = {}
    event = Masker(KEY).event({"event_type": "open", "identifier": ANN, "anonymous": VISITOR}, named)
    assert (event["identifier_id"], event["anonymous_id"]) == (pseudonym(ANN), pseudonym(VISITOR))
    assert named == {ANN: pseudonym(ANN), VISITOR: pseudonym(VISITOR)}


def test_what_is_no_identifier_refuses_the_record() -> None:
    for identifier, reason in ((Identifier("email", "ann"), "address"), (Identifier("customer", " "), "identifier")):
        with pytest.raises(Rejected, match=reason):
            Masker(KEY).owned({"identifier": identifier}, {})


def test_a_link_tells_which_end_is_a_visitor() -> None:
    pair, at, rule = Masker(KEY).link((ANN, VISITOR, "identify", 5), {})
    assert (pair, at, rule) == ((pseudonym(ANN), pseudonym(VISITOR), False, True), 5, "identify")


def test_an_event_has_the_family_of_its_mailbox_unless_it_tells_one() -> None:
    masker, gmail = Masker(KEY), Identifier("email", "ann@gmail.com")
    assert masker.event({"identifier": gmail}, {})["mailbox_provider"] == "gmail"
    assert masker.event({"identifier": gmail, "mailbox_provider": "own"}, {})["mailbox_provider"] == "own"


def test_a_text_keeps_neither_identifiers_nor_direct_values_nor_addresses() -> None:
    named: Named = {}
    masker = Masker(KEY)
    masker.owned({"identifier": Identifier("customer", "77")}, named)
    text = masker.scrub('{"a":"77","b": 77,"c":177,"d":"Ann Lee","e":"to bob@example.com"}', named, ["Ann Lee"])
    token = f'"~{pseudonym(Identifier("customer", "77"))}"'
    bob = pseudonym(Identifier("email", "bob@example.com"))
    assert text == f'{{"a":{token},"b": {token},"c":177,"d":"~","e":"to ~{bob}"}}'
