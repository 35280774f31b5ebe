"""How many small changes of the adapters their tests notice: mutation testing with cosmic-ray.

    python benchmarks/mutation.py                                    every module, some minutes
    python benchmarks/mutation.py --modules sendgrid mailgun --workers 2

Every mutant is one change by one of cosmic-ray's default operators; it is killed where a test fails or never ends.
cosmic-ray leaves texts alone, although most of an adapter is words: those are changed one by one as well, and counted
apart (``words``), so that the share stays comparable with other projects'. The figures of the modules that were run
replace theirs in ``results/mutation.json``. Survivors get their reasons from ``mutation_survivors.toml``; the exit
code is 1 where fewer mutants than the target are killed.

The checkout is never changed: each worker has a copy of it in a temporary folder.
"""

import argparse
import ast
import difflib
import fnmatch
import hashlib
import json
import os
import platform
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from parso.python.tree import FStringString, String

# Name -> file; its tests are tests/sources/test_<name>.py.
MODULES = {
    "sendgrid": "segspark/sources/sendgrid.py",
    "mailgun": "segspark/sources/mailgun.py",
    "postmark": "segspark/sources/postmark.py",
    "ses": "segspark/sources/ses.py",
    "segment": "segspark/sources/segment.py",
    "shopify": "segspark/sources/shopify.py",
    "fields": "segspark/sources/fields.py",
    "vocabulary": "segspark/sources/vocabulary.py",
}
TARGET = 0.85
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results" / "mutation.json"
REASONS = HERE / "mutation_survivors.toml"
WORDS = "own/ReplaceWord"


class ReplaceWord:
    """Every word of every text but documentation; of a text without words, its end."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for _ in self._ends(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        end = self._ends(node)[index]
        kind = String if node.type == "string" else FStringString
        return kind(node.value[:end] + "~" + node.value[end:], node.start_pos, prefix=node.prefix)

    def _ends(self, node: Any) -> list[int]:
        if node.type == "fstring_string":
            start, stop = 0, len(node.value)
        elif node.type == "string" and node.parent.type != "simple_stmt":
            quote = re.match(r"[a-zA-Z]*(\"\"\"|'''|\"|')", node.value)
            assert quote is not None
            start, stop = quote.end(), len(node.value) - len(quote[1])
        else:
            return []
        words = re.compile(r"\w+").finditer(node.value, start, stop)
        return [word.end() for word in words] or [stop]


@dataclass(frozen=True)
class Mutant:
    operator: str
    occurrence: int
    line: int
    code: str


def mutants_of(source: str) -> tuple[list[Mutant], int]:
    """All mutants of a module, and how many more lie within annotations.

    Nobody reads an annotation while the program runs; most of those mutants fail at the import, and a few hundred
    cheap kills would only make the share look better than the tests are.
    """
    tree, annotations = get_ast(source), _annotations(source)
    found, left_out = [], 0
    for name, operator in _operators():
        positions = (p for node in ast_nodes(tree) for p in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(positions):
            if any(first <= tuple(start) < last for first, last in annotations):
                left_out += 1
                continue
            code = MutationVisitor.mutate_code(source, operator, occurrence)
            if code is not None and code != source:
                found.append(Mutant(name, occurrence, start[0], code))
    return found, left_out


def _operators() -> Iterator[tuple[str, Any]]:
    """cosmic-ray's own that need no arguments, which are the ones it takes by default, and ours."""
    for name in cosmic_ray.plugins.operator_names():
        operator = cosmic_ray.plugins.get_operator(name)
        if not operator.arguments():
            yield name, operator()
    yield WORDS, ReplaceWord()


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    spans = []
    for node in ast.walk(ast.parse(source)):
        for told in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(told, ast.expr):
                end = (told.end_lineno or told.lineno, told.end_col_offset or told.col_offset)
                spans.append(((told.lineno, told.col_offset), end))
    return spans


class Copy:
    """A tree of its own with the package and its tests, in which one module at a time is changed."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._module = folder, folder / MODULES[name]
        self._original = self._module.read_text()
        own = f"tests/sources/test_{name}.py"
        others = (f"tests/sources/test_{n}.py" for n in MODULES if n != name)
        # Its own tests first: with -x most mutants meet no other.
        self._tests = [own, *(t for t in others if (folder / t).exists())]
        self._seconds = 600.0

    def prepare(self) -> None:
        """Compile everything but the module, whose stale bytecode could hide a change; see that the tests notice."""
        start = time.monotonic()
        if not self._passes({}):
            raise SystemExit(f"The tests do not pass before anything is changed: {' '.join(self._tests)}")
        # The first run compiles; a mutant that takes ten times as long has an endless loop.
        self._seconds = max(20.0, 10 * (time.monotonic() - start))
        for compiled in (self._module.parent / "__pycache__").glob(f"{self._module.stem}.*"):
            compiled.unlink()
        if not self.kills("raise RuntimeError\n"):
            raise SystemExit(f"The tests do not read the copy of {self._module.name}: nothing can be measured.")

    def kills(self, code: str) -> bool:
        self._module.write_text(code)
        try:
            return not self._passes({"PYTHONDONTWRITEBYTECODE": "1"})
        finally:
            self._module.write_text(self._original)

    def _passes(self, environment: dict[str, str]) -> bool:
        # Without conftest.py, which is about Spark's session, and without plugins a run takes a third of a second.
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--noconftest"]
        process = subprocess.Popen(
            [*command, *self._tests],
            cwd=self._folder,
            env={
                **os.environ,
                "PYTHONPATH": str(self._folder),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                **environment,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(timeout=self._seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False


@contextmanager
def copies(name: str, n_workers: int) -> Iterator["queue.Queue[Copy]"]:
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        free: queue.Queue[Copy] = queue.Queue()
        for number in range(n_workers):
            tree = Path(folder) / str(number)
            for part in ("segspark", "tests"):
                shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", tree)
            copy = Copy(tree, name)
            copy.prepare()
            free.put(copy)
        yield free


def measure(name: str, n_workers: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures of one module, and its survivors."""
    source = (ROOT / MODULES[name]).read_text()
    mutants, left_out = mutants_of(source)
    started = time.monotonic()
    with copies(name, n_workers) as free, ThreadPoolExecutor(n_workers) as pool:

        def is_killed(mutant: Mutant) -> bool:
            copy = free.get()
            try:
                return copy.kills(mutant.code)
            finally:
                free.put(copy)

        killed = list(pool.map(is_killed, mutants))
    verdicts = list(zip(mutants, killed, strict=True))
    figures = {
        **_figures([k for m, k in verdicts if m.operator != WORDS]),
        "in_annotations": left_out,
        "words": _figures([k for m, k in verdicts if m.operator == WORDS]),
        "sha256": hashlib.sha256(source.encode()).hexdigest(),
        "seconds": round(time.monotonic() - started, 1),
    }
    survivors = [
        {
            "module": name,
            "line": m.line,
            "operator": m.operator,
            "occurrence": m.occurrence,
            "diff": _diff(source, m.code),
        }
        for m, is_dead in verdicts
        if not is_dead
    ]
    return figures, survivors


def _figures(killed: list[bool]) -> dict[str, Any]:
    return _shares(len(killed), sum(killed))


def _shares(n: int, killed: int) -> dict[str, Any]:
    return {"mutants": n, "killed": killed, "survived": n - killed, "share": round(killed / n, 4) if n else 1.0}


def _diff(source: str, code: str) -> str:
    lines = list(difflib.unified_diff(source.splitlines(), code.splitlines(), lineterm="", n=0))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def reason_of(survivor: dict[str, Any], rules: Iterable[dict[str, str]]) -> str | None:
    """The first rule that fits: its module and operator as patterns, its texts within the lines before and after."""
    lines = survivor["diff"].splitlines()
    before = "\n".join(line[1:] for line in lines if line.startswith("-"))
    after = "\n".join(line[1:] for line in lines if line.startswith("+"))
    for rule in rules:
        if (
            fnmatch.fnmatchcase(survivor["module"], rule.get("module", "*"))
            and fnmatch.fnmatchcase(survivor["operator"], rule.get("operator", "*"))
            and rule.get("before", "") in before
            and rule.get("after", "") in after
        ):
            return rule["reason"]
    return None


def merge(
    known: dict[str, Any], figures: dict[str, dict[str, Any]], survivors: list[dict[str, Any]], rules: Any
) -> dict[str, Any]:
    """The new figures in the place of the old ones of the same modules; reasons of all survivors looked up anew."""
    modules = {**known.get("modules", {}), **figures}
    kept = [s for s in known.get("survivors", []) if s["module"] not in figures]
    order = {name: n for n, name in enumerate(MODULES)}
    everyone = sorted(
        [*kept, *survivors], key=lambda s: (order[s["module"]], s["line"], s["operator"], s["occurrence"])
    )
    return {
        "target": TARGET,
        "overall": {**_sum(modules.values()), "words": _sum(m["words"] for m in modules.values())},
        "modules": {name: modules[name] for name in MODULES if name in modules},
        "survivors": [{**s, "reason": reason_of(s, rules)} for s in everyone],
        "python": platform.python_version(),
        "cosmic_ray": metadata.version("cosmic-ray"),
    }


def _sum(figures: Iterable[dict[str, Any]]) -> dict[str, Any]:
    listed = list(figures)
    return _shares(sum(f["mutants"] for f in listed), sum(f["killed"] for f in listed))


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--modules", nargs="+", choices=MODULES, default=list(MODULES), metavar="NAME")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    rules = tomllib.loads(REASONS.read_text())["reason"]
    result: dict[str, Any] = json.loads(arguments.results.read_text()) if arguments.results.exists() else {}
    for name in arguments.modules:
        figures, survivors = measure(name, arguments.workers)
        # Written after every module, so that what was measured stays when the rest is interrupted.
        result = merge(result, {name: figures}, survivors, rules)
        arguments.results.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        words = figures["words"]
        print(
            f"{name:<11} {figures['killed']:>4} of {figures['mutants']:>4} killed ({figures['share']:.1%}), "
            f"words {words['killed']:>4} of {words['mutants']:>4} ({words['share']:.1%}), {figures['seconds']:.0f} s",
            flush=True,
        )
    for survivor in result["survivors"]:
        if survivor["reason"] is None and survivor["module"] in arguments.modules:
            print(f"\n{survivor['module']}:{survivor['line']} {survivor['operator']}, no reason:\n{survivor['diff']}")
    share = result["overall"]["share"]
    print(f"\nOverall {share:.1%}, target {TARGET:.0%}")
    return 0 if share >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
