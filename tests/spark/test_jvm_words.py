"""Of what a child says on standard error, two lines that are no news are left out, and everything else is shown."""

import subprocess
import sys

import pytest

from segspark.spark.jvm_words import NO_NEWS

# A child that outlives its parent, as a JVM does for a moment.
PROGRAM = """
import os, subprocess, sys
from segspark.spark.jvm_words import without_no_news
with without_no_news():
    child = subprocess.Popen(["sh", "-c", sys.argv[1]])
print("own words", file=sys.stderr)
os._exit(0)
"""


def said(script: str) -> str:
    # run() waits until everybody who holds standard error has gone.
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, script], stderr=subprocess.PIPE, text=True, check=True, timeout=60
    ).stderr


@pytest.mark.parametrize("line", NO_NEWS)
def test_what_is_no_news_is_left_out_and_the_rest_is_shown_in_order(line: str) -> None:
    shown = said(f"echo first >&2; echo '{line} and more' >&2; sleep 0.3; echo 'Exception: à lire' >&2; printf end >&2")
    assert [one for one in shown.splitlines() if one != "own words"] == ["first", "Exception: à lire", "end"]
    assert "own words" in shown


def test_what_a_child_says_after_its_parent_has_gone_is_shown() -> None:
    assert "OutOfMemoryError" in said("sleep 1; echo 'java.lang.OutOfMemoryError' >&2")


def test_a_process_without_standard_error_goes_on() -> None:
    code = "import os; os.close(2)\nfrom segspark.spark.jvm_words import without_no_news\nwith without_no_news():\n    print('goes on')"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "goes on\n"
