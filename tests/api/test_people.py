"""Rows of people are handed over, never shown."""

from pathlib import Path

from api.tiny import SECOND, opened


def test_rows_are_exact_and_what_is_shown_tells_of_nobody(tmp_path: Path) -> None:
    people = opened(tmp_path / "w", least=3).features(["n_order_365d", "days_since_order"])
    assert len(people) == 4
    assert people.to_arrow()["person_id"].to_pylist() == ["ann", "bob", "eve", "joe"]
    assert (
        repr(people)
        == f"People('n_order_365d, days_since_order', {SECOND}: 6 × person_id, n_order_365d, days_since_order)"
    )
    html = people._repr_html_()
    assert "orders" in html
    assert "days" in html
    for who in ("ann", "bob", "eve", "joe", ">4<"):
        assert who not in html
