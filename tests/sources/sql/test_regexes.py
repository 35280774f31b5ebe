"""Regular expressions that a mapping may use: Java reads each of them, and matching ends."""

import json
import platform
import random
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

from segspark.sources.sql.regexes import groups_of, longest_for
from segspark.sources.sql.tree import ExpressionError

RESULT = Path(__file__).parents[3] / "benchmarks" / "results" / "regexes.json"
SEED, TRIED = 7, 40_000
# Pieces of which patterns are made up: what both languages know, what one does, and what means something else.
PIECES = r"""a b 1 ; \d \w \s \S \. [a-z] [^;] [0-9a-f] . \b ^ $ \p{L} \P{Lu} \h \R \x41 \u00e9 [\w.-] [a\-z] [&] [a&&b] [[] { }
{2} {,2} {2,} {1,3} * + ? *? +? ++ *+ ?? | ( (?: (?i: (?= (?! (?<= (?<! (?> (?<n> (?P<n> (?i) (?x) ) ) ) \1 \2 \0 \v \a \Z
\A \z ] - []a] [^]] [-a] [a-] [+--] # / \/ \Q \E \k<n> \p{IsLatin} \p{InGreek} \p{Alpha} \p{IsAlphabetic} \p{Letter} \p{IsL}
\p{Han} \p{IsHan} \pL ~ ' " [\b] [\d-x] [a-\d] [.-\]] [\p{L}] [\h] [^\W_] [\1] &&""".split()


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$", r"(a*)*", r"(a|a)*b", r"(a|ab|b)*c", r"(\w+\s*)+$", r"(a{1,30}){30}", r"(.*)*", r"([a-z]+)*\d", r"(x+x+)+y",
        r"(a?){40}", r"(.+,)*", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*a){20}", r"(a|b|ab)*", r"((a|b)+)+", r"(a|a?)+$",
        r"(?:a|aa)+$", r"(.|[^x])*z", r"((a+)+b)*+", r"(?=(a+)+$)b",
    ],
)  # fmt: skip
def test_a_repetition_that_can_divide_a_text_in_many_ways_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError, match="for ever"):
        groups_of(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<n>a)", r"a{,3}", r"a{", r"a}", r"[[a]", r"(?#c)a", r"[a&&b]", r"(?<a_b>x)", r"(x)(?(1)a)", r"\07", r"[]a]", r"\v",
        r"[\b]", r"(?a)x", r"(?>a)", r"\p{Letter}", r"\p{IsL}", r"a{2000}", r"(", r"a**",
    ],
)  # fmt: skip
def test_what_java_and_python_do_not_read_alike_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError):
        groups_of(pattern)


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"^(a|b)*(c)", 2), (r"(\s+)", 1), (r"^(\p{L}+)(?<rest>\h*)$", 2), (r"(\d{1,3}\.){3}\d{1,3}", 1),
        (r"([0-9a-f]{1,4}:){7}", 1), (r"^\s*(\w+)\s*,\s*(\w+)\s*$", 2), (r"^[\w.+-]+@([\w-]+\.)+\w{2,}$", 1), (r"(\d{4}-?)+", 1),
        (r"(?i)x", 0), (r"^([^;]*;){3}([^;]*)", 2), (r"(?:[^,\"]|\"[^\"]*\")*", 0), (r"^(one|two|three|four)+$", 1),
        (r"(\s*\w+\s*;)*", 1), (r"https?://([^/]+)/(.*)$", 2), (r"(foo|bar)\1", 1), (r"^(.|\n)*z", 1), (r"a{3}\{\}", 0),
    ],
)  # fmt: skip
def test_what_people_write_passes(pattern: str, groups: int) -> None:
    assert groups_of(pattern) == groups


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        ("abc", 100_000), (r"^\s*[0-9]+([.][0-9]+)?$", 100_000), (r"utm_campaign=([^&]*)", 100_000), (r"\s+$", 10_000),
        (".*foo.*", 10_000), ("^(.*);(.*);(.*)$", 669), ("(a|b)*", 1_000), ("(ab){2,}", 1_000),
    ],
)  # fmt: skip
def test_the_more_repetitions_share_a_text_the_shorter_it_may_be(pattern: str, longest: int) -> None:
    assert longest_for(pattern) == longest


def test_java_reads_every_pattern_that_passes(spark: SparkSession) -> None:
    java = spark._jvm.java.util.regex.Pattern  # type: ignore[union-attr]
    chance, passed = random.Random(SEED), 0
    for _ in range(TRIED):
        pattern = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 7)))
        try:
            groups = groups_of(pattern)
        except ExpressionError:
            continue
        passed += 1
        assert java.compile(pattern).matcher("").groupCount() == groups, pattern
    result = {
        "seed": SEED, "patterns": TRIED, "passed_the_check": passed, "refused_by_java": 0,
        "versions": {"python": platform.python_version(), "spark": pyspark.__version__},
    }  # fmt: skip
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    assert passed > TRIED / 10
