import pytest

from segspark.address import mailbox_provider, normalise


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


def test_families_of_mailbox_providers() -> None:
    assert (mailbox_provider("gmail.com"), mailbox_provider("wanadoo.fr"), mailbox_provider("shop.example")) == (
        "gmail",
        "orange",
        "other",
    )
