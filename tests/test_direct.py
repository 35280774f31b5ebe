"""Addresses and phone numbers are found however they are encoded, and ordinary words are left alone."""

import base64
import gzip
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.direct import _TOKEN, _names_in_token, may_be_encoded, names_somebody, without_direct

# Written without the program's own decoder.
ENCODINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "every byte percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "entities": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "quoted-printable": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of links": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "upper hexadecimal": lambda text: text.encode().hex().upper(),
    "encoded word": lambda text: f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?=",
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "UTF-16": lambda text: text.encode("utf-16-le").hex(),
}
SIMPLE = st.sampled_from(sorted(ENCODINGS))
LOCAL = st.text(alphabet="abcdefgxyz0123456789", min_size=2, max_size=12)
ADDRESSES = st.builds(
    "{}{}{}@{}.{}".format, LOCAL, st.sampled_from(".+-_"), LOCAL, LOCAL, st.sampled_from(["fr", "com"])
)
PHONES = st.builds("+33{}{:08}".format, st.integers(1, 9), st.integers(0, 99_999_999))


@given(st.one_of(ADDRESSES, PHONES), st.lists(SIMPLE, max_size=2))
def test_an_address_or_phone_is_found_however_it_is_encoded(value: str, how: list[str]) -> None:
    for name in how:
        value = ENCODINGS[name](value)
    assert names_somebody(value)
    assert value not in without_direct(f"for {value} today", lambda _: "~")


@pytest.mark.parametrize(
    "text",
    [
        "jean [at] exemple [dot] fr", "jean (arobase) exemple (point) fr", "jean at exemple dot fr",
        '"jean dupont"@exemple.fr', "jean@xn--caf-dma.fr", "jérôme@café.fr", "jean\u200b@\u200bexemple.fr",
        "jean+AEA-exemple.fr", "=?utf-8?Q?jean=40exemple.fr?=", "06 12 34 56 78", "06.12.34.56.78", "0612345678",
        "0033 6 12 34 56 78", "+33 (0)6 12 34 56 78", "%2B33612345678", "(555) 123-4567", "mailto:jean@exemple.fr",
        "+33 (0) 6 12 34 56 78", "mob_06.12.34.56.78", "tel06 12 34 56 78", "06–12–34–56–78", "06·12·34·56·78",
        "06\u201112\u201134\u201156\u201178", "06_12_34_56_78", "06. 12. 34. 56. 78", "0 6 1 2 3 4 5 6 7 8",
        "٠٦١٢٣٤٥٦٧٨", "069 123 4567", "07700 900123", "020 7946 0958", "030/123456-78", "079 123 45 67", "555-123-4567",
        "jean_at_exemple_dot_fr", "jean-at-exemple.fr", "jean*at*exemple.fr", "jean(a)exemple.fr", "jean (à) exemple.fr",
        "jean+(at)+exemple+(point)+fr", "bounce+jean=exemple.fr", "jean\\100exemple.fr", "jean [@] exemple.fr",
        "=?utf-8?B?amVhbi5kdXBvbg==?= =?utf-8?B?dEBleGVtcGxlLmZy?=",
    ],
)  # fmt: skip
def test_rare_spellings_are_found(text: str) -> None:
    assert names_somebody(text)


@given(ADDRESSES, st.sampled_from(["x", "id", "abc", "u2_"]))
def test_an_encoded_address_is_found_behind_other_letters(address: str, before: str) -> None:
    assert names_somebody(before + base64.b64encode(address.encode()).decode())
    assert names_somebody("zz" + before + address.encode().hex())
    assert names_somebody("Voucher" + before + base64.b64encode(b"+33612345678").decode())


@given(ADDRESSES, st.sampled_from(["\r\n", "\n", " "]))
def test_an_encoded_address_is_found_on_several_lines(address: str, between: str) -> None:
    encoded = base64.b64encode(address.encode()).decode()
    wrapped = between.join(encoded[at : at + 8] for at in range(0, len(encoded), 8))
    assert without_direct(wrapped, lambda _: "~") == "~"
    assert names_somebody(address.encode().hex(" "))
    assert names_somebody(address.encode().hex(":"))


@given(ADDRESSES)
def test_an_address_is_found_in_compressed_bytes(address: str) -> None:
    for compressed in (gzip.compress(address.encode()), zlib.compress(address.encode())):
        assert names_somebody(base64.b64encode(compressed).decode())
        assert names_somebody(f"https://boutique.example/p/{base64.b64encode(compressed).decode()}")
        assert names_somebody(compressed.hex())


def test_of_an_address_in_several_words_no_word_stays() -> None:
    for text in ("for jean [@] exemple.fr", "=?utf-8?B?amVhbi5kdXBvbg==?= =?utf-8?B?dEBleGVtcGxlLmZy?="):
        assert without_direct(text, lambda _: "~") == "~"


@pytest.mark.parametrize(
    "text",
    [
        "f47ac10b-58cc-4372-a567-0e02b2c3d479", "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "rWVYmVk90MjZJ9iohOBa3w", "5678901234567", "2026-05-04T10:00:00Z", "Nouvelle collection été 2026", "-50 % !",
        "order:1001", "C&A", "100% coton", "R-101", "a = b", "https://boutique.example/p/5678901234567", "v1.2.3",
        "Soldes 01.06.2026-30.06.2026", "01/06/2026 10:12", "2026_06_01_10_12_13", "01-2026-000123", "look-at-me.html",
        "A102-0042-XL", "taille=38", "h-267efdd398ae98bd9722294f4e38283f", "~267efdd398ae98bd", "", "@", "Robe @ 20 €",
    ],
)  # fmt: skip
def test_ordinary_ids_and_labels_are_left_alone(text: str) -> None:
    assert not names_somebody(text)
    assert without_direct(text, lambda _: "!") == text


@given(st.binary(min_size=16, max_size=16))
def test_hashes_are_left_alone_but_by_chance(content: bytes) -> None:
    # Sixteen random bytes that hold an address are one in many millions.
    assert not names_somebody(content.hex())


def test_of_a_longer_text_the_words_are_replaced_that_name_somebody() -> None:
    assert without_direct("Soldes pour jean@exemple.fr !", lambda _: "~") == "Soldes pour ~ !"
    assert without_direct('x "jean dupont"@exemple.fr y', lambda _: "~") == "x ~ y"
    assert without_direct("appelez le 06 12 34 56 78 vite", lambda _: "~") == "appelez le ~ vite"
    assert without_direct("jean at exemple dot fr", lambda _: "~") == "~"


def test_beside_an_encoded_word_nothing_stays() -> None:
    # The first half is no address.
    first, second = (base64.b64encode(half).decode() for half in (b"jean.martin", b".durand@exemple.fr"))
    assert without_direct(f"{first} {second}", lambda _: "~") == "~"
    assert without_direct("Soldes jean%40exemple.fr", lambda _: "~") == "~"


PACKED = ENCODINGS | {
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "zlib": lambda text: base64.urlsafe_b64encode(zlib.compress(text.encode())).decode(),
    "lower base32": lambda text: ENCODINGS["base32"](text).lower(),
}
WORDS = st.text(alphabet="abefzABEFZ0123456789+/=-_.: ", max_size=40)
ENCODED = st.builds(
    "{}{}{}{}{}".format,
    WORDS,
    st.sampled_from(["", "-", "_", "/", "+", ".", " "]),
    st.builds(lambda how, value: PACKED[how](value), st.sampled_from(sorted(PACKED)), st.one_of(ADDRESSES, PHONES)),
    st.sampled_from(["", "-", "_", "/", "+", ".", " "]),
    WORDS,
)


@given(st.one_of(ENCODED, WORDS, st.binary(max_size=30).map(bytes.hex)))
def test_what_is_not_worth_decoding_holds_nothing(text: str) -> None:
    if not may_be_encoded(text):
        assert not any(map(_names_in_token, _TOKEN.findall(text)))
