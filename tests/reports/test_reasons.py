import re
from pathlib import Path

import pytest

from segspark.privacy.contactability import REASONS
from segspark.reports.labels import NOT_CONTACTABLE
from segspark.reports.reasons import EXPLANATIONS, explain_reason

CODE = Path(__file__).parents[2] / "segspark"


def test_reasons_are_explained_with_or_without_their_column():
    assert explain_reason("scale:total_price", "en") == explain_reason("scale", "en") != ""
    assert explain_reason("moon_phase", "fr") == ""


@pytest.mark.parametrize(
    ("reason", "fr", "en"),
    [
        ("null", "ne contient rien", "holds nothing"),
        ("nul", "octet nul", "NUL byte"),
        ("adapter_error:KeyError", "ne sait pas lire", "cannot read"),
        ("range:quantity", "trop grand", "too large"),
        ("time_unit:occurred_at", "secondes, millisecondes", "seconds, milliseconds"),
    ],
)
def test_a_code_is_said_in_both_languages(reason, fr, en):
    assert fr in explain_reason(reason, "fr")
    assert en in explain_reason(reason, "en")


def test_every_reason_not_to_write_to_somebody_has_a_label():
    assert set(REASONS) <= set(NOT_CONTACTABLE)


def test_every_code_that_a_source_may_refuse_with_is_explained():
    """The codes are written out where they are raised."""
    modules = [*(CODE / "sources").glob("*.py"), CODE / "money.py", CODE / "time.py"]
    raised = re.compile(r'(?:Rejected|BrokenFile|MoneyFormatError|TimeFormatError)\(f?"([a-z_]+)')
    codes = {code for module in modules for code in raised.findall(module.read_text("utf-8"))}
    assert len(codes) > 20
    assert sorted(codes - set(EXPLANATIONS)) == []
