"""Files are found by pattern, known by their content, and refused whole where they cannot be read."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from sources.in_process import files_of

from segspark.pseudonyms import Key
from segspark.sources.content import opened, read_start
from segspark.sources.files import BrokenFile
from segspark.sources.spec import Source
from segspark.store.local import LocalStore


def test_a_folder_and_a_link_to_nowhere_are_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "a.csv" / "part-0.csv").write_text("a\n1\n")
    (tmp_path / "b.csv").symlink_to("nowhere")
    (tmp_path / "c.csv").symlink_to("c.csv")
    source = Source.model_validate({"name": "crm", "kind": "mapped", "path": str(tmp_path / "*.csv"), "records": []})
    found = files_of(source, "UTC")
    assert [f.name for f in found] == ["a.csv", "b.csv", "c.csv"]
    assert len({f.file_id for f in found}) == 3
    for file in found:
        with pytest.raises(BrokenFile, match="file_unreadable"), opened(file, 10):
            pass


def test_a_file_is_known_by_content_and_its_name_tells_the_day(tmp_path: Path) -> None:
    for name in ("in-2026-05-31.json", "in-2026-06-01.json"):
        (tmp_path / name).write_text("{}\n")
    source = Source(name="s", kind="sendgrid", path="*.json", received={"from": "file_name"}, folder=tmp_path)
    first, second = files_of(source, "Europe/Paris")
    assert first.file_id == second.file_id
    # The end of 31 May in Paris, 22:00 UTC less a microsecond.
    assert first.received_at == 1_780_264_799_999_999
    assert second.received_at == first.received_at + 86_400_000_000


def test_no_content_and_no_person_can_be_guessed_from_what_is_kept_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "jeanne@exemple.fr.csv").write_text("email\njeanne@exemple.fr\n")
    source = Source(name="s", kind="sendgrid", path="*.csv", folder=tmp_path)
    (ours,), (theirs,) = (files_of(source, "UTC", Key(bytes([n]) * 32)) for n in range(2))
    assert ours.file_id != theirs.file_id
    assert hashlib.sha256((tmp_path / "jeanne@exemple.fr.csv").read_bytes()).hexdigest()[:32] != ours.file_id
    assert "jeanne" not in ours.name
    assert ours.name != theirs.name
    assert read_start(ours.path, 100).startswith(b"email")


def test_a_file_that_may_not_be_read_is_known_by_its_place_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text("{}\n")
    (tmp_path / "b.json").write_text("{}\n")
    stream = LocalStore.stream

    def guarded(store: LocalStore, name: str) -> Any:
        if name == "a.json":
            raise PermissionError(13, "Permission denied")
        return stream(store, name)

    monkeypatch.setattr(LocalStore, "stream", guarded)
    shut, readable = files_of(Source(name="s", kind="sendgrid", path="*.json", folder=tmp_path), "UTC")
    assert shut.file_id != readable.file_id
    with pytest.raises(BrokenFile, match="file_unreadable"), opened(shut, 100):
        pass
    monkeypatch.undo()
    # Once it can be read it is another file, which is taken in.
    again, _ = files_of(Source(name="s", kind="sendgrid", path="*.json", folder=tmp_path), "UTC")
    assert again.file_id == readable.file_id
