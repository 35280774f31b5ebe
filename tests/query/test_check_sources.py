"""A newcomer's way from a French CRM export to a source that fits, by the messages of ``sources check`` alone."""

from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace
from pyspark.sql import SparkSession

from segspark.app.workspace import open_workspace
from segspark.errors import ConfigError
from segspark.query.check_sources import check_sources

EXPORT = (
    "courriel;né le;inscrit;panier moyen;ville\n"
    "anne.dupont@example.fr;25/03/1968;01/02/2024 10:15;1\u00a0234,50;Besançon\n"
    "bruno@example.fr;02/11/1991;13/02/2024 09:00;19,90;Orléans\n"
    "chloé@example.fr;;14/02/2024 18:30;0,00;Nîmes\n"
)
HEAD = "name: clients\nkind: mapped\npath: ../data/clients.csv\nformat: csv\n"
RECORDS = """records:
  - target: profiles
    identifier: {kind: email, value: courriel}
    columns: {valid_from: inscrit, birth_date: "`né le`", city: ville, attributes: {panier: "`panier moyen` * 1"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace = make_workspace(tmp_path / "w")
    (workspace.folder / "data").mkdir(exist_ok=True)
    (workspace.folder / "data" / "clients.csv").write_bytes(EXPORT.encode("cp1252"))
    return workspace.folder


def checked(folder: Path, text: str, name: str = "clients") -> dict[str, Any]:
    (folder / "sources" / "clients.yaml").write_text(text, "utf-8")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    (one,) = check_sources(open_workspace(folder), name)
    lake = [p for p in folder.rglob("*") if p not in before and ".segspark-scratch" not in str(p)]
    assert not lake, "a check writes nothing"
    return one


def test_the_messages_lead_from_an_export_to_a_source_that_fits(spark: SparkSession, folder: Path) -> None:
    first = checked(folder, HEAD + RECORDS)
    assert not first["is_fine"]
    assert any("encoding: cp1252" in fix for fix in first["fixes"])
    second = checked(folder, HEAD + "csv: {encoding: cp1252}\n" + RECORDS)
    assert second["fixes"] == ['One column was found, and its name holds `;`: write csv: {delimiter: ";"}.']
    csv = 'csv: {encoding: cp1252, delimiter: ";"}\n'
    third = checked(folder, HEAD + csv + RECORDS)
    assert {c["column"]: c["looks_like"] for c in third["columns"]} == {
        "courriel": "e-mail address", "né le": "date %d/%m/%Y", "inscrit": "date %d/%m/%Y %H:%M",
        "panier moyen": "number with ,", "ville": "text",
    }  # fmt: skip
    said = " ".join(third["fixes"])
    assert 'times: "%d/%m/%Y %H:%M"' in said
    assert 'birth_date: {value: "`né le`", times: "%d/%m/%Y"}' in said
    assert 'decimal_mark: ","' in said
    notation = 'times: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]\ndecimal_mark: ","\n'
    fourth = checked(folder, HEAD + csv + notation + RECORDS)
    assert "time_zone" in " ".join(fourth["fixes"])
    last = checked(folder, HEAD + csv + notation + "time_zone: Europe/Paris\n" + RECORDS)
    assert (last["is_fine"], last["records"], last["refused"]) == (True, 3, 0)
    row = last["preview"][0]
    assert (row["birth_date"], row["city"], row["valid_from"]) == (
        "1968-03-25",
        "Besançon",
        "2024-02-01T09:15:00+00:00",
    )
    assert row["identifier_id"].startswith("~")
    whole = str([first, second, third, fourth, last])
    assert "dupont" not in whole
    assert "bruno@" not in whole


def test_a_misspelt_column_is_told_with_a_near_one_and_without_spark(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segspark.query.check_sources.session_for", lambda *asked, **how: pytest.fail("Spark starts"))
    csv = 'csv: {encoding: cp1252, delimiter: ";"}\n'
    one = checked(folder, HEAD + csv + RECORDS.replace("city: ville", "city: vile"))
    assert not one["is_fine"]
    assert "the mapping names vile" in one["fixes"][0]
    assert "Did you mean vile → ville?" in one["fixes"][0]


def test_a_provider_of_json_is_tried_without_spark(folder: Path) -> None:
    (folder / "data" / "clicks.json").write_text(
        '{"email":"ann@example.com","timestamp":1780128000,"event":"click","sg_event_id":"e1","url":"https://s.example/a"}\n'
        '{"email":"ann@example.com","timestamp":"x","event":"click","sg_event_id":"e2"}\n'
    )
    one = checked(folder, "name: clients\nkind: sendgrid\npath: ../data/clicks.json\n")
    assert (one["records"], one["refused"], one["is_fine"]) == (2, 1, True)
    assert [(v["verdict"], v["records"], v["example"]) for v in one["verdicts"]] == [
        ("refused", 1, "clicks.json, record 2")
    ]
    assert one["preview"][0]["event_type"] == "click"
    assert "ann@" not in str(one)


def test_a_path_without_files_and_an_unknown_name_are_told(folder: Path) -> None:
    one = checked(folder, "name: clients\nkind: sendgrid\npath: ../data/nothing-*.json\n")
    assert "No file matches" in one["fixes"][0]
    with pytest.raises(ConfigError, match="There is no source 'clint'"):
        check_sources(open_workspace(folder), "clint")
