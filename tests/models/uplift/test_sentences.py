"""A verdict in words."""

from dataclasses import replace

import pytest

from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.evaluate import Policy
from segspark.models.uplift.sentences import sentences
from segspark.models.uplift.verdict import UpliftVerdict

VISITS = {"fr": "visites", "en": "visits"}
ALL = UpliftVerdict(
    n_treated=21_387, n_control=21_306, effect=Estimate(0.0452, 0.039, 0.0516), cost=0, qini=Estimate(0, -0.1, 0.1),
    top_share=0.3, top=Estimate(0.0707, 0.0596, -0.0004), found=False, audience="all",
)  # fmt: skip
POLICY = Policy(0.4, Estimate(0.1, 0, 0.2), Estimate(0.1, 0, 0.2), Estimate(0.1, 0, 0.2))


def test_where_nothing_is_found_it_says_so_and_to_send_to_all() -> None:
    effect, difference, advice = sentences(ALL, VISITS)
    assert effect["en"] == (
        "Among 42,693 people put into one of two groups at random, the mail brings +4.5 visits per 100 mails on average "
        "(95% interval: +3.9 to +5.2)."
    )
    assert effect["fr"].startswith("Sur 42\u202f693 personnes")
    assert "+4,5 visites pour 100 envois" in effect["fr"]
    assert difference["en"].startswith("No differences found")
    assert difference["fr"].startswith("Aucune différence trouvée")
    assert advice["en"].startswith("Send to everybody")
    assert advice["fr"].startswith("Envoyez à tous")


def test_a_difference_is_told_with_its_interval() -> None:
    _, difference, _ = sentences(replace(ALL, found=True), VISITS)
    assert difference["en"] == (
        "The effect is not the same for everybody: on the 30% on whom the largest is expected, it is +7.1 visits per 100 "
        "mails (+6.0 to +0.0)."
    )


@pytest.mark.parametrize(
    ("verdict", "english", "french"),
    [
        (
            replace(ALL, audience="none", effect=Estimate(-0.02, -0.03, -0.01)),
            "brings less than it costs",
            "moins qu'il",
        ),
        (replace(ALL, audience="none", effect=Estimate(0.01, -0.01, 0.03)), "not established", "pas établi"),
        (replace(ALL, found=True, audience="some", policy=POLICY), "Send to the 40%", "aux 40\u00a0%"),
    ],
)
def test_whom_to_send_to(verdict: UpliftVerdict, english: str, french: str) -> None:
    advice = sentences(verdict, VISITS)[2]
    assert english in advice["en"]
    assert french in advice["fr"]


def test_a_loss_has_a_minus() -> None:
    effect = sentences(replace(ALL, effect=Estimate(-0.02, -0.031, -0.0001)), VISITS)[0]
    assert "−2.0 visits per 100 mails on average (95% interval: −3.1 to +0.0)" in effect["en"]
    assert "−2,0 visites" in effect["fr"]
