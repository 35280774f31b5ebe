"""What a day's bitmaps say of themselves is read as it was written."""

from datetime import date

from segspark.bits.about import About


def test_it_comes_back() -> None:
    for about in (
        About(features=("n_order", "n_click")),
        About(acts=("click",), kept_days=400, previous=date(2026, 5, 3)),
        About(acts=("click",), kept_days=400),
    ):
        assert About.of(about.content()) == about
