"""A file is read in blocks as it was listed: cut, changed or too large it is refused before any of it is handed on."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources.in_process import files_of

from segspark.errors import GateClosed
from segspark.sources import content
from segspark.sources.content import Content, LongLine, beginning, lines_of, opened, read_start, texts_of
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.spec import Source


@pytest.fixture(params=["held", "in blocks"])
def _size(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in blocks":
        monkeypatch.setattr(content, "BLOCK", 7)
        monkeypatch.setattr(content, "HELD", 10)


pytestmark = pytest.mark.usefixtures("_size")
LINES = b"".join(b"%d\n" % n for n in range(100))


def listed(folder: Path, text: bytes) -> InputFile:
    (folder / "a.json").write_bytes(text)
    (file,) = files_of(Source(name="s", kind="sendgrid", path="a.json", folder=folder), "UTC")
    return file


def read(file: InputFile, most: int = 1_000_000) -> bytes:
    with opened(file, most) as found:
        again = b"".join(found.blocks())
        assert again == b"".join(found.blocks())
    return again


def test_the_content_is_read_as_often_as_wanted_without_its_mark(tmp_path: Path) -> None:
    for text in (b"", b"{}", LINES, b"\xef\xbb\xbf" + LINES):
        for packed in (text, gzip.compress(text), gzip.compress(text[:50]) + gzip.compress(text[50:])):
            assert read(listed(tmp_path, packed)) == text.removeprefix(b"\xef\xbb\xbf")
            assert text.removeprefix(b"\xef\xbb\xbf")[:5].startswith(read_start(str(tmp_path / "a.json"), 5)[:2])


def test_a_cut_gzip_and_a_bomb_are_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"x" * 10_000)
    for cut in (whole[:-10], whole[:-1], whole + b"more", whole[:9]):
        with pytest.raises(BrokenFile, match="file_truncated"):
            read(listed(tmp_path, cut))
    with pytest.raises(BrokenFile, match="file_too_large"):
        read(listed(tmp_path, whole), 9_999)
    with pytest.raises(BrokenFile, match="file_too_large"):
        read(listed(tmp_path, LINES), len(LINES) - 1)
    assert read(listed(tmp_path, whole), 10_000) == b"x" * 10_000


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_is_added_after_the_listing_is_not_read(tmp_path: Path, pack: Any) -> None:
    file = listed(tmp_path, pack(LINES))
    with open(file.path, "ab") as more:
        more.write(pack(b"more\n"))
    assert read(file) == LINES


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("other", [LINES[:-2] + b"7\n", LINES[:-2], b""])
def test_a_file_that_was_replaced_after_the_listing_is_refused(tmp_path: Path, pack: Any, other: bytes) -> None:
    file = listed(tmp_path, pack(LINES))
    aside = tmp_path / "aside"
    aside.write_bytes(pack(other))
    os.replace(aside, file.path)
    with pytest.raises(BrokenFile, match="file_changed"):
        read(file)


def test_a_file_that_went_away_after_the_listing_is_refused(tmp_path: Path) -> None:
    file = listed(tmp_path, LINES)
    os.unlink(file.path)
    with pytest.raises(BrokenFile, match="file_changed"):
        read(file)


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(tmp_path: Path) -> None:
    file = listed(tmp_path, LINES)
    with opened(file, 1_000) as found:
        (tmp_path / "aside").write_bytes(b"other\n" * 50)
        os.replace(tmp_path / "aside", file.path)
        assert b"".join(found.blocks()) == LINES


def test_a_file_that_is_overwritten_between_two_readings_ends_the_run(tmp_path: Path) -> None:
    file = listed(tmp_path, LINES)
    with opened(file, 1_000) as found:
        for text in (LINES[::-1], b""):
            (tmp_path / "a.json").write_bytes(text)
            if found.whole is not None:
                assert b"".join(found.blocks()) == LINES
                continue
            with pytest.raises(GateClosed, match=r"a\.json was changed while it was read"):
                list(found.blocks())


@given(st.lists(st.text("ab\n", max_size=12)), st.integers(0, 8))
def test_lines_are_whole_or_too_long_to_be_held(blocks: list[str], most: int) -> None:
    found: list[str] = []
    for piece in lines_of(iter(blocks), "\n", most):
        if isinstance(piece, LongLine):
            found.append("".join(piece))
            assert len(found[-1]) > most
            assert "\n" not in found[-1]
        else:
            found += piece.removesuffix("\n").split("\n")
    text = "".join(blocks)
    # Of a last line that is long, nothing tells whether a line feed ended it.
    assert found == text.removesuffix("\n").split("\n") if text else not found


@given(st.lists(st.sampled_from([b" ", b"x", b"   ", b"yz"]), min_size=1), st.integers(0, 6))
def test_of_a_long_line_as_much_is_kept_as_shows_that_it_is_written(pieces: list[bytes], most: int) -> None:
    line, text = LongLine(pieces[0], iter(pieces[1:]), b"\n"), b"".join(pieces)
    found = beginning(line, most, b" ")
    assert found.startswith(text[:most])
    assert len(found) <= most + 1
    assert bool(found.strip()) == bool(text.strip())


@given(st.text(max_size=30), st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]), st.integers(1, 5))
def test_text_of_wide_encodings_is_decoded_in_pieces_as_it_is_whole(text: str, encoding: str, size: int) -> None:
    for raw in (text.encode(encoding), text.encode("utf-16-le"), text.encode("utf-16-le") + b"\x00\xd8", b"a"):
        pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
        try:
            expected = raw.decode(encoding, errors="surrogatepass")
        except UnicodeError:
            with pytest.raises(BrokenFile, match="file_encoding"):
                list(texts_of(Content(lambda pieces=pieces: iter(pieces)), encoding))  # type: ignore[misc]
        else:
            assert "".join(texts_of(Content(lambda pieces=pieces: iter(pieces)), encoding)) == expected  # type: ignore[misc]
