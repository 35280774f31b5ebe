"""Patterns over names of objects are read as the module glob reads them over files."""

import glob
from pathlib import Path

import pytest

from segspark.store.patterns import files_below, fixed_folder, matches

NAMES = ("a.csv", "b.csv", ".h.csv", "x/a.csv", "x/.h.csv", "x/y/a.csv", ".x/a.csv", "x/a[1].csv")


@pytest.mark.parametrize(
    "pattern",
    ["*.csv", "?.csv", "[ab].csv", "[!a].csv", "*", "x/*.csv", "*/*.csv", "**/*.csv", "x/**", "**", ".*.csv", ".x/*",
     "x/y/a.csv", "**/a.csv", "x/**/a.csv", "none", "x/a[[]1].csv"],
)  # fmt: skip
def test_a_pattern_matches_what_glob_finds(tmp_path: Path, pattern: str) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {name for name in glob.glob(pattern, root_dir=tmp_path, recursive=True) if (tmp_path / name).is_file()}
    assert {name for name in NAMES if matches(name, pattern)} == found


def test_the_folder_before_the_first_sign_is_fixed() -> None:
    assert [fixed_folder(p) for p in ("*.csv", "a/*.csv", "a/b?/c", "a/b.csv", "/a.csv", "s3://b/x/[ab]")] == [
        "", "a/", "a/", "a/", "/", "s3://b/x/",
    ]  # fmt: skip


def test_files_are_found_below_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "[ab]"
    for file in (folder / "in" / "2.yaml", folder / "in" / "1.yaml", tmp_path / "a" / "in" / "3.yaml"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert files_below(folder, "in/*.yaml") == [folder / "in" / "1.yaml", folder / "in" / "2.yaml"]
    assert files_below(folder, str(tmp_path / "a" / "in" / "*")) == [tmp_path / "a" / "in" / "3.yaml"]
