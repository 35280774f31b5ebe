import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.address import mailbox_provider, mailbox_provider_of, normalise, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("MAILTO:ann%2Bshop@example.com?subject=order", "ann+shop@example.com"),
        ("ann+shop@example.com", "ann+shop@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann", None),
        ("ann@localhost", None),
        ("ann@[192.0.2.1]", None),
        ("ann@example..com", None),
        ("ann@example.com..", None),
        ("a b@example.com", None),
        ("ann\u00a0b@example.com", None),
        ("ann\x01@example.com", None),
        ("ann\ud800@example.com", None),
        ("ann\uff20example.com", None),
        ("ann@example.com, bob@example.com", None),
        ("@example.com", None),
        ("", None),
    ],
)
def test_normal_form(text: str, expected: str | None) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<jeanne@exemple.fr>", "jeanne@exemple.fr"),
        ("Jeanne Martin <jeanne@exemple.fr>", "jeanne@exemple.fr"),
        ('"Martin, Jeanne" <jeanne@exemple.fr>', "jeanne@exemple.fr"),
        # Which of the two is meant nobody can tell.
        ("paul@exemple.fr <jeanne@exemple.fr>", None),
        ("<jeanne@exemple.fr> <paul@exemple.fr>", None),
        ("Jeanne <jeanne@exemple.fr> Martin", None),
        ("jeanne@exemple.fr>", None),
    ],
)
def test_brackets_and_the_name_before_them_are_left_out(text: str, expected: str | None) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"jean dupont"@exemple.fr', '"jean dupont"@exemple.fr'),
        ('"Jean.Dupont"@exemple.fr', "jean.dupont@exemple.fr"),
        ('"jean@home"@exemple.fr', '"jean@home"@exemple.fr'),
        (r'"j\e\"an"@exemple.fr', r'"je\"an"@exemple.fr'),
        ('"jean..d"@exemple.fr', '"jean..d"@exemple.fr'),
        ('""@exemple.fr', None),
        ('"jean@exemple.fr', None),
        ('"je\x07an"@exemple.fr', None),
    ],
)
def test_quotes_of_a_local_part_stay_only_where_they_are_needed(text: str, expected: str | None) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "je\u200ban@exemple.fr",
        "jean@exem\u00adple.fr",
        "\ufeffjean@exemple.fr",
        "\u202ajean@exemple.fr\u202c",
        "jean@exemple.fr\u00a0",
        "jean\u2060@exemple.fr",
        "je\u200dan@exemple.fr",
        "jean@exemple\u3002fr",
        "jean@\uff45xemple.fr",
    ],
)
def test_what_nobody_sees_makes_no_other_mailbox(spelling: str) -> None:
    assert normalise(spelling) == "jean@exemple.fr"


def test_composed_and_decomposed_letters_are_the_same_mailbox() -> None:
    assert normalise("rene\u0301@exemple.fr") == normalise("ren\u00e9@exemple.fr") == "ren\u00e9@exemple.fr"
    assert normalise("jean@be\u0301b\u00e9.fr") == normalise("jean@b\u00e9b\u00e9.fr") == "jean@xn--bb-bjab.fr"


def test_letters_that_look_alike_are_different_mailboxes() -> None:
    assert normalise("j\u0435an@exemple.fr") == "j\u0435an@exemple.fr"
    assert normalise("jean@\u0435xemple.fr") != normalise("jean@exemple.fr")


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("ann@b\u00fccher.example", "xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        # IDNA 2008: another domain than strasse.de.
        ("ann@stra\u00dfe.de", "xn--strae-oqa.de"),
        # No letter, so that only the rules of 2003 know it.
        ("ann@i\u2764.ws", "xn--i-7iq.ws"),
        # The joiner belongs to the word.
        ("ann@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "xn--mgba3gch31f060k.com"),
    ],
)
def test_domains_of_all_scripts_are_written_in_ascii(text: str, domain: str) -> None:
    assert normalise(text) == f"ann@{domain}"


def test_a_domain_too_long_for_the_net_is_none() -> None:
    assert normalise(f"ann@{'b' * 64}.fr") is None
    assert normalise("ann@" + "\u00e9" * 64 + ".fr") is None
    assert normalise("ann@" + "abcdefgh." * 30 + "fr") is None


@given(st.text(alphabet="aE1.@\"\\<> '\u200b\u200d\u0301\u00e9\u00df\u212a\uff20\u3002-", max_size=30))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    for spelling in (text, f"{text}@exemple.fr", f"ann@{text}.fr"):
        normal = normalise(spelling)
        assert normal is None or normalise(normal) == normal


def test_families_of_mailbox_providers() -> None:
    assert (mailbox_provider("gmail.com"), mailbox_provider("wanadoo.fr"), mailbox_provider("shop.example")) == (
        "gmail",
        "orange",
        "other",
    )


@pytest.mark.parametrize("spelling", ["ann@gmail.com", "Ann@GMAIL.com.", "Ann <ann@gmail.com>", "ann@\u200bgmail.com"])
def test_the_family_does_not_depend_on_the_spelling(spelling: str) -> None:
    assert mailbox_provider_of(spelling) == "gmail"


def test_what_is_no_address_has_no_family() -> None:
    assert mailbox_provider_of("ann") == "other"


def test_text_without_invisible_characters_stays_as_it_is() -> None:
    assert (
        visible("Jeanne \u00c9t\u00e9 \u0646\u0627\u0645\u0647\u200c\u0627\u06cc")
        == "Jeanne \u00c9t\u00e9 \u0646\u0627\u0645\u0647\u200c\u0627\u06cc"
    )
    assert visible("a\u200db\u200c\ufeff") == "ab"
