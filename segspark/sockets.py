"""A socket: the place where the variants of one thing are plugged in, each a value with a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from segspark.near import no_such


class Named(Protocol):
    """What a socket takes."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Socket(Generic[T]):
    """The variants of one thing, in a fixed order.

    Args:
        what: the thing, for messages.
        values: the variants; their names differ.
    """

    def __init__(self, what: str, *values: T) -> None:
        self._what, self._values = what, tuple(values)
        self._check_names()

    def all(self) -> tuple[T, ...]:
        return self._values

    def names(self) -> tuple[str, ...]:
        return tuple(value.name for value in self._values)

    def find(self, name: str) -> T:
        """The variant of a name.

        Raises:
            ConfigError: there is none; lists what exists.
        """
        for value in self._values:
            if value.name == name:
                return value
        raise no_such(self._what, name, self.names())

    @contextmanager
    def added(self, *values: T) -> Iterator[None]:
        """The socket with more variants, for a while: how tests plug in their own.

        Raises:
            ValueError: a variant of this name exists.
        """
        before = self._values
        self._values = (*before, *values)
        try:
            self._check_names()
            yield
        finally:
            self._values = before

    def _check_names(self) -> None:
        names = self.names()
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two variants of {self._what} are called {', '.join(twice)}")
