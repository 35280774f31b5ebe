"""What a card says, in both languages."""

from dataclasses import replace

from models.training_sets.shown import CARD

from segspark.models.training_sets.card_text import card_lines


def test_it_says_what_the_label_is_of_whom_and_by_which_cut() -> None:
    title, label, people, first, second, *_ = card_lines(CARD, "en")
    assert title == "Training set abc"
    assert label == (
        "Label: 1 for no order within the next 90 days (from the cut), else 0; by n_order, as known on 2026-06-30."
    )
    assert people.startswith("People: days_since_order <= 365, as known at the cut; only those who permitted profiling")
    assert first == "Cut 2026-01-01 (to learn from): 40 rows, 25.0% of them with label 1"
    assert second == "Cut 2026-04-01 (validation): 60 rows, 50.0% of them with label 1"
    empty = card_lines(replace(CARD, cuts=(replace(CARD.cuts[0], n=0, n_label=0),)), "en")
    assert empty[3] == "Cut 2026-01-01 (to learn from): 0 rows, 0.0% of them with label 1"
    assert "after a gap of 7 days" in card_lines(replace(CARD, gap_days=7), "en")[1]


def test_columns_have_a_meaning_a_unit_and_their_missing_share() -> None:
    lines = card_lines(CARD, "en")
    assert "Column n_order_30d: Orders [orders], sum n_order over 30 days; missing in 0.0%" in lines
    date_line, category = (next(line for line in lines if name in line) for name in ("last_order_date", "=hats"))
    assert "[days from the date to the cut]" in date_line
    assert date_line.endswith("missing in 12.5%")
    assert "[1 where it is this value, else 0]" in category
    assert "Made from: gold.activity_daily 3; definitions of features c1; segspark 0.1.0." in lines


def test_it_warns_of_leakage_in_both_languages() -> None:
    english, french = card_lines(CARD, "en"), card_lines(CARD, "fr")
    assert len(english) == len(french)
    assert any(line.startswith("Leakage: ") for line in english)
    assert any(line.startswith("Fuite : ") for line in french)
    assert "Date de coupe 2026-01-01 (apprentissage) : 40 lignes, étiquette 1 pour 25,0 %" in french
    assert not [line for line in english + french if "{" in line or "@" in line]
