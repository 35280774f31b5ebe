"""Reasons as text and as HTML."""

from pathlib import Path

import pytest
from api.tiny import SECOND, opened
from builders import BUYERS

from segspark.api.reasons import Reason, Reasons
from segspark.api.shown import page_of
from segspark.errors import ConfigError


def test_a_person_s_segments_with_the_values_of_the_day(tmp_path: Path) -> None:
    ws = opened(tmp_path / "w")
    reasons = ws.explain("bob")
    (buyers,) = reasons
    assert (buyers.segment_id, reasons.as_of, len(reasons)) == (BUYERS, SECOND, 1)
    assert str(reasons).startswith("rules: Is ")
    assert repr(reasons) == "Reasons(2026-05-05, segments: 1, scores: 0; print them)"
    html = reasons._repr_html_()
    assert "Named segments · Buyers" in html
    assert "n_order_lifetime &gt;= 2" in html
    with pytest.raises(ConfigError, match="Nobody in the segments"):
        ws.explain("nobody")


def test_texts_are_escaped_and_what_is_needed_is_told(tmp_path: Path) -> None:
    page = page_of(opened(tmp_path / "w").settings)
    reason = Reason("rules", "<b>Bold</b>", None, None, None, "<i>in</i>", ("a < 1",), "1 <click> short")
    html = Reasons(SECOND, (reason,), page)._repr_html_()
    for bad in ("<b>Bold", "<i>", "a < 1", "<click>"):
        assert bad not in html
    assert "1 &lt;click&gt; short" in html
    assert str(reason).splitlines() == ["rules: <i>in</i>", "  a < 1", "  1 <click> short"]
