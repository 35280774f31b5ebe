"""Does a change of the code change a stored row? Digests of everything that a run leaves, and their comparison.

    digest.py run a --segspark OLD/.venv/bin/segspark --out OLD_OUT        the demo and more; OLD_OUT/a.json
    digest.py run a --segspark NEW/.venv/bin/segspark --out NEW_OUT
    digest.py compare OLD_OUT/a.json NEW_OUT/a.json                        tables, columns, rows that differ
    digest.py run c --base OLD_OUT/base --segspark … --out …               a lake that the old commit made
    digest.py run b --segspark … --out …                                   real data, day by day
    digest.py check a --segspark NEW/.venv/bin/segspark                    against benchmarks/results/digest_*.json

Exit code 1: something differs. The code under test is driven by its command line only, since modules move between
the commits compared. What differs between two runs of one commit is listed with reasons in digest_read.VARIES.
"""

import argparse
import difflib
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from digest_checkout import Checkout
from digest_read import VARIES, Json, LakeReader, Table, sha, text_of
from digest_runs import Scenario, digest_workspace, run_a, run_b, run_c

RESULTS = Path(__file__).parent / "results"
# Rows shown of a table, and rows looked at to find which belong together.
SHOWN, PAIRED = 5, 300
# Hexadecimal digits in the committed file: of a column's digest, and of whatever else has no row of its own.
SHORT, MIDDLE = 8, 16


# Run ------------------------------------------------------------------------------------------------------------


def run(letter: str, segspark: Path, out: Path, base: Path | None) -> Json:
    out = out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    # Not resolved: an environment that is a link belongs to the checkout that it is seen in.
    checkout = Checkout(segspark.absolute(), out / f"{letter}.log")
    checkout.log.unlink(missing_ok=True)
    checkout.check()
    scenario = Scenario(checkout, out)
    print(f"({letter}) at {checkout.commit()}", flush=True)
    if letter == "a":
        return run_a(scenario, base.absolute() if base else None)
    if letter == "b":
        return run_b(scenario)
    if base is None:
        raise SystemExit("c needs --base: the folder `base` that `digest.py run a` left in its --out")
    return run_c(scenario, base.absolute())


def digest_again(path: Path) -> None:
    """What a finished run left, by the tool as it is now."""
    known = json.loads(path.read_text())
    known.setdefault("out", str(path.parent.absolute()))
    answers = {p.name: sha([p.read_text()]) for p in sorted((Path(known["out"]) / "outputs").iterdir())}
    known |= digest_workspace(Path(known["workspace"])) | {"outputs": answers}
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")


# Compare --------------------------------------------------------------------------------------------------------


def differences(left: Json, right: Json) -> Iterator[str]:
    """What differs, most important first: one line each."""
    yield from _differing_tables(left["tables"], right["tables"])
    if left.get("made_from") != right.get("made_from"):
        yield f"features made from: {left.get('made_from')} / {right.get('made_from')}"
    for path in sorted(set(left["leftovers"]) ^ set(right["leftovers"])):
        yield f"leftover {path}: only {'left' if path in left['leftovers'] else 'right'}"
    for name in _differing(left["outputs"], right["outputs"]):
        yield f"output {name}"
    yield from _differing_models(left["models"], right["models"])


def _differing(left: Json, right: Json) -> list[str]:
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def _differing_tables(left: Json, right: Json) -> Iterator[str]:
    for name in _differing(left, right):
        if name not in left or name not in right:
            yield f"table {name}: only {'left' if name in left else 'right'}"
            continue
        ours, theirs = left[name], right[name]
        if ours["digest"] != theirs["digest"]:
            rows = f"{ours['rows']:,} / {theirs['rows']:,} rows"
            yield f"table {name}: {rows}; columns {', '.join(differing_columns(ours, theirs))}"
        if ours["schema"] != theirs["schema"]:
            yield f"table {name}: schema {_lines_of_diff(ours['schema'], theirs['schema'])}"
        if ours["version"] != theirs["version"]:
            yield f"table {name}: Delta version {ours['version']} / {theirs['version']}"


def differing_columns(left: Json, right: Json) -> list[str]:
    """The columns whose values differ; where only their order does, the columns whose order does."""
    names = [*left["columns"], *(n for n in right["columns"] if n not in left["columns"])]
    pairs = {n: (left["columns"].get(n), right["columns"].get(n)) for n in names}
    alone = [n for n, (a, b) in pairs.items() if a is None or b is None or a[-1] != b[-1]]
    return alone or [f"{n} (by row)" for n, (a, b) in pairs.items() if a != b] or ["(none by itself)"]


def _lines_of_diff(left: list[str], right: list[str]) -> str:
    return "; ".join(line for line in difflib.ndiff(left, right) if line[0] in "+-") or "other"


def _differing_models(left: Json, right: Json) -> Iterator[str]:
    for name in _differing(left, right):
        ours, theirs = left.get(name), right.get(name)
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            yield f"model {name}: {ours if isinstance(ours, list) else ''} / {theirs if isinstance(theirs, list) else ''}"
            continue
        for part in _differing(ours, theirs):
            keys = _differing(ours[part], theirs[part])
            values = ", ".join(f"{k} {ours[part].get(k)} / {theirs[part].get(k)}" for k in keys)
            yield f"model {name}: {part} {', '.join(keys) if part == 'artifacts' else values}"


# Rows and lines that differ -------------------------------------------------------------------------------------


def show_tables(left: Json, right: Json) -> None:
    """Rows of the differing tables, where both lakes are still there."""
    lakes = [Path(side["workspace"]) / "lake" for side in (left, right) if side.get("workspace")]
    if len(lakes) < 2 or not all(lake.is_dir() for lake in lakes):
        return
    readers = [LakeReader(lake) for lake in lakes]
    for name in _differing(left["tables"], right["tables"]):
        if all(name in reader.folders for reader in readers):
            show_rows(*(reader.read(name) for reader in readers))


def show_rows(left: Table, right: Table) -> None:
    ours, theirs = Counter(left.rows()), Counter(right.rows())
    gone, come = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    if not gone and not come:
        return
    print(f"\n{left.name}: {len(gone):,} rows only left, {len(come):,} only right")
    alike = list(left.columns) == list(right.columns)
    shown = 0
    for row in gone[:SHOWN]:
        cells = row.split("\t")
        other = max(come[:PAIRED], key=lambda r: _n_equal(cells, r.split("\t")), default=None) if alike else None
        print(f"  {_told(left, cells, other.split(chr(9)) if other else None)}")
        shown += 1
    for row in [] if gone and alike else come[: SHOWN - min(shown, SHOWN - 1)]:
        print(f"  only right: {_told(right, row.split(chr(9)), None)}")


def _n_equal(left: list[str], right: list[str]) -> int:
    return sum(a == b for a, b in zip(left, right, strict=True))


def _told(table: Table, cells: list[str], other: list[str] | None) -> str:
    """A row by its first columns, which are its key, and what differs from the most similar one."""
    names = list(table.columns)
    key = " ".join(f"{n}={c[:40]}" for n, c in list(zip(names, cells, strict=True))[:5])
    if other is None:
        return key
    changes = [f"{n}: {_apart(a, b)}" for n, a, b in zip(names, cells, other, strict=True) if a != b]
    return f"{key}\n      {'; '.join(changes[:8])}{f' and {len(changes) - 8} more' if len(changes) > 8 else ''}"


def _apart(left: str, right: str) -> str:
    """Two long texts from where they part."""
    start = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    begin = max(start - 40, 0)
    return f"{left[begin : begin + 120]} / {right[begin : begin + 120]}"


def show_outputs(left: Path, right: Path, names: list[str]) -> None:
    for name in names:
        ours, theirs = (folder / "outputs" / name for folder in (left, right))
        if ours.exists() and theirs.exists():
            lines = [p.read_text().replace("}, {", "},\n{").splitlines() for p in (ours, theirs)]
            changed = [x for x in difflib.unified_diff(*lines, "left", "right", n=0, lineterm="") if x[:2] != "@@"]
            print(f"\noutput {name}")
            for line in changed[2 : 2 + 2 * SHOWN]:
                print(f"  {line[:300]}")


def compare(left: Path, right: Path) -> int:
    ours, theirs = json.loads(left.read_text()), json.loads(right.read_text())
    found = list(differences(ours, theirs))
    print("\n".join(found) or f"({ours['scenario']}) {ours['commit']} and {theirs['commit']}: no difference")
    show_tables(ours, theirs)
    folders = [Path(side.get("out", path.parent)) for side, path in ((ours, left), (theirs, right))]
    show_outputs(*folders, _differing(ours["outputs"], theirs["outputs"]))
    return 1 if found else 0


# The committed digests ------------------------------------------------------------------------------------------


def compact(found: Json) -> Json:
    """A scenario's digest for the repository: nothing of the machine, columns by a few digits."""
    tables = {
        name: {
            "rows": t["rows"],
            "digest": t["digest"],
            "version": t["version"],
            "schema": [sha(t["schema"])[:MIDDLE]],
            "columns": " ".join(f"{c}:{digests[-1][:SHORT]}" for c, digests in t["columns"].items()),
        }
        for name, t in found["tables"].items()
    }
    kept = {k: found[k] for k in ("scenario", "commit", "made_from", "leftovers") if k in found}
    outputs = {name: digest[:MIDDLE] for name, digest in found["outputs"].items()}
    models = {
        name: {part: {"digest": sha([text_of(v)])[:MIDDLE]} for part, v in m.items()} if isinstance(m, dict) else m
        for name, m in found["models"].items()
    }
    return kept | {"tables": tables, "outputs": outputs, "models": models}


def opened(found: Json) -> Json:
    """The form that `differences` compares, of a compact one."""
    for table in found["tables"].values():
        table["columns"] = {c: [d] for c, d in (pair.rsplit(":", 1) for pair in table["columns"].split())}
    return found


def check(letter: str, segspark: Path, out: Path, base: Path | None, against: Path | None) -> int:
    files = [against] if against else sorted(RESULTS.glob("digest_*.json"))
    if not files:
        raise SystemExit(f"no digest_*.json in {RESULTS}")
    committed = json.loads(files[-1].read_text())[letter]
    found = run(letter, segspark, out, base)
    told = list(differences(opened(committed), opened(compact(found))))
    print("\n".join(told) or f"({letter}) as in {files[-1].name}")
    return 1 if told else 0


def commit_results(files: list[Path], to: Path) -> None:
    by_letter = {f["scenario"]: compact(f) for f in (json.loads(p.read_text()) for p in files)}
    to.write_text(json.dumps(by_letter, indent=1, ensure_ascii=False) + "\n")


# Command line ---------------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "check"):
        command = commands.add_parser(name)
        command.add_argument("scenario", choices=("a", "b", "c"))
        command.add_argument(
            "--segspark", type=Path, required=True, help=".venv/bin/segspark of the checkout under test"
        )
        command.add_argument(
            "--base", type=Path, help="c: the folder `base` that a run of (a) left; a: spares its demo"
        )
        command.add_argument(
            "--out", type=Path, required=name == "run", help="workspace, outputs, log and base go there"
        )
        if name == "run":
            command.add_argument("--json", type=Path, help="default: OUT/SCENARIO.json")
        else:
            command.add_argument("--against", type=Path, help="default: benchmarks/results/digest_*.json")
    as_it_is = commands.add_parser("workspace", help="the digest of a workspace as it lies there; nothing is run")
    as_it_is.add_argument("workspace", type=Path)
    as_it_is.add_argument("--json", type=Path, required=True)
    again = commands.add_parser("again", help="digest finished runs anew, in place: VARIES or the tool has changed")
    again.add_argument("files", type=Path, nargs="+")
    two = commands.add_parser("compare")
    two.add_argument("left", type=Path)
    two.add_argument("right", type=Path)
    small = commands.add_parser("compact", help="make the committed file of full ones")
    small.add_argument("files", type=Path, nargs="+")
    small.add_argument("--to", type=Path, required=True)
    commands.add_parser("varies", help="what differs between two runs of one commit, and why")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    if args.command == "compare":
        return compare(args.left, args.right)
    if args.command == "workspace":
        place = args.workspace.absolute()
        known = {"scenario": "-", "commit": "-", "outputs": {}, "workspace": str(place)}
        args.json.write_text(json.dumps(known | digest_workspace(place), indent=1, ensure_ascii=False) + "\n")
        return 0
    if args.command == "again":
        for path in args.files:
            digest_again(path)
        return 0
    if args.command == "compact":
        commit_results(args.files, args.to)
        return 0
    if args.command == "varies":
        print("\n".join(f"{v.where}: {v.how}; {v.why}" for v in VARIES))
        return 0
    out = args.out or Path(tempfile.mkdtemp(prefix="segspark-digest-"))
    if args.command == "check":
        return check(args.scenario, args.segspark, out, args.base, args.against)
    found = run(args.scenario, args.segspark, out, args.base)
    target = args.json or args.out / f"{args.scenario}.json"
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{target}: {len(found['tables'])} tables, {len(found['outputs'])} outputs, {found['seconds']['(digest)']} s")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A reader's thread may still run; waiting for it has been seen to abort the process, which would hide the code.
    os._exit(code)
