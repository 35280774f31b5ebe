"""What the shell is offered: names in the workspace's language that go on from what is typed; nothing where anything is wrong."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from builders import stored_shop

from segspark.cli.names import offered, schemes, segment_days, segment_names

ROWS = [
    {"scheme": "rfm", "segment_key": "champions", "name_fr": "Champions", "name_en": "Champions"},
    {"scheme": "levels", "segment_key": "cold", "name_fr": "Froids", "name_en": "Cold"},
    {"scheme": "rfm", "segment_key": "cold", "name_fr": "froids", "name_en": "Cold ones"},
    {"scheme": "rules", "segment_key": "at_risk", "name_fr": "À risque", "name_en": "At risk"},
]
COMMAND = click.Command("show")


def names(typed: str, language: str = "fr") -> list[str]:
    return [item.value for item in offered(ROWS, typed, language)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ch", ["Champions"]),
        ("a ri", ["À risque"]),
        # Of two schemes only whole names tell.
        ("fro", ["levels:Froids", "rfm:froids"]),
        ("rfm:", ["rfm:Champions", "rfm:froids"]),
        ("RFM:FR", ["rfm:froids"]),
        # No name in the language goes on from these: keys, then names in the other language.
        ("at_r", ["at_risk"]),
        ("cold o", ["Cold ones"]),
        ("xyz", []),
    ],
)
def test_names_go_on_from_what_is_typed_without_accents_and_case(typed: str, expected: list[str]) -> None:
    assert names(typed) == expected


def test_everything_is_offered_where_nothing_is_typed() -> None:
    assert names("") == ["À risque", "Champions", "levels:Froids", "rfm:froids"]
    assert "Cold" in names("", "en")


def asked(complete: object, folder: Path, typed: str = "") -> list[str]:
    context = click.Context(COMMAND)
    context.params["config"] = folder
    return [item.value for item in complete(context, click.Argument(["name"]), typed)]  # type: ignore[operator]


def test_a_workspace_offers_its_segments_schemes_and_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stored_shop(tmp_path / "w").folder
    monkeypatch.setenv("SEGSPARK__LANGUAGE", "en")
    assert asked(segment_names, folder) == ["Active", "Buyers"]
    assert asked(segment_names, folder / "segspark.yaml", "b") == ["Buyers"]
    assert asked(schemes, folder, "RU") == ["rules"]
    assert asked(segment_days, folder, "2026-05") == ["2026-05-03", "2026-05-05"]


@pytest.mark.parametrize("text", [None, "lake: [", "lake: s3://none/such"])
def test_nothing_is_offered_and_nothing_said_where_anything_is_wrong(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "segspark.yaml").write_text(text)
    for complete in (segment_names, schemes, segment_days):
        assert asked(complete, tmp_path / "segspark.yaml") == []


def test_neither_java_nor_models_are_imported(tmp_path: Path) -> None:
    folder = stored_shop(tmp_path / "w").folder
    code = (
        "import sys, click\nfrom segspark.cli.names import segment_names\n"
        "context = click.Context(click.Command('show')); context.params['config'] = sys.argv[1]\n"
        "assert segment_names(context, click.Argument(['name']), '')\n"
        "print({'pyspark', 'mlflow', 'sklearn', 'scipy', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
