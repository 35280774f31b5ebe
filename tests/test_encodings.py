"""What a text becomes when it is decoded, again and again."""

import base64
import gzip
import zlib
from collections.abc import Callable

import pytest

from segspark.encodings import MOST_INFLATED, from_base32, from_base64, inflated, is_compressed, variants


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("a%2540b", "a@b"), ("a%u0040b", "a@b"), ("a&commat;b", "a@b"), ("a&amp;#64;b", "a@b"), ("a\\u0040b", "a@b"),
        ("a\\100b", "a@b"), ("a=40b", "a@b"), ("=?utf-8?B?YUBi?=", "a@b"), ("=?utf-8?q?a=40b?=", "a@b"),
        ("a+AEA-b", "a@b"), ("a+(at)+b", "a (at) b"), ("ａ＠ｂ", "a@b"), ("a\u200b@b", "a@b"), ("٠٦", "06"),
        ("06\u201312\u00b734", "06-12-34"), ("06\u00a012", "06 12"), ('"a"@b', "a@b"),
    ],
)  # fmt: skip
def test_a_text_is_decoded(text: str, decoded: str) -> None:
    assert decoded in list(variants(text))


def test_each_variant_comes_once_and_the_text_first() -> None:
    found = list(variants("a%2540b"))
    assert found[0] == "a%2540b"
    assert len(found) == len(set(found))


def test_what_is_no_encoding_gives_nothing_and_no_error() -> None:
    assert list(variants("=?utf-8?B?#?= +#-")) != []
    assert from_base32("A1") == b""
    assert inflated(b"\x1f\x8bnothing") == b""


def test_base64_may_lack_its_end() -> None:
    assert from_base64("YUBi") == b"a@b"
    assert from_base64("YUA") == b"a@"
    assert from_base64("YUBiY") == b"a@b"
    assert from_base32(base64.b32encode(b"a@b").decode().rstrip("=")) == b"a@b"


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_compressed_bytes_are_known_and_only_their_start_is_inflated(compress: Callable[[bytes], bytes]) -> None:
    compressed = compress(b"\x00" * 1_000_000)
    assert is_compressed(compressed)
    assert len(inflated(compressed)) == MOST_INFLATED
    assert not is_compressed(b"a@b.fr")
