"""The socket itself: order, look-up by name, and variants added for a while."""

from dataclasses import dataclass

import pytest

from segspark.errors import ConfigError
from segspark.sockets import Socket


@dataclass(frozen=True)
class Colour:
    name: str


RED, GREEN, BLUE = Colour("red"), Colour("green"), Colour("blue")


def test_variants_keep_their_order() -> None:
    socket = Socket("colour", RED, BLUE)
    assert socket.all() == (RED, BLUE)
    assert socket.names() == ("red", "blue")


def test_find_gives_the_variant_of_the_name() -> None:
    assert Socket("colour", RED, BLUE).find("blue") is BLUE


def test_an_unknown_name_is_refused_with_what_exists() -> None:
    with pytest.raises(ConfigError, match=r"no colour 'bleu'. Did you mean blue\? There are: red, blue"):
        Socket("colour", RED, BLUE).find("bleu")


def test_an_empty_socket_says_that_there_is_none() -> None:
    with pytest.raises(ConfigError, match="There are: none"):
        Socket[Colour]("colour").find("red")


def test_a_variant_is_added_for_a_while() -> None:
    socket = Socket("colour", RED)
    with socket.added(GREEN, BLUE):
        assert socket.names() == ("red", "green", "blue")
    assert socket.names() == ("red",)


def test_a_variant_goes_after_an_error_too() -> None:
    socket = Socket("colour", RED)
    with pytest.raises(RuntimeError), socket.added(GREEN):
        raise RuntimeError
    assert socket.names() == ("red",)


def test_two_variants_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two variants of colour are called red"):
        Socket("colour", RED, Colour("red"))
    socket = Socket("colour", RED)
    with pytest.raises(ValueError, match="red"), socket.added(Colour("red")):
        pass
    assert socket.names() == ("red",)
