"""The corpus itself: enough cases, one name each, verdicts in known words, every hazard covered."""

import tomllib
from collections import Counter

import pytest
from corpus.bases import HERE, KINDS, bases
from corpus.cases import Case, read_cases

# Codes of refusal, and the flags of what was repaired.
CODES = frozenset(
    """absurd address amount_range bom columns currency depth dup_key empty encoding expression file_encoding
    file_too_large file_truncated file_unreadable future header_columns header_duplicate header_missing header_none
    identifier json keys line_break locale_decimal missing negative nul null number offset quote range refund scale
    stray_quote test_mode time_format time_range time_unit time_zone too_large trailing type unclosed_quote unknown_keys
    value""".split()
)
FLAGS = frozenset(
    """absurd float_noise invisible local_time_doubled local_time_skipped nul_stripped over_refund rounded
    surrogate_replaced""".split()
)
PROVIDERS = {"sendgrid", "mailgun", "postmark", "ses", "segment", "shopify"}
HOSTILE, VALID = list(read_cases("hostile")), list(read_cases("valid"))


@pytest.mark.parametrize("cases", [HOSTILE, VALID])
def test_there_are_enough_cases_and_each_has_a_name_of_its_own(cases: list[Case]) -> None:
    assert len(cases) >= 300
    assert [name for name, n in Counter(case.name for case in HOSTILE + VALID).items() if n > 1] == []


def test_every_provider_and_every_format_of_a_mapped_source_is_attacked() -> None:
    assert {case.base.provider for case in HOSTILE} == PROVIDERS | {"mapped"}
    assert {case.base.form for case in HOSTILE if case.base.provider == "mapped"} == {"csv", "json", "parquet"}


def test_verdicts_are_in_known_words() -> None:
    for case in HOSTILE + VALID:
        assert case.words <= CODES, case.name
        for verdict in case.verdicts or ():
            assert {flag.split(":")[0] for flag in verdict.flags} <= FLAGS, case.name
            assert verdict.rows is not None or verdict.reasons or verdict.ignored, case.name


def test_every_case_has_a_verdict() -> None:
    for case in HOSTILE + VALID:
        assert case.verdicts is not None or case.of_the_file or case.stops, case.name


def test_a_valid_case_can_only_be_accepted() -> None:
    for case in VALID:
        assert not case.stops, case.name
        assert case.of_the_file == (), case.name
        assert all(verdict.reasons == () for verdict in case.verdicts or ()), case.name


def test_every_hazard_is_covered() -> None:
    hazards = tomllib.loads((HERE / "hazards.toml").read_text("utf-8"))["hazard"]
    covered = {row for case in HOSTILE + VALID for row in case.covers}
    assert covered == set(hazards)


def test_a_base_says_what_becomes_of_it() -> None:
    for base in bases().values():
        assert base.rows.keys() <= set(KINDS)
        assert base.main in base.rows
