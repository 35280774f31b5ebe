"""Java starts in a locale whose names of files are those of this Python."""

import os
import sys

import pytest

from segspark.spark.java_locale import utf8_names


def within(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, str]:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with utf8_names():
        inside = dict(os.environ)
    assert dict(os.environ) == before
    return {name: value for name, value in inside.items() if name in ("LC_ALL", "LC_CTYPE", "LANG")}


@pytest.mark.parametrize(
    "variables", [{}, {"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, {"LANG": "POSIX"}, {"LC_CTYPE": "C"}]
)
def test_a_locale_that_knows_no_accents_is_replaced_while_java_starts(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert within(monkeypatch, **variables)["LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize("variables", [{"LANG": "fr_FR.UTF-8"}, {"LC_ALL": "en_US.utf8"}, {"LC_CTYPE": "C.UTF-8"}])
def test_a_locale_of_utf8_stays(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    assert within(monkeypatch, **variables) == variables


def test_a_python_of_another_encoding_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    assert within(monkeypatch, LANG="fr_FR") == {"LANG": "fr_FR"}
