"""Only modules that know a session without a JVM ask for Spark's context, so that Spark Connect keeps working."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "segspark"
# startup.py makes the class archive of a local JVM.
ALLOWED = {"spark/classic.py", "spark/startup.py"}
JVM = {"sparkContext", "_jvm", "_jsc", "_jdf", "rdd"}


def asked(source: str) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & JVM


def test_nothing_else_asks_a_session_for_its_context() -> None:
    found = {p.relative_to(PACKAGE).as_posix(): asked(p.read_text()) for p in PACKAGE.rglob("*.py")}
    assert asked("spark.sparkContext.defaultParallelism") == {"sparkContext"}
    # These use what context_of gave them, after asking whether there is one.
    optional = {
        "models/artifact.py": {"_jvm", "_jsc"},
        "spark/session.py": {"_jvm"},
        "spark/stores.py": {"_jvm", "_jsc"},
    }
    assert {name: words for name, words in found.items() if words and name not in ALLOWED} == optional
