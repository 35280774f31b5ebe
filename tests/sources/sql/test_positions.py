"""The positions of a regular expression, and which may follow which."""

from segspark.sources.sql.positions import automaton_of


def test_a_position_follows_another_as_often_as_there_are_ways() -> None:
    automaton, whole = automaton_of("a(b|c)*d?")
    assert (whole.empty, whole.first, sorted(set(whole.last))) == (0, (0,), [0, 1, 2])
    assert set(automaton.follow.values()) == {1}
    twice, _ = automaton_of("(a+)+")
    assert dict(twice.follow) == {(0, 0): 2}


def test_a_position_knows_its_signs_in_either_case() -> None:
    automaton, _ = automaton_of(r"[a-c]\d.")
    letters, digits, dot = automaton.signs
    assert {"a", "b", "c"} <= letters
    assert "Z" not in letters
    assert {"0", "9"} <= digits
    assert "\n" not in dot
