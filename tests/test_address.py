import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.address import mailbox_provider, normalise, replace_addresses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("ann+shop@example.com", "ann+shop@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann", None),
        ("ann@localhost", None),
        ("a b@example.com", None),
        ("", None),
    ],
)
def test_normal_form(text: str, expected: str | None) -> None:
    assert normalise(text) == expected


def test_addresses_in_text_are_replaced_wherever_they_stand() -> None:
    text = (
        '{"a":"ann@example.com","u":"https://x.example/?m=bob%40example.com&y=1","t":"<eve@example.org>, at 10@ home"}'
    )
    assert (
        replace_addresses(text, lambda found: f"[{found.split('@')[1]}]")
        == '{"a":"[example.com]","u":"https://x.example/?[example.com]&y=1","t":"<[example.org]>, at 10@ home"}'
    )


@given(st.text(alphabet="ab1.@%40 <>\"'{}:é", max_size=60))
def test_no_address_is_left(text: str) -> None:
    left = replace_addresses(text + " ann@example.com", lambda _: "~")
    assert "@example.com" not in left


def test_families_of_mailbox_providers() -> None:
    assert (mailbox_provider("gmail.com"), mailbox_provider("wanadoo.fr"), mailbox_provider("shop.example")) == (
        "gmail",
        "orange",
        "other",
    )
