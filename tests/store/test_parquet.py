"""Parquet files carry checksums, and whoever reads one verifies it."""

import pickle
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.errors import DamagedFile, damage_behind, damage_told
from segspark.store import Store, store_at
from segspark.store.parquet import (
    add_part,
    content_digest,
    digest_of,
    file_digest,
    open_parquet,
    put_parquet,
    read_parquet,
    verify_parts,
)

ROWS = pa.table({"person_id": [f"{n:032x}" for n in range(500)], "n": list(range(500))})


def flip(path: str, bit: int) -> None:
    content = bytearray(Path(path).read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    Path(path).write_bytes(content)


def part(folder: Path) -> str:
    store: Store = store_at(folder)
    return store.url_of(add_part(store, "day=1/", ROWS, "zstd").name)


def test_a_part_has_the_digest_of_its_content_in_its_name_and_checksums_in_its_pages(tmp_path: Path) -> None:
    url = part(tmp_path)
    assert digest_of(url) == content_digest(Path(url).read_bytes())
    assert read_parquet(url).equals(ROWS)
    assert read_parquet(url, ["n"], [("n", ">=", 498)]).to_pydict() == {"n": [498, 499]}
    # Page headers with a CRC are longer than those without.
    pq.write_table(ROWS, tmp_path / "without", compression="zstd")
    assert Path(url).stat().st_size > (tmp_path / "without").stat().st_size


@pytest.mark.parametrize(
    "read",
    [
        lambda url: open_parquet(url),
        lambda url: read_parquet(url),
        lambda url: read_parquet(url, filters=[("n", ">", 3)]),
        lambda url: verify_parts([url]),
    ],
    ids=["open", "read", "filtered", "verify"],
)
def test_each_flipped_bit_is_found_wherever_it_is(tmp_path: Path, read: Callable[[str], object]) -> None:
    url = part(tmp_path)
    n_bits, draw = 8 * Path(url).stat().st_size, random.Random(7)
    for bit in [0, n_bits - 1, *(draw.randrange(n_bits) for _ in range(40))]:
        flip(url, bit)
        with pytest.raises(DamagedFile, match=Path(url).name):
            read(url)
        flip(url, bit)
    read(url)


def test_a_file_that_is_missing_or_cut_off_is_damaged(tmp_path: Path) -> None:
    url = part(tmp_path)
    with pytest.raises(DamagedFile, match="it is missing"):
        read_parquet(url + "x")
    Path(url).write_bytes(Path(url).read_bytes()[:-100])
    with pytest.raises(DamagedFile, match="not what was written"):
        read_parquet(url)
    (tmp_path / "other.parquet").write_bytes(b"PAR1")
    with pytest.raises(DamagedFile, match="no Parquet"):
        read_parquet(str(tmp_path / "other.parquet"))


def test_a_file_of_another_name_is_verified_by_the_digest_beside_its_table_and_by_its_pages(tmp_path: Path) -> None:
    store, name = store_at(tmp_path), "day=1/hour=2/part-0.parquet"
    put_parquet(store, name, ROWS)
    url = store.url_of(name)
    assert digest_of(url) is None
    # In the middle of the data, far from headers.
    flip(url, 4 * Path(url).stat().st_size)
    with pytest.raises(OSError, match="CRC checksum verification failed") as found:
        read_parquet(url)
    assert isinstance(damage_behind(found.value), DamagedFile)
    flip(url, 4 * Path(url).stat().st_size)
    store.replace(file_digest(name), content_digest(Path(url).read_bytes()).encode())
    assert read_parquet(url).equals(ROWS)
    flip(url, 8 * Path(url).stat().st_size - 80)
    with pytest.raises(DamagedFile):
        open_parquet(url)


def test_the_error_of_a_task_is_told_as_the_damage_behind_it() -> None:
    damage = DamagedFile("/lake/gold/features/part-1.parquet", "its content is not what was written")
    assert str(pickle.loads(pickle.dumps(damage))) == str(damage)
    told = f"PythonException: Traceback ...\nsegspark.errors.DamagedFile: {damage}\n\tat org.apache.spark"
    with pytest.raises(DamagedFile, match=r"part-1\.parquet is damaged: its content"), damage_told():
        raise RuntimeError(told)
    with pytest.raises(RuntimeError, match="other"), damage_told():
        raise RuntimeError("other")
