"""A process ends as documented: no native thread aborts it at the exit, and an interruption leaves no traceback.

"terminate called without an active exception" came from threads of Arrow that still read through Python when the
process ended; it shows in some of many exits only.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import stored_shop

from segspark.pseudonyms import load_key

# Commands that open tables, with the exit code each has on the stored shop.
KINDS = (
    (("tables",), 0),
    (("segments", "list"), 0),
    (("segments", "show", "buyers"), 0),
    (("segments", "show", "nobody"), 2),
    (("quarantine", "list"), 0),
    (("doctor", "--deep"), 1),
    (("clean", "--dry-run"), 0),
    (("segments", "export", "nobody"), 2),
)
# After an error in the middle of a read, with its frames still alive.
RAISES = """
import sys
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
lake = Lake(sys.argv[1])
kept = [lake.read_small(c) for c in ALL for _ in range(5)]
raise {what}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = stored_shop(tmp_path_factory.mktemp("shop") / "w")
    load_key(workspace.keys.environment, workspace.keys.file, create=True)
    return workspace.folder


def ended(shop: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segspark.cli.main", *args, "--config", str(shop)]
    return subprocess.run(command, capture_output=True, text=True)


def check(shop: Path, args: tuple[str, ...], code: int) -> None:
    done = ended(shop, *args)
    assert "terminate called" not in done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (args, done.returncode, done.stderr)


@pytest.mark.parametrize(("args", "code"), KINDS, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_commands_end_with_their_exit_code(shop: Path, args: tuple[str, ...], code: int) -> None:
    for _ in range(2):
        check(shop, args, code)


@pytest.mark.slow
@pytest.mark.parametrize(("args", "code"), KINDS, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_thirty_exits_of_each_command_abort_in_none(shop: Path, args: tuple[str, ...], code: int) -> None:
    for _ in range(30):
        check(shop, args, code)


@pytest.mark.parametrize(("what", "code"), [("ValueError('x')", 1), ("KeyboardInterrupt", -signal.SIGINT)])
def test_an_error_in_the_middle_of_a_read_aborts_nothing(shop: Path, what: str, code: int) -> None:
    for _ in range(2):
        command = [sys.executable, "-c", RAISES.format(what=what), str(shop / "lake")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "terminate called" not in done.stderr
        assert done.returncode == code


def test_an_interrupted_read_ends_with_130_and_without_a_traceback(shop: Path) -> None:
    # Told to wait inside of a command, which a person then interrupts.
    code = (
        "import time, segspark.cli.main as m, segspark.query.look as look\n"
        "look.list_tables = lambda workspace: (print('reads', flush=True), time.sleep(60))\n"
        f"import sys; sys.argv = ['segspark', 'tables', '--config', {str(shop)!r}]\n"
        "m.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "reads\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
