import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.sources.files import BrokenFile, csv_records, find_files, flatten, json_records, read_bytes, split_array
from segspark.sources.spec import Csv, Source
from segspark.sources.vocabulary import Rejected


def test_lines_arrays_and_arrays_over_lines_give_the_same_records() -> None:
    expected = [b'{"a":1}', b'{"a": [1, 2]}']
    for content in (
        b'{"a":1}\n\n{"a": [1, 2]}\n',
        b'[{"a":1},{"a": [1, 2]}]',
        b'[\n{"a":1},\n{"a": [1, 2]}\n]\n',
        b'[{"a":1}]\n[{"a": [1, 2]}]\n',
    ):
        assert [raw for raw, _ in json_records(content)] == expected


def test_a_value_is_known_where_its_bytes_are_what_it_is_written_as() -> None:
    assert list(json_records(b'[{"a":1},{"b":"x"}]')) == [(b'{"a":1}', {"a": 1}), (b'{"b":"x"}', {"b": "x"})]
    # Twice the same key, or written otherwise: the strict parser has to look.
    assert [known for _, known in json_records(b'[{"a":1,"a":2}]\n[{"a": 1}]\n{"a":1}\n')] == [None] * 3


def test_a_broken_array_stays_one_record_for_the_parser_to_refuse() -> None:
    assert split_array(b'[{"a":1},{"a":') == [(b'[{"a":1},{"a":', None)]
    assert split_array(b"[]") == []


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none()), max_size=5))
def test_arrays_are_cut_into_their_elements(items: list[dict[str, object]]) -> None:
    assert [json.loads(e) for e, _ in split_array(json.dumps(items).encode())] == items


def test_csv_rows_with_other_numbers_of_cells_are_refused() -> None:
    rows = list(csv_records(b'a,b\n1,2\n3\n"x,y","z\nz"\n', Csv()))
    assert rows[0] == {"a": "1", "b": "2"}
    assert isinstance(rows[1], Rejected)
    assert rows[1].reasons == ["columns"]
    assert rows[2] == {"a": "x,y", "b": "z\nz"}


def test_columns_may_be_cut_by_blanks() -> None:
    assert list(csv_records(b" id  day\n 00001 19970101\n", Csv(delimiter="whitespace"))) == [
        {"id": "00001", "day": "19970101"}
    ]


def test_nested_fields_have_dotted_names_and_keep_their_digits() -> None:
    assert flatten({"a": {"b c": 1.10, "d": None}, "e": True, "f": [1]}) == {
        "a": '{"b c": 1.1, "d": null}', "a.b c": "1.1", "a.d": None, "e": "true", "f": "[1]",
    }  # fmt: skip


def test_a_cut_gzip_and_a_bomb_are_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"x" * 10_000)
    (tmp_path / "cut.gz").write_bytes(whole[:-10])
    (tmp_path / "whole.gz").write_bytes(whole)
    with pytest.raises(BrokenFile, match="file_truncated"):
        read_bytes(str(tmp_path / "cut.gz"), 1_000_000)
    with pytest.raises(BrokenFile, match="file_too_large"):
        read_bytes(str(tmp_path / "whole.gz"), 5_000)
    assert read_bytes(str(tmp_path / "whole.gz"), 10_000) == b"x" * 10_000


def test_a_file_is_known_by_content_and_its_name_tells_the_day(tmp_path: Path) -> None:
    for name in ("in-2026-05-31.json", "in-2026-06-01.json"):
        (tmp_path / name).write_text("{}\n")
    source = Source(name="s", kind="sendgrid", path="*.json", received={"from": "file_name"}, folder=tmp_path)
    first, second = find_files(source, "Europe/Paris")
    assert first.file_id == second.file_id
    # The end of 31 May in Paris, 22:00 UTC less a microsecond.
    assert first.received_at == 1_780_264_799_999_999
    assert second.received_at == first.received_at + 86_400_000_000
