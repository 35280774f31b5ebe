"""Shown output against real output."""

import pytest
from docs.output import differences

REAL = """scheme  segment_name  segment_id            people
rules   Buyers        rules-b01472af57      24,411
rules   Active        rules-b92d4a348c       9,662
done in 3.5 s
"""


@pytest.mark.parametrize(
    "shown",
    [
        REAL,
        "scheme segment_name segment_id people\nrules Buyers rules-1a 7\nrules Active rules-0f00aa 120\ndone in 12 s",
        "scheme  segment_name  segment_id  people\n…\nrules Active rules-b92d4a348c 9\n…",
        "…\ndone in 1 s",
        "scheme … people\nrules Buyers … 1\n…",
    ],
)
def test_numbers_ids_widths_and_gaps_do_not_count(shown: str) -> None:
    assert differences(shown.replace("rules-1a", "rules-1a2b3c"), REAL) == ""


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("scheme  name  segment_id  people\n…", "not in the output: scheme name segment_id people"),
        ("…\nrules Byers rules-b01472af57 1\n…", "not in the output: rules Byers"),
        ("…\ndone in 3 s\nrules Active rules-b92d4a348c 9\n…", "in another order"),
        ("…\nrules Active rules-b92d4a348c 9", "in another order or with more lines"),
    ],
)
def test_words_headers_order_and_omitted_lines_do(shown: str, said: str) -> None:
    found = differences(shown, REAL)
    assert said in found
    assert "24,411" in found
