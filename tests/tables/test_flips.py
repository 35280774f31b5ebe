"""Every bit of the small files beside the tables, flipped: what is damaged is refused by name, or nothing changes."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace
from tables.test_log_digests import TOYS, lake  # noqa: F401

from segspark.app.rotate import rotate
from segspark.errors import DamagedFile, GateClosed, InfrastructureError, SegsparkError
from segspark.process import this_process
from segspark.store.local import LocalStore
from segspark.tables import log_digests
from segspark.tables.claim import Claim
from segspark.tables.damage import damage_of, remove_checkpoints
from segspark.tables.lake import Lake
from segspark.tables.lake_key import NAME, open_key
from segspark.tables.lease import take, unlock
from segspark.tables.lease_files import name_of, read_newest
from segspark.tables.log_digests import HINT


def flipped(path: Path, ask: Callable[[], Any], most: int, expected: type[SegsparkError]) -> Counter[str]:
    """What happens after the flip of each of some bits: ``refused`` as expected, or the ``same`` answer as before."""
    sound, right, found = path.read_bytes(), ask(), Counter[str]()
    bits = range(8 * len(sound))
    for bit in bits if len(bits) <= most else random.Random(7).sample(bits, most):
        content = bytearray(sound)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        log_digests._VERIFIED.clear()
        try:
            assert ask() == right, f"byte {bit // 8}"
            found["same"] += 1
        except expected:
            found["refused"] += 1
    path.write_bytes(sound)
    return found


@pytest.mark.parametrize("rotations", [0, 1])
def test_a_flipped_bit_of_the_keys_file_gives_no_other_key(tmp_path: Path, rotations: int) -> None:
    workspace = make_workspace(tmp_path / "w")
    key = open_key(workspace, create=True)
    for _ in range(rotations):
        rotate(workspace)
    path = Path(str(workspace.lake)) / NAME
    found = flipped(path, lambda: open_key(workspace), 2_000, GateClosed)
    assert found["refused"] > found["same"]
    assert open_key(workspace).secret == key.secret
    for cut in range(0, len(path.read_bytes()), 7):
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(GateClosed, match=NAME):
            open_key(workspace)


def test_a_flipped_bit_of_a_lease_hands_it_to_nobody_else_and_blocks_nobody_for_ever(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path))
    held = take(store, Claim("token", "daily", 60.0, this_process()))
    path = tmp_path / name_of(1)

    def ask() -> int:
        held.check()
        return read_newest(store).number

    # A holder goes on, or stops before its next commit.
    flipped(path, ask, 2_000, InfrastructureError)
    path.write_bytes(b"\x00" * 40)
    waited: list[float] = []

    def clock() -> float:
        return sum(waited)

    other = take(store, Claim("other", "daily", 60.0, this_process()), clock=clock, sleep=waited.append)
    assert sum(waited) >= 60
    with pytest.raises(InfrastructureError, match="does not hold the lease"):
        held.check()
    other.check()
    assert unlock(store, read_newest(store))


def test_a_flipped_bit_of_the_hint_to_a_checkpoint_is_named_and_mended(lake: Lake) -> None:  # noqa: F811
    lake.table(TOYS).create_checkpoint()
    log_digests.digest_log(lake.folder(TOYS))
    hint = Path(lake.path(TOYS)) / HINT
    found = flipped(hint, lambda: (lake.version(TOYS), lake.read_small(TOYS).to_pylist()), 2_000, DamagedFile)
    assert found["refused"] > 0
    hint.write_text(hint.read_text().replace('"version":2', '"version":3'))
    damages = damage_of(lake, TOYS)
    assert [(d.kind, d.file) for d in damages] == [("checkpoint", HINT)]
    assert remove_checkpoints(lake, damages) == damages
    assert damage_of(lake, TOYS) == []
    assert lake.n_rows(TOYS) == 4
    # A hint that nobody can read, or that is gone, is passed over.
    for content in (b"", b"{", b"[]", b'{"version": "x"}'):
        hint.write_bytes(content)
        assert lake.n_rows(TOYS) == 4
