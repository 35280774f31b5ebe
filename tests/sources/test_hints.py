"""What a file tells of how it is written."""

from pathlib import Path

import pytest

from segspark.sources.files import InputFile
from segspark.sources.hints import csv_hints, forms_of, kind_of, sign_of, times_advice
from segspark.sources.spec import Source


def hints(folder: Path, content: bytes, **csv: object) -> list[str]:
    path = folder / "in.csv"
    path.write_bytes(content)
    source = Source.model_validate(
        {"name": "crm", "kind": "mapped", "path": "*", "format": "csv", "csv": csv, "records": []}
    )
    return csv_hints(InputFile("crm", str(path), path.name, "0" * 32, len(content), None), source)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"a;b\n1;2\n", 'delimiter: ";"'),
        (b"a\tb\n1\t2\n", 'delimiter: "\\t"'),
        ("a,é\n1,2\n".encode("latin-1"), "encoding: cp1252"),
        ("a,b\n1,2\n".encode("utf-16"), "encoding: utf-16"),
        (b"ann@example.com,5\nbob@example.com,6\n", "header: false"),
    ],
)
def test_what_stands_in_the_way_is_told_with_the_cure(content: bytes, hint: str, tmp_path: Path) -> None:
    found = hints(tmp_path, content)
    assert any(hint in one for one in found)
    assert "ann@" not in str(found)


def test_nothing_is_said_of_a_file_that_fits(tmp_path: Path) -> None:
    assert hints(tmp_path, b"a;b\n1;2\n", delimiter=";") == []
    assert hints(tmp_path, b"a\n1\n") == []


def test_the_forms_of_times_are_those_that_fit_every_value() -> None:
    assert forms_of(["01/02/2026", "31/01/2026"]) == ["%d/%m/%Y"]
    assert forms_of(["01/02/2026"]) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert forms_of(["soon"]) == forms_of([]) == []


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", ""], "whole number"), (["1.5", "2"], "number with ."), (["1\u202f234,50", "2"], "number with ,"),
        (["a@b.example", None], "e-mail address"), (["2026-01-01T10:00:00Z"], "date iso"), ([None, " "], "empty"),
        (["１９"], "text"), (["Lyon"], "text"),
    ],
)  # fmt: skip
def test_the_kind_of_a_column_is_what_all_its_values_look_like(values: list[str | None], kind: str) -> None:
    assert kind_of(values) == kind


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        (["1\u202f234,50 €", "", None, "-5,00\u00a0€"], "€"),
        (["EUR 5.00", "EUR 12"], "EUR"),
        (["$5"], "$"),
        (["5,00 €", "6,00"], None),
        (["5,00 €", "6,00 $"], None),
        (["12", "a €"], None),
        ([], None),
    ],
)
def test_a_sign_beside_every_number_is_found(values: list[str | None], sign: str | None) -> None:
    assert sign_of(values) == sign


def test_advice_on_times_keeps_what_is_declared_and_can_be_copied() -> None:
    crm = Source.model_validate({"name": "crm", "kind": "mapped", "path": "*", "times": "%d/%m/%Y", "records": []})
    said = times_advice(crm, "valid_from", "créé le", ["%d/%m/%Y %H:%M"])
    assert '`times: ["%d/%m/%Y", "%d/%m/%Y %H:%M"]`' in said
    assert 'valid_from: {value: "`créé le`", times: "%d/%m/%Y %H:%M"}' in said
    assert '`times: "%d/%m/%Y"`' in times_advice(crm.model_copy(update={"times": "iso"}), "a", "b", ["%d/%m/%Y"])
