"""CSV: every physical line is one record or is refused alone; what is refused, and where line breaks are declared."""

import csv
import io
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.sources.content import Content
from segspark.sources.csv_dialect import MOST_LINES
from segspark.sources.csv_strict import LEAST_AT_ONCE, CsvReader, Plain, csv_records, header_of_csv
from segspark.sources.files import BrokenFile
from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Rejected


def read(content: bytes, needed: tuple[str, ...] = (), **said: Any) -> list[Any]:
    """The cells of each record, or its reasons as one text."""
    rows = csv_records(content, Csv.model_validate(said), needed, 1_000)
    return [" ".join(r.reasons) if isinstance(r, Rejected) else list(r.values()) for _, r in rows]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ('1,"x,y"', ["1", "x,y"]),
        ('1,"say ""hi"""', ["1", 'say "hi"']),
        ('1,""', ["1", ""]),
        ("1,", ["1", ""]),
        (",", ["", ""]),
        ("1,x\r", ["1", "x"]),
        ("1, x ", ["1", " x "]),
        ('1,"x', "unclosed_quote"),
        ('"1,x', "unclosed_quote"),
        ('1,"""', "unclosed_quote"),
        ('1,5" pipe', "stray_quote"),
        ('1,"x"y', "stray_quote"),
        ('1, "x"', "stray_quote"),
        ('1,"a \\" b"', "stray_quote"),
        ("1", "columns"),
        ("1,2,3", "columns"),
        ("   ", None),
        ("\t", None),
        ("1,a\0b", "nul"),
        ("1,a\rb", "line_break"),
        ("1," + "x" * 1_000, "too_large"),
        ('1,"' + "x" * 2_000 + '"', "too_large"),
    ],
)
def test_a_line_is_a_record_or_refused_and_its_neighbours_stay(line: str, outcome: Any) -> None:
    content = f"a,b\n0,first\n{line}\n9,last\n".encode()
    assert read(content) == [["0", "first"], *([outcome] if outcome else []), ["9", "last"]]


def test_two_stray_quotes_far_apart_refuse_their_two_lines() -> None:
    lines = [f"{n},x" for n in range(154)]
    lines[3], lines[150] = '3,"x', '150,x"'
    rows = read(("a,b\n" + "\n".join(lines)).encode())
    assert len(rows) == 154
    assert {n: r for n, r in enumerate(rows) if isinstance(r, str)} == {3: "unclosed_quote", 150: "stray_quote"}


def test_a_cell_holds_line_breaks_only_where_they_are_declared() -> None:
    content = b'a,b\n1,"x\r\n\ny"\r\n2,z\n'
    assert read(content) == ["unclosed_quote", "stray_quote", ["2", "z"]]
    records = list(csv_records(content, Csv(line_breaks=True)))  # type: ignore[call-arg]
    assert [(r.position, r.raw, cells) for r, cells in records] == [
        (0, b'1,"x\r\n\ny"\r', {"a": "1", "b": "x\r\n\ny"}), (2, b"2,z", {"a": "2", "b": "z"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "stray",
    [
        '1,"x\n2,y\n3,z\n',
        '1,"x\n2,y\n3,"z\n',
        '1,"x\n2,y\n3,z"w\n',
        # It would end, with other columns.
        '1,"x\n2,y\n3,z",4,5\n',
        '1,"x\n' + "2,y\n" * MOST_LINES + '3,z"\n',
    ],
)
def test_a_stray_quote_does_not_eat_the_lines_behind_it(stray: str) -> None:
    rows = read(("a,b\n0,w\n" + stray).encode(), line_breaks=True)
    assert len(rows) == 1 + stray.count("\n")
    assert rows[:3] == [["0", "w"], "unclosed_quote", ["2", "y"]]


def test_lines_that_are_rows_by_themselves_are_joined_by_no_stray_quotes() -> None:
    content = b'a,b,c,d\n1,2,3,"x\n4,5,6,y\n7,8,9,z"\n'
    assert read(content, line_breaks=True) == ["unclosed_quote", ["4", "5", "6", "y"], "stray_quote"]
    for cell in ("Rue A\nParis, France", "one\ntwo,,,\nthree"):
        assert read(f'a,b,c,d\n1,2,3,"{cell}"\n'.encode(), line_breaks=True) == [["1", "2", "3", cell]]
    # Of few columns nothing tells.
    assert read(b'a,b\n7,"Ann\nParis, France"\n', line_breaks=True) == [["7", "Ann\nParis, France"]]


def test_what_cannot_be_decoded_is_refused_alone() -> None:
    assert read(b"a,b\n1,caf\xe9\n2,x\n\xff,y\n") == ["encoding", ["2", "x"], "encoding"]
    assert read(b"a,b\n1,caf\xe9\n", encoding="latin-1") == [["1", "caf\u00e9"]]
    # NEL and the line separator end no line.
    assert read("a,b\n1,x\u2028y\x85z\n".encode()) == [["1", "x\u2028y\x85z"]]


def test_lines_of_wide_encodings_are_found_in_the_text() -> None:
    # U+0A0A and U+220A hold the bytes of a line feed and a quote.
    text = 'a;b\r\n1;\u0a0a\u220a\r\n2;"x;y"\r\n'
    assert read(text.encode("utf-16"), encoding="utf-16", delimiter=";") == [["1", "\u0a0a\u220a"], ["2", "x;y"]]
    odd = text.encode("utf-16-le") + b"A"
    with pytest.raises(BrokenFile, match="file_encoding"):
        read(odd, encoding="utf-16-le", delimiter=";")
    # Half of a pair: one line.
    lone = "a;b\n1;x\n2;".encode("utf-16-le") + b"\x00\xd8" + "\n3;z\n".encode("utf-16-le")
    assert read(lone, encoding="utf-16-le", delimiter=";") == [["1", "x"], "encoding", ["3", "z"]]


def test_carriage_returns_alone_end_lines_where_there_is_nothing_else() -> None:
    assert read(b"a,b\r1,x\r2,y\r") == [["1", "x"], ["2", "y"]]


def test_columns_may_be_cut_by_blanks_or_have_no_quotes() -> None:
    assert read(b" id  day\n 00001 19970101\n", delimiter="whitespace") == [["00001", "19970101"]]
    assert read(b'a,b\n5",x"y\n', quote="") == [['5"', 'x"y']]
    assert read(b"a\tb\n\t\n", delimiter="\t") == [["", ""]]


@pytest.mark.parametrize(
    ("content", "needed", "said", "reasons"),
    [
        (b"no,at,no\n", ("no", "at"), {}, ["header_duplicate:no"]),
        (b"no,at,x,x,,\n1,2,3,4,5,6\n", ("no", "at"), {}, None),
        (b"No,at\n", ("no", "at"), {}, ["header_missing:no"]),
        (b"no;at\n", ("no", "at"), {}, ["header_missing:no", "header_missing:at"]),
        (b"7,ann@example.com\n", ("no", "mail"), {}, ["header_none"]),
        (b"jean,2026-05-10\n", ("no", "at"), {}, ["header_none"]),
        (b"\n  \n no , at \n1,2\n", ("no", "at"), {}, None),
        (b'no,"at\n1,2\n', ("no", "at"), {}, ["header_none"]),
        (b"no,\xe9\n1,2\n", ("no",), {}, ["file_encoding"]),
        (b"at,no\n1,2\n", ("no",), {"columns": ("no", "at")}, ["header_columns"]),
        (b"no,at,x\n1,2,3\n", ("no",), {"columns": ("no", "at")}, ["header_columns"]),
        (b"Numero,Date\n1,2\n", ("no",), {"columns": ("no", "at")}, None),
        (b"7,ann@example.com\n", ("no",), {"columns": ("no", "mail")}, ["header_none"]),
        (b"", ("no",), {}, None),
    ],
)
def test_the_header_of_every_file_has_a_verdict(
    content: bytes, needed: tuple[str, ...], said: dict[str, Any], reasons: list[str] | None
) -> None:
    if reasons is None:
        read(content, needed, **said)
        return
    with pytest.raises(BrokenFile) as error:
        read(content, needed, **said)
    assert error.value.reasons == reasons


def test_a_header_is_read_from_the_first_bytes() -> None:
    assert header_of_csv(b"\xef\xbb\xbfa"[3:] + b", b\n1,", Csv()) == ("a", "b")  # type: ignore[call-arg]
    assert header_of_csv(b"1,2\n", Csv(header=False, columns=("x", "y"))) == ("x", "y")  # type: ignore[call-arg]
    assert header_of_csv(b"", Csv()) == ()  # type: ignore[call-arg]


_ODD = st.binary(max_size=200) | st.lists(
    st.sampled_from([b'"', b",", b"\n", b"\r", b"a", b'""', b'","', b" ", b"\xe9", b"\0", b"1"]), max_size=60
).map(b"".join)


@given(_ODD)
def test_of_any_bytes_every_line_that_is_not_blank_has_one_outcome(content: bytes) -> None:
    rows = read(b"a,b\n" + content)
    text = content if b"\n" in b"a,b\n" + content else content.replace(b"\r", b"\n")
    assert len(rows) == sum(1 for line in text.split(b"\n") if line.strip(b" \t\r"))
    records = [r for r, _ in csv_records(b"a,b\n" + content, Csv(line_breaks=True))]  # type: ignore[call-arg]
    lines = [line for r in records for line in r.raw.split(b"\n")]
    assert sum(1 for line in lines if line.strip(b" \t\r")) == len(rows)


_CELL = st.text(st.characters(exclude_characters="\0\r\n", codec="utf-8"), max_size=8)


@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8), st.data())
def test_a_changed_byte_loses_no_other_line(rows: list[tuple[str, str]], data: Any) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    lines = out.getvalue().encode().split(b"\n")[:-1]
    assert read(b"a,b\n" + b"\n".join(lines)) == [list(r) for r in rows]
    n = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[n]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != 10))
    lines[n] = lines[n][:at] + bytes([byte]) + lines[n][at + 1 :]
    found = read(b"a,b\n" + b"\n".join(lines))
    assert found[:n] + found[n + 1 :] == [list(r) for r in rows[:n] + rows[n + 1 :]]


_CELLS = [
    "a",
    "b1",
    "\u00e9",
    "",
    " ",
    '"b"',
    '"c,d"',
    '"e""f"',
    '"g\nh"',
    '"',
    'i"j',
    "\0",
    "x" * 40,
    "\ufeff",
    "k\rl",
]
_ROWS = st.lists(st.lists(st.sampled_from(_CELLS), min_size=1, max_size=3).map(",".join) | st.just("a,b"), max_size=30)
_ODD = [
    '"',
    ",",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "a",
    "\u00e9",
    "\0",
    '"x,y"',
    '"x\ny"',
    "\ufeff",
    "\u2028",
    "\x85",
    ";",
    "\x0b",
]
_TEXTS = st.tuples(_ROWS, st.sampled_from(["\n", "\r\n", "\n\n"])).map(lambda drawn: drawn[1].join(drawn[0]))
_ENCODINGS = ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "shift_jis", "utf-7"]


@st.composite
def hostile(draw: st.DrawFn) -> tuple[bytes, Csv, int]:
    """A file, how it is declared, and the longest line that is read."""
    encoding = draw(st.sampled_from(_ENCODINGS))
    text = draw(st.sampled_from(["a,b\n", ""])) + draw(_TEXTS | st.lists(st.sampled_from(_ODD)).map("".join))
    content = bytearray(text.encode(encoding, errors="replace"))
    if content and draw(st.booleans()):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    said: dict[str, Any] = {"encoding": encoding, "line_breaks": draw(st.booleans())}
    said |= draw(
        st.sampled_from([{}, {}, {}, {"delimiter": ";"}, {"delimiter": "\t"}, {"delimiter": "]"}, {"quote": ""}])
    )
    said |= draw(st.sampled_from([{}, {"header": False, "columns": ("a", "b")}]))
    return bytes(content), Csv.model_validate(said), draw(st.sampled_from([20, 1_000]))


def every(content: bytes | Content, spec: Csv, most: int) -> Any:
    try:
        return [(r, c.reasons if isinstance(c, Rejected) else c) for r, c in csv_records(content, spec, (), most)]
    except BrokenFile as error:
        return error.reasons


@settings(max_examples=300)
@given(hostile(), st.integers(1, 60), st.sampled_from([7, 50, 1 << 18]), st.sampled_from([8, 16, 2_048]))
def test_many_lines_at_once_and_blocks_of_any_size_give_what_line_by_line_gives(
    file: tuple[bytes, Csv, int], size: int, together: int, at_once: int
) -> None:
    content, spec, most = file
    with patch.object(CsvReader, "_plain", lambda *_: None):
        expected = every(content, spec, most)
    blocks = Content(lambda: (content[at : at + size] for at in range(0, len(content), size)))
    with (
        patch("segspark.sources.csv_lines._TOGETHER", together),
        patch("segspark.sources.csv_strict.MOST_AT_ONCE", at_once),
        patch("segspark.sources.csv_lines.HELD", 1_001),
    ):
        assert every(content, spec, most) == expected
        assert every(blocks, spec, most) == expected


def test_plain_lines_are_read_at_once_and_an_odd_one_costs_few_of_them() -> None:
    lines = [b"%d,x" % n for n in range(5_000)]
    lines[3_000] = b'3000,"x'
    for content, slow in ((b"a,b\n" + b"\n".join(lines), LEAST_AT_ONCE), (b"a,b\n" + b'1,"x,y"\n' * 5_000, 0)):
        found = list(CsvReader(content, Csv()).read())  # type: ignore[call-arg]
        assert sum(not isinstance(read, Plain) for read in found) == slow
        assert sum(len(read.raw) if isinstance(read, Plain) else 1 for read in found) == 5_000


def test_a_carriage_return_beside_a_quoted_cell_refuses_its_line_alone() -> None:
    assert read(b'a,b\nx\ry,"z"\n1,2\n', line_breaks=True) == ["line_break", ["1", "2"]]


def test_a_line_beyond_the_limit_is_refused_and_a_header_beyond_it_refuses_the_file() -> None:
    with patch("segspark.sources.csv_lines.HELD", 100), patch("segspark.sources.csv_strict.HELD", 100):
        for line in (b"1," + b"x" * 5_000, b" " * 5_000 + b"1,x", b" " * 5_000):
            parts = [b"a,b\n0,first\n", line[:900], line[900:], b"\n9,last\n"]
            found = every(Content(lambda parts=parts: iter(parts)), Csv(), 200)  # type: ignore[misc,call-arg]
            assert [c for _, c in found][1:-1] == ([["too_large"]] if line.strip() else [])
            assert found[-1][1] == {"a": "9", "b": "last"}
        parts = [b"a" * 300, b"," + b"b" * 300 + b"\n1,2\n"]
        assert every(Content(lambda: iter(parts)), Csv(), 200) == ["header_none"]  # type: ignore[call-arg]
