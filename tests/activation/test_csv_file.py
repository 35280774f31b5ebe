"""An audience as a file: safe to open, whole or not there, for its owner alone, with a manifest that tells its hash."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from segspark.activation import csv_file
from segspark.activation.csv_file import FIELDS, FileOptions, manifest_of, safe_cell, send, write_audience
from segspark.activation.destination import Audience
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.store import store_at

ANN = {
    "person_id": "p1", "email": "ann@example.com", "scheme": "rules", "segment_id": "s", "segment_name": 'Big, "rich"',
    "segment_date": date(2026, 5, 5), "sealed": b"kept out",
}  # fmt: skip

KILLED = """
import sys
from segspark.activation.csv_file import write_audience
from segspark.store import store_at
write_audience(store_at(sys.argv[1]), "a.csv", [{"email": "zqann@example.com", "segment_name": "x" * 120}] * 130_000, {})
"""


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_other_cells_are_as_they_are_and_a_missing_one_is_empty() -> None:
    assert [safe_cell(v) for v in ("a=1", "ann@example.com", 3, None, "")] == ["a=1", "ann@example.com", "3", "", ""]


def test_a_file_has_the_fields_in_their_order_and_nothing_else(tmp_path: Path) -> None:
    write_audience(store_at(tmp_path), "a.csv", [ANN, {**ANN, "email": "=bob", "segment_name": None}], {})
    with (tmp_path / "a.csv").open(newline="") as file:
        head, ann, bob = csv.reader(file)
    assert tuple(head) == FIELDS
    assert ann == ["p1", "ann@example.com", "rules", "s", 'Big, "rich"', "2026-05-05"]
    assert (bob[1], bob[4]) == ("'=bob", "")
    assert b"\r" not in (tmp_path / "a.csv").read_bytes()


def test_the_manifest_tells_rows_and_hash_of_the_file_beside_what_was_given(tmp_path: Path) -> None:
    written = write_audience(
        store_at(tmp_path), "é.2.csv", [ANN], {"segment_key": "é", "segment_date": date(2026, 5, 5)}
    )
    digest = hashlib.sha256((tmp_path / "é.2.csv").read_bytes()).hexdigest()
    assert (written.url, written.rows, written.sha256) == (str(tmp_path / "é.2.csv"), 1, digest)
    text = (tmp_path / "é.2.manifest.json").read_text()
    assert json.loads(text) == {
        "segment_key": "é", "segment_date": "2026-05-05", "file": "é.2.csv", "rows": 1, "sha256": digest
    }  # fmt: skip


def test_an_empty_audience_is_a_head_alone(tmp_path: Path) -> None:
    assert write_audience(store_at(tmp_path), "a.csv", [], {}).rows == 0
    assert (tmp_path / "a.csv").read_text() == ",".join(FIELDS) + "\n"


def test_only_the_owner_may_read_either_file(tmp_path: Path) -> None:
    write_audience(store_at(tmp_path), "a.csv", [ANN], {})
    assert {p.name: p.stat().st_mode & 0o777 for p in tmp_path.iterdir()} == {"a.csv": 0o600, "a.manifest.json": 0o600}


def test_what_fails_on_the_way_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    write_audience(store_at(tmp_path), "a.csv", [ANN], {})
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def rows() -> Iterator[dict[str, Any]]:
        yield {**ANN, "email": "bob@example.com"}
        raise ValueError("the vault does not open")

    with pytest.raises(ValueError, match="vault"):
        write_audience(store_at(tmp_path), "a.csv", rows(), {})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_one_that_is_killed_before_its_manifest_leaves_no_manifest_of_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(name: str) -> None:
        if name == "export_file":
            raise Killed

    write_audience(store_at(tmp_path), "a.csv", [ANN], {})
    with monkeypatch.context() as patched:
        patched.setattr(csv_file, "point", killed)
        with pytest.raises(Killed):
            write_audience(store_at(tmp_path), "a.csv", [ANN, ANN], {})
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert write_audience(store_at(tmp_path), "a.csv", [ANN, ANN], {}).rows == 2


def test_counts_beside_a_file_are_rounded_and_small_groups_are_not_counted() -> None:
    audience = Audience("s", "buyers", date(2026, 5, 5), "v1", False, 706, {"complained": 3, "bounced": 45}, "w", 20)
    manifest = manifest_of(audience)
    assert (manifest["people"], manifest["removed"]) == (720, {"complained": 0, "bounced": 40})
    assert manifest["counts_rounded_to"] == 40
    assert not {"folder", "least"} & set(manifest)


def test_half_an_audience_of_a_killed_export_is_removed_by_the_next_one(tmp_path: Path) -> None:
    kill(str(tmp_path), "export_row:5")
    (left,) = tmp_path.iterdir()
    # Until then for its owner alone.
    assert left.stat().st_mode & 0o777 == 0o600
    write_audience(store_at(tmp_path), "b.csv", [ANN], {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.csv", "b.manifest.json"]


def kill(place: str, point: str) -> None:
    """Export to a place until a point is reached."""
    environment = {**os.environ, "SEGSPARK_KILL_AT": point}
    killed = subprocess.run([sys.executable, "-c", KILLED, place], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["export_row:5", "export_row:129999"])
@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_killed_export_leaves_no_file_of_its_name(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, point: str
) -> None:
    # Large enough that a bucket has got a part of it before.
    place = str(tmp_path) if kind == "folder" else f"{request.getfixturevalue('s3')}/{tmp_path.name}"
    write_audience(store_at(place), "a.csv", [ANN], {})
    before = store_at(place).read("a.csv")
    kill(place, point)
    assert store_at(place).read("a.csv") == before
    assert [file.name for file in store_at(place).matching("*") if not file.name.startswith("a.")] == []
    kill(place, "export_file")
    # Whole, and not yet said to be.
    assert store_at(place).read("a.csv").count(b"\n") == 130_001
    assert [file.name for file in store_at(place).matching("*")] == ["a.csv"]


def test_an_export_goes_where_its_option_says(s3: str, tmp_path: Path) -> None:
    audience = Audience("s", "a/b", date(2026, 5, 5), "v1", False, 706, {}, f"{s3}/{tmp_path.name}", 20)
    asked = f"{s3}/{tmp_path.name}/deep/chosen.csv"
    assert send([ANN], audience, FileOptions()).details["file"] == f"{s3}/{tmp_path.name}/a-b-2026-05-05.csv"
    for out in (asked, Url(asked), Path(tmp_path / "here.csv")):
        given = send([ANN], audience, FileOptions.model_validate({"out": out}))
        assert given.details["file"] == str(out)
    names = ["a-b-2026-05-05.csv", "a-b-2026-05-05.manifest.json", "deep/chosen.csv", "deep/chosen.manifest.json"]
    assert [file.name for file in store_at(f"{s3}/{tmp_path.name}").list()] == names
    assert (tmp_path / "here.csv").exists()
    with pytest.raises(ValidationError, match="no credentials"):
        FileOptions.model_validate({"out": "s3://user:word@bucket/a.csv"})
    for place in (s3, f"{s3}/", f"{tmp_path}/"):
        with pytest.raises(ConfigError, match="names no file"):
            send([ANN], audience, FileOptions.model_validate({"out": place}))
