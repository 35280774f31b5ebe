"""Records with one value changed, or some bytes, and what the gateway makes of them: each must come out once."""

import copy
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.in_process import ARRIVAL, RECEIVED, Rows, plan_of, staged
from sources.whole_records import OPTIONS, RECORDS

from segspark.sources.files import InputFile
from segspark.sources.plan import Limits
from segspark.sources.registry import PROVIDERS

# What a value becomes, as JSON text; None takes the key away, and TWICE writes it a second time.
TWICE = "twice"
VALUES: tuple[str | None, ...] = (
    None, TWICE, "null", '""', '"  "', "true", "false", "0", "-1", "1.5", "-0.0", "1e400", "-1e400", "1" + "0" * 20,
    "9" * 400, "0.30000000000000004", "NaN", "[]", "{}", "[null]", '["x"]', "[[]]", '{"a":null}', "[" * 100 + "]" * 100,
    '"\\ud800"', '"\\u0000"', '"\\u200b"', '"１２３"', '"NaN"', '"true"', '"-1"', '"1e9"', '"2026-05-10"',
    '"2026-03-29T02:30:00+15:00"', '"9999-12-31T23:59:59Z"', '"zqann@exemple.fr"', '"ann"', "1778400000000",
)  # fmt: skip
LONG = '"' + "x" * 1_000_000 + '"'
REASON = re.compile(r"[a-z_]+(:[A-Za-z_.\-\[\]]+)?")
# Stands in every address of the records, and may stand in nothing that is staged in clear.
CANARY = "zqann"
LIMITS = Limits()
_BROKEN = (b"null", b"-1", b'"', b"{", b"[", b"}", b",", b"\\u0000", b"\\ud83d", b"1e400", b"\xff\xfe", b"\xe2\x80\x8b")
_MARK = "\ue000mark\ue000"
Path_ = tuple[str | int, ...]


@dataclass
class Count:
    """What became of records: how many were sent, how many ended a task, were lost or told a value."""

    sent: int = 0
    ended: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        self.sent += other.sent
        self.ended += other.ended
        self.lost += other.lost
        self.told += other.told
        self.outcomes += other.outcomes


def paths(value: Any, prefix: Path_ = ()) -> Iterator[Path_]:
    """Every place of a record, objects and lists included."""
    keys: Iterator[str | int] = iter(value if isinstance(value, dict) else range(len(value)))
    for key in keys:
        yield (*prefix, key)
        if isinstance(value[key], dict | list):
            yield from paths(value[key], (*prefix, key))


def changed(record: dict[str, Any], path: Path_, value: str | None) -> bytes:
    """A record as JSON with another value at one place."""
    made = copy.deepcopy(record)
    inner: Any = made
    for key in path[:-1]:
        inner = inner[key]
    old = inner[path[-1]]
    if value is None:
        del inner[path[-1]]
        return _dumped(made)
    inner[path[-1]] = _MARK
    if value == TWICE:
        # A second time where it is an object's, else a second element.
        named = f"{json.dumps(path[-1])}:" if isinstance(path[-1], str) else ""
        value = f"{_dumped(old).decode()},{named}{_dumped(old).decode()}"
    return _dumped(made).replace(f'"{_MARK}"'.encode(), value.encode())


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def typed(provider: str, values: Sequence[str | None] = VALUES) -> Iterator[bytes]:
    """Every place of every record of a provider, with every value."""
    for record in RECORDS[provider]:
        for path in paths(record):
            for value in values:
                yield changed(record, path, value)


def scrambled(provider: str, n: int, seed: int) -> Iterator[bytes]:
    """Records with some bytes changed, inserted, taken away or repeated; each stays one line."""
    chance = random.Random(f"{provider}-{seed}")
    whole = [_dumped(record) for record in RECORDS[provider]]
    made = 0
    while made < n:
        line = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 3)):
            _scramble(line, chance)
        text = bytes(line).replace(b"\n", b" ").replace(b"\r", b" ").strip()
        # A line that begins an array is several records.
        if text and not text.startswith(b"["):
            made += 1
            yield text


def _scramble(line: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(line)) if line else 0
    length = chance.choice((1, 1, 1, 2, 8, 40))
    what = chance.randrange(5)
    # Most are characters of JSON texts, or nothing but the encoding would be tested.
    some = (
        bytes(chance.randrange(32, 127) for _ in range(length)) if chance.random() < 0.95 else chance.randbytes(length)
    )
    if what == 0 and line:
        line[at] = some[0]
    elif what == 1:
        line[at:at] = some
    elif what == 2:
        del line[at : at + length]
    elif what == 3:
        line[at:at] = line[at : at + length]
    else:
        line[at : at + length] = chance.choice(_BROKEN)


def judge(provider: str, lines: Sequence[bytes], size: int = 500) -> Count:
    """Send lines through the gateway, in files of some hundred, each between two records without a fault."""
    count = Count()
    for start in range(0, len(lines), size):
        count.add(_judge_file(provider, lines[start : start + size]))
    return count


def _judge_file(provider: str, lines: Sequence[bytes]) -> Count:
    whole = _dumped(RECORDS[provider][0])
    try:
        rows = _stage(provider, [whole, *lines, whole])
    except Exception as error:
        if len(lines) == 1:
            return Count(1, [f"{provider}: {type(error).__name__}: {lines[0][:300]!r}"])
        half = len(lines) // 2
        count = _judge_file(provider, lines[:half])
        count.add(_judge_file(provider, lines[half:]))
        return count
    return _judged(provider, lines, rows)


def _judged(provider: str, lines: Sequence[bytes], rows: Rows) -> Count:
    count = Count(len(lines))
    accepted, refused = rows.get("records", []), rows.get("refused", [])
    seen = Counter(row["position"] for row in [*accepted, *refused])
    for position in range(len(lines) + 2):
        if seen.pop(position, 0) != 1:
            count.lost.append(f"{provider}: record {position} of {len(lines) + 2}")
    if seen:
        count.lost.append(f"{provider}: positions besides {sorted(seen)[:5]}")
    if {row["position"] for row in accepted}.isdisjoint({0}) or len(lines) + 1 not in {r["position"] for r in accepted}:
        count.lost.append(f"{provider}: a neighbour without a fault")
    for row in refused:
        count.outcomes.update(reason.split(":")[0] for reason in row["reasons"])
        count.told += [f"{provider}: {reason!r}" for reason in row["reasons"] if not REASON.fullmatch(reason)]
    count.outcomes["accepted"] += sum(not row["is_ignored"] for row in accepted)
    count.outcomes["ignored"] += sum(row["is_ignored"] for row in accepted)
    for kind, its in rows.items():
        for row in its:
            clear = {name: value for name, value in row.items() if not isinstance(value, bytes)}
            if CANARY in str(clear):
                count.told.append(f"{provider}: {kind} {[name for name, v in clear.items() if CANARY in str(v)]}")
    return count


def _stage(provider: str, lines: Sequence[bytes]) -> Rows:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "delivered.json"
        path.write_bytes(b"\n".join(lines) + b"\n")
        file = InputFile("letters", str(path), path.name, "f" * 32, path.stat().st_size, RECEIVED)
        options = OPTIONS.get(provider, {})
        plan = plan_of(
            PROVIDERS.find(provider), folder, [[file]], name="letters", options=options, limits=LIMITS, arrival=ARRIVAL
        )
        return staged(plan, 0)
